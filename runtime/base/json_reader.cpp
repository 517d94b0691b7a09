#include "runtime/base/json_reader.hpp"

#include "runtime/base/json_place.hpp"
#include "runtime/base/utf8.hpp"

#include <absl/strings/numbers.h>

#include <algorithm>
#include <optional>

namespace codius::runtime {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr size_t deepest = 512; // of what the recursive functions here are asked to do

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::optional<char32_t> hex_digit(char c) {
  if (is_digit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return {};
}

/// Recursive descent over RFC 8259. Every reader answers false after it has noted what is wrong;
/// the first note is kept, at the place where it was made.
class reader {
public:
  reader(std::string_view text, const json_options& options) : text_(text), options_(options) {}

  result<json> run() {
    json value;
    if (read_value(value, options_.depth) && at_end())
      return value;
    return error{errc::malformed, where() + wrong_};
  }
  json_fault fault() const { return {std::min(at_, text_.size()), wrong_}; }

private:
  bool fail(const char* what) {
    wrong_ = what;
    return false;
  }
  bool fail_at(size_t at, const char* what) {
    at_ = at;
    return fail(what);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size())
      return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_]))
      ++at_;
  }
  bool at_end() {
    skip_blanks();
    return at_ == text_.size() || fail("expected the end of the text");
  }

  bool read_value(json& to, size_t depth) {
    skip_blanks();
    if (at_ >= text_.size())
      return fail("the text ends where a value should be");
    switch (peek()) {
      case '{': return read_object(to, depth);
      case '[': return read_array(to, depth);
      case '"': return read_text_value(to);
      case 't': return read_word("true", to, true);
      case 'f': return read_word("false", to, false);
      case 'n': return read_word("null", to, nullptr);
      default: return read_number(to);
    }
  }

  bool read_word(std::string_view word, json& to, json value) {
    if (!text_.substr(at_).starts_with(word))
      return fail("expected a value");
    at_ += word.size();
    to = std::move(value);
    return true;
  }

  bool read_array(json& to, size_t depth) {
    if (depth == 0)
      return fail("too many arrays and objects inside each other");
    ++at_;
    json_array items;
    for (skip_blanks(); !take(']'); skip_blanks()) {
      if (!items.empty() && !take(','))
        return fail("expected ',' or ']'");
      if (!read_value(items.emplace_back(), depth - 1))
        return false;
    }
    to = std::move(items);
    return true;
  }

  bool read_object(json& to, size_t depth) {
    if (depth == 0)
      return fail("too many arrays and objects inside each other");
    ++at_;
    std::vector<json_member> members;
    for (skip_blanks(); !take('}'); skip_blanks()) {
      if (!members.empty() && !take(','))
        return fail("expected ',' or '}'");
      if (!read_member(members.emplace_back(), depth))
        return false;
    }
    to = json_object{std::move(members)};
    return true;
  }

  bool read_member(json_member& member, size_t depth) {
    skip_blanks();
    if (peek() != '"')
      return fail("expected a member name in double quotes");
    if (!read_text(member.name))
      return false;
    skip_blanks();
    if (!take(':'))
      return fail("expected ':'");
    return read_value(member.value, depth - 1);
  }

  bool read_text_value(json& to) {
    std::string text;
    if (!read_text(text))
      return false;
    to = std::move(text);
    return true;
  }

  bool read_text(std::string& to) {
    for (++at_; at_ < text_.size();) {
      if (take('"'))
        return true;
      const size_t start = at_;
      if (const size_t plain = plain_run(text_, at_)) {
        to.append(text_, at_, plain);
        at_ += plain;
        continue;
      }
      if (text_[at_] == '\\') {
        if (!read_escape(to))
          return false;
        continue;
      }
      const char32_t c = next_code_point(text_, at_);
      if (c < 0x20)
        return fail_at(start, "a control character in a string must be escaped");
      if (c == bad_utf8 || is_surrogate(c))
        return fail_at(start, "bytes that are not UTF-8");
      to.append(text_, start, at_ - start);
    }
    return fail("the text ends inside a string");
  }

  bool read_escape(std::string& to) {
    static constexpr std::string_view letters = "\"\\/bfnrt";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const size_t start = at_++;
    if (peek() == 'u')
      return read_unicode_escape(to, start);
    const size_t which = letters.find(peek());
    if (at_ >= text_.size() || which == std::string_view::npos)
      return fail_at(start, "unknown escape in a string");
    to += meanings[which];
    ++at_;
    return true;
  }

  bool read_unicode_escape(std::string& to, size_t start) {
    auto unit = read_unit();
    if (!unit)
      return fail_at(start, "\\u needs four hexadecimal digits");
    const size_t after = at_;
    if (*unit >= 0xd800 && *unit < 0xdc00 && take('\\')) {
      const auto low = peek() == 'u' ? read_unit() : std::nullopt;
      if (low && *low >= 0xdc00 && *low <= 0xdfff)
        unit = 0x10000 + ((*unit & 0x3ff) << 10) + (*low & 0x3ff);
      else
        at_ = after;
    }
    if (is_surrogate(*unit) && options_.surrogates == lone_surrogates::refuse)
      return fail_at(start, "half of a surrogate pair stands alone");
    append_utf8(to, *unit);
    return true;
  }

  /// Reads `uXXXX`.
  std::optional<char32_t> read_unit() {
    if (text_.size() - at_ < 5)
      return {};
    char32_t unit = 0;
    for (size_t i = 1; i < 5; ++i) {
      const auto digit = hex_digit(text_[at_ + i]);
      if (!digit)
        return {};
      unit = unit << 4 | *digit;
    }
    at_ += 5;
    return unit;
  }

  bool read_digits() {
    if (!is_digit(peek()))
      return fail("expected a digit");
    while (is_digit(peek()))
      ++at_;
    return true;
  }

  bool read_number(json& to) {
    const size_t start = at_;
    const bool minus = take('-');
    if (!minus && !is_digit(peek()))
      return fail("expected a value");
    if (take('0')) {
      if (is_digit(peek()))
        return fail("a number must not begin with 0");
    } else if (!read_digits()) {
      return false;
    }
    if (take('.') && !read_digits())
      return false;
    if (take('e') || take('E')) {
      if (!take('-'))
        take('+');
      if (!read_digits())
        return false;
    }
    // The grammar has been checked, so this cannot fail; out of range gives infinity or zero.
    double value = 0;
    (void)absl::SimpleAtod({text_.data() + start, at_ - start}, &value);
    to = value;
    return true;
  }

  std::string where() const {
    const auto [line, column, text] = position_of(text_, at_);
    return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
  }

  std::string_view text_;
  json_options options_;
  size_t at_ = 0;
  const char* wrong_ = "";
};

} // namespace

result<json> read_json_carefully(std::string_view text, const json_options& options) {
  return reader{text, options}.run();
}

result<json> read_json_by(json_read reader, std::string_view text, const json_options& options) {
  json_options bounded = options;
  bounded.depth = std::min(options.depth, deepest);
  if (text.starts_with(byte_order_mark)) {
    if (!options.byte_order_mark)
      return error{errc::malformed, "line 1, column 1: a byte order mark is not accepted"};
    text.remove_prefix(byte_order_mark.size());
  }
  return reader(text, bounded);
}

std::optional<json_fault> find_json_fault(std::string_view text, const json_options& options) {
  const size_t mark
    = options.byte_order_mark && text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  reader r{text.substr(mark), options};
  if (r.run())
    return {};
  auto fault = r.fault();
  fault.at += mark;
  return fault;
}

} // namespace codius::runtime
