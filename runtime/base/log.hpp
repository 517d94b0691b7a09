#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace codius::log {

/// error: someone must act. warn: we coped. info: what an operator would tell a colleague.
enum class level : uint8_t { debug, info, warn, error };
/// logfmt: `level=info event=pod.started pod=…`. json: one object a line, same members.
enum class format : uint8_t { logfmt, json };

const char* to_string(level l) noexcept;
const char* to_string(format f) noexcept;

/// One fact of a line. Keys are ours; values may come from anybody and are quoted when written.
struct field {
  std::string_view key;
  std::string value;
  bool is_text = true; ///< false: a number or a truth value, bare in JSON

  field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  field(std::string_view k, std::string_view v) : key(k), value(v) {}
  field(std::string_view k, const char* v) : key(k), value(v) {}
  field(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), is_text(false) {}
  template <std::integral N>
  field(std::string_view k, N v) : key(k), value(std::to_string(v)), is_text(false) {}
};

/// Writes one line: level, `event`, then the fields in order; UTC time first. Values are cut at
/// 4096 octets; control characters, broken UTF-8 and characters that change how a terminal shows a
/// line are escaped, so a value never starts a line or hides one. Safe from any thread; does
/// nothing below the level that `configure` set. Never pass it a secret.
void write(level l, std::string_view event, std::initializer_list<field> fields);

/// Sets what is written and how; until then `info` and `logfmt`. Lines go to stderr.
void configure(level least, format how);
/// True when a line of this level would be written.
bool enabled(level l) noexcept;
/// Sends finished lines, as `render` gives them, to `sink` instead of stderr; empty: stderr
/// again. Calls of `sink` never overlap.
void redirect(std::function<void(std::string_view line)> sink);

/// `value` between double quotes, escaped as in a line; for messages on a terminal, too.
std::string quote(std::string_view value);

/// The text of one line, without time, newline and JSON's outer braces.
std::string render(format how, level l, std::string_view event, std::span<const field> fields);

} // namespace codius::log
