#pragma once
#include "messages/bytes.hpp"
#include "messages/time.hpp"
#include "net/ilp/packet.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <charconv>

namespace codius::tests {

namespace dom = simdjson::dom;

/// One file of tests/data/ilp/.
class ilp_vectors {
public:
  explicit ilp_vectors(const std::string& file) {
    const auto path = std::string{CODIUS_TEST_DATA} + "/ilp/" + file;
    REQUIRE(parser_.load(path).get(root_) == simdjson::SUCCESS);
  }
  dom::array list(std::string_view key) const { return root_[key].get_array(); }

private:
  dom::parser parser_;
  dom::element root_;
};

inline std::string text(dom::element e, std::string_view key) {
  return std::string{std::string_view{e[key]}};
}
inline bool has(dom::element e, std::string_view key) {
  return e[key].error() == simdjson::SUCCESS;
}
inline byte_buffer hex(std::string_view digits) {
  auto bytes = from_hex(digits);
  REQUIRE(bytes);
  return *std::move(bytes);
}
inline byte_buffer hex(dom::element e, std::string_view key) {
  return hex(std::string_view{e[key]});
}
inline uint64_t number(dom::element e, std::string_view key) {
  const auto digits = text(e, key);
  uint64_t n = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  REQUIRE((ec == std::errc{} && end == digits.data() + digits.size()));
  return n;
}
inline net::octets32 octets32(dom::element e, std::string_view key) {
  const auto bytes = hex(e, key);
  REQUIRE(bytes.size() == 32);
  net::octets32 out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
/// "2030-01-02T03:04:05.678Z"
inline utc_time iso_time(const std::string& text) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, ms = 0;
  REQUIRE(std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &y, &mo, &d, &h, &mi, &s, &ms) == 7);
  using namespace std::chrono;
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)},
                            day{static_cast<unsigned>(d)}};
  return sys_days{date} + hours{h} + minutes{mi} + seconds{s} + milliseconds{ms};
}

} // namespace codius::tests
