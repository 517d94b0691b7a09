#include "net/ilp/address.hpp"

#include <algorithm>
#include <array>

namespace codius::net {

namespace {

constexpr size_t max_address = 1023;
constexpr std::array<std::string_view, 10> schemes{
  "g", "private", "example", "peer", "self", "test", "test1", "test2", "test3", "local",
};

bool is_segment_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
         || c == '~' || c == '-';
}

} // namespace

bool is_ilp_segment(std::string_view text) {
  return !text.empty() && text.size() <= max_address
         && std::all_of(text.begin(), text.end(), is_segment_char);
}

bool is_ilp_address(std::string_view text) {
  if (text.size() > max_address)
    return false;
  auto dot = text.find('.');
  if (dot == text.npos
      || std::find(schemes.begin(), schemes.end(), text.substr(0, dot)) == schemes.end())
    return false;
  while (dot != text.npos) {
    text.remove_prefix(dot + 1);
    dot = text.find('.');
    if (!is_ilp_segment(text.substr(0, dot)))
      return false;
  }
  return true;
}

bool ilp_address_below(std::string_view prefix, std::string_view address) {
  return address.substr(0, prefix.size()) == prefix
         && (address.size() == prefix.size() || address[prefix.size()] == '.');
}

} // namespace codius::net
