#include "runtime/base/json_size.hpp"
#include "runtime/base/utf8.hpp"

#include <charconv>
#include <cmath>

namespace codius::runtime {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

void append_escape(std::string& out, char32_t c) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += hex_digits[c >> shift & 15];
}

/// True when `c` needs a backslash; then it has been written.
bool append_short_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return true;
    case '\\': out += "\\\\"; return true;
    case '\b': out += "\\b"; return true;
    case '\t': out += "\\t"; return true;
    case '\n': out += "\\n"; return true;
    case '\f': out += "\\f"; return true;
    case '\r': out += "\\r"; return true;
    default: return false;
  }
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    if (const size_t plain = plain_run(text, at)) {
      out.append(text, at, plain);
      at += plain;
      continue;
    }
    const char byte = text[at];
    const char32_t c = next_code_point(text, at);
    if (append_short_escape(out, byte))
      continue;
    if (c < 0x20 || is_surrogate(c))
      append_escape(out, c);
    else if (c == bad_utf8)
      append_utf8(out, 0xfffd);
    else
      append_utf8(out, c);
  }
  out += '"';
}

class writer {
public:
  enum class style : uint8_t { compact, pretty, counted };
  explicit writer(style how) : pretty_(how == style::pretty), counted_(how == style::counted) {}

  void put(const json& value) {
    if (const bool* b = value.boolean())
      out_ += *b ? "true" : "false";
    else if (const double* n = value.number())
      out_ += number_text(*n);
    else if (const std::string* s = value.text())
      append_text(out_, *s);
    else if (const json_array* a = value.array())
      put_all(*a, '[', ']', [this](const json& item) { put(item); });
    else if (const json_object* o = value.object())
      put_all(*o, '{', '}', [this](const json_member& m) { put_member(m); });
    else
      out_ += "null";
  }

  std::string take() { return std::move(out_); }
  size_t size() const { return let_go_ + out_.size(); }

private:
  template <class Items, class Put>
  void put_all(const Items& items, char open, char close, Put put_item) {
    out_ += open;
    ++level_;
    for (const auto& item : items) {
      if (&item != &*items.begin())
        out_ += ',';
      new_line();
      put_item(item);
      if (counted_ && out_.size() > 4096) {
        let_go_ += out_.size();
        out_.clear();
      }
    }
    --level_;
    if (!items.empty())
      new_line();
    out_ += close;
  }

  void put_member(const json_member& member) {
    append_text(out_, member.name);
    out_ += pretty_ ? ": " : ":";
    put(member.value);
  }

  void new_line() {
    if (pretty_)
      out_.append("\n").append(2 * level_, ' ');
  }

  bool pretty_;
  bool counted_; ///< only the size is wanted
  size_t let_go_ = 0;
  size_t level_ = 0;
  std::string out_;
};

/// Lays out `digits` (no point) with `point` of them before the decimal point, as ECMAScript's
/// Number::toString does for 21 digits at most.
std::string lay_out(std::string digits, int point) {
  const int count = static_cast<int>(digits.size());
  if (point >= count && point <= 21)
    return digits.append(static_cast<size_t>(point - count), '0');
  if (point > 0 && point <= 21)
    return digits.insert(static_cast<size_t>(point), ".");
  if (point > -6 && point <= 0)
    return "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  const int exponent = point - 1;
  if (count > 1)
    digits.insert(1, ".");
  return digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

} // namespace

std::string number_text(double value) {
  if (!std::isfinite(value))
    return "null";
  if (value == 0)
    return "0"; // also of minus zero
  // The shortest digits that read back as this number, "d.ddde±x"; then only the layout is ours.
  char buffer[32];
  const auto end
    = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific);
  const std::string_view text{buffer, static_cast<size_t>(end.ptr - buffer)};
  const size_t e = text.find('e');
  int exponent = 0;
  const char* from = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(from, text.data() + text.size(), exponent);
  std::string digits{text.substr(0, e)};
  std::erase(digits, '.');
  return (value < 0 ? "-" : "") + lay_out(std::move(digits), exponent + 1);
}

std::string quote_json(std::string_view text) {
  std::string out;
  append_text(out, text);
  return out;
}

std::string dump(const json& value) {
  writer w{writer::style::compact};
  w.put(value);
  return w.take();
}

std::string dump_pretty(const json& value) {
  writer w{writer::style::pretty};
  w.put(value);
  return w.take();
}

size_t dump_size(const json& value) {
  writer w{writer::style::counted};
  w.put(value);
  return w.size();
}

} // namespace codius::runtime
