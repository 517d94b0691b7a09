#pragma once
#include "messages/time.hpp"

#include <string>

namespace codius::net {

/// A date as in the Date field, e.g. "Sun, 06 Nov 1994 08:49:37 GMT". Source: RFC 9110 §5.6.7.
std::string http_date(utc_time when);

/// Keeps the text of the current second, since every answer needs it. One thread.
class date_cache {
public:
  const std::string& at(utc_time now) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (text_.empty() || second != second_) {
      second_ = second;
      text_ = http_date(now);
    }
    return text_;
  }

private:
  std::chrono::sys_seconds second_{};
  std::string text_;
};

} // namespace codius::net
