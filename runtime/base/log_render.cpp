// The text of a line. Values may be hostile: nothing in them may end the line, hide a part of it or
// pass for another field.
#include "runtime/base/log.hpp"
#include "runtime/base/utf8.hpp"

#include <algorithm>

namespace codius::log {

namespace {

constexpr size_t max_value = 4096;

/// Control characters, line separators and marks that reorder or hide text on a terminal.
bool is_dangerous(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c
         || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb)
         || c >= 0xe0000;
}

void append_hex(std::string& out, unsigned value, int digits) {
  for (int i = digits - 1; i >= 0; --i)
    out += "0123456789abcdef"[(value >> (4 * i)) & 0xf];
}

void append_escape(std::string& out, char32_t c) {
  if (c == '\n')
    out += "\\n";
  else if (c == '\r')
    out += "\\r";
  else if (c == '\t')
    out += "\\t";
  else if (c < 0x10000) {
    out += "\\u";
    append_hex(out, c, 4);
  } else { // a surrogate pair, as JSON wants it
    out += "\\u";
    append_hex(out, 0xd800 + ((c - 0x10000) >> 10), 4);
    out += "\\u";
    append_hex(out, 0xdc00 + ((c - 0x10000) & 0x3ff), 4);
  }
}

} // namespace

// Escaped as in JSON; both formats quote alike.
std::string quote(std::string_view value) {
  std::string out = "\"";
  for (size_t at = 0; at < value.size();) {
    const auto from = at;
    const auto c = runtime::next_code_point(value, at);
    if (c == runtime::bad_utf8 || runtime::is_surrogate(c))
      out += "\\ufffd";
    else if (c == '"' || c == '\\')
      (out += '\\') += static_cast<char>(c);
    else if (is_dangerous(c))
      append_escape(out, c);
    else
      out += value.substr(from, at - from);
  }
  return out + '"';
}

namespace {

bool is_plain(std::string_view value) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
           || std::string_view{"_-.:/@+,%[]"}.find(c) != std::string_view::npos;
  };
  return !value.empty() && std::all_of(value.begin(), value.end(), plain);
}

/// Keys and events are written by us; a slip must still not break the line.
std::string safe_key(std::string_view key) {
  std::string out{key};
  for (auto& c : out)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'))
      c = '_';
  return out;
}

} // namespace

std::string render(format how, level l, std::string_view event, std::span<const field> fields) {
  if (how == format::json) {
    auto line
      = std::string{"\"level\":\""} + to_string(l) + "\",\"event\":\"" + safe_key(event) + '"';
    for (const auto& f : fields)
      line += ",\"" + safe_key(f.key)
              + "\":" + (f.is_text ? quote(runtime::shorten(f.value, max_value)) : f.value);
    return line;
  }
  auto line = std::string{"level="} + to_string(l) + " event=" + safe_key(event);
  for (const auto& f : fields) {
    const auto value = runtime::shorten(f.value, max_value);
    line += ' ' + safe_key(f.key) + '=' + (is_plain(value) ? value : quote(value));
  }
  return line;
}

} // namespace codius::log
