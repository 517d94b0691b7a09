#pragma once
#include "messages/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Words for people. Pure.

namespace codius::client {

/// `text` of a stranger, fit for a terminal: controls, broken UTF-8 and characters that change how
/// a line is shown become `?`, and what is over `most` octets is cut off and marked.
std::string printable(std::string_view text, size_t most = 300);

/// "3600 s" in words that say no more than two units: "1 hour", "2 days 3 hours".
std::string duration_words(std::chrono::seconds time);

/// Reads "600" (seconds) or a number with one of s, m, h, d, w, as "10m". Nothing for another
/// text, zero, or more than ten years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// "2026-11-22T15:00:00Z": seconds, UTC.
std::string iso_time(utc_time t);
/// Reads what hosts write: ISO 8601 with `Z`, with or without a fraction of a second. Nothing for
/// another text or an impossible date.
std::optional<utc_time> parse_iso_time(std::string_view text);

/// "in 10 minutes" or "10 minutes ago".
std::string relative_time(utc_time t, utc_time now);

/// "0.12 s"; from ten seconds on "12 s", from two minutes on "2 min 5 s".
std::string elapsed_words(std::chrono::milliseconds time);

/// The word of `known` that `word` was most likely meant to be; empty when none is near.
std::string nearest_word(std::string_view word, std::span<const std::string> known);

} // namespace codius::client
