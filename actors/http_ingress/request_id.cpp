#include "actors/http_ingress/request_id.hpp"

#include <algorithm>
#include <array>

namespace codius::actors {

namespace {

constexpr size_t longest = 64;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
         || c == '_' || c == '.';
}

} // namespace

std::string request_id_of(const net::http_fields& asked, const env& world) {
  const auto given = asked.get("X-Request-Id");
  if (!given.empty() && given.size() <= longest && asked.count("X-Request-Id") == 1
      && std::all_of(given.begin(), given.end(), is_plain))
    return std::string{given};
  std::array<std::byte, 8> octets{};
  world.random_bytes(octets);
  return to_hex(octets);
}

} // namespace codius::actors
