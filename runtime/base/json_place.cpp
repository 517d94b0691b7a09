#include "runtime/base/json_place.hpp"

#include "runtime/base/json.hpp"
#include "runtime/base/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace codius::runtime {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Walks over a text whose grammar is known to be right; a wrong one ends the walk early.
class walker {
public:
  explicit walker(std::string_view text) : text_(text) {
    at_ = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    skip_blanks();
  }

  size_t at() const { return at_; }

  /// Goes to the value of the last member of that name, or to the item of that number.
  /// Answers where it begins.
  std::optional<size_t> enter(std::string_view step) {
    if (peek() == '{')
      return enter_object(step);
    return peek() == '[' ? enter_array(step) : std::nullopt;
  }

private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size()); }

  void skip_text() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\')
        ++at_;
    at_ = std::min(at_ + 1, text_.size());
  }

  void skip_value() {
    size_t depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        skip_text();
        continue;
      }
      depth += c == '{' || c == '[' ? 1 : 0;
      if (c == '}' || c == ']') {
        if (depth == 0)
          return; // the end of what is around it
        --depth;
      }
      if (depth == 0 && c == ',')
        return;
      ++at_;
    } while (at_ < text_.size() && (depth > 0 || std::string_view{",]}"}.find(peek()) > 2));
  }

  /// Past a comma, if there is one.
  bool next() {
    skip_blanks();
    const bool more = peek() == ',';
    at_ += more ? 1 : 0;
    skip_blanks();
    return more;
  }

  std::optional<size_t> enter_array(std::string_view step) {
    size_t number = 0;
    const auto [end, failed] = std::from_chars(step.data(), step.data() + step.size(), number);
    if (failed != std::errc{} || end != step.data() + step.size())
      return {};
    ++at_;
    skip_blanks();
    for (; number > 0 && peek() != ']'; --number) {
      skip_value();
      if (!next())
        return {};
    }
    if (peek() == ']' || at_ >= text_.size())
      return {};
    return at_;
  }

  std::optional<size_t> enter_object(std::string_view step) {
    std::optional<size_t> name, value;
    ++at_;
    skip_blanks();
    while (peek() == '"') {
      const size_t start = at_;
      skip_text();
      const bool found = is_name(text_.substr(start, at_ - start), step);
      skip_blanks();
      at_ += peek() == ':' ? 1 : 0;
      skip_blanks();
      if (found) {
        name = start;
        value = at_;
      }
      skip_value();
      if (!next())
        break;
    }
    if (value)
      at_ = *value;
    return name;
  }

  static bool is_name(std::string_view quoted, std::string_view name) {
    if (quoted.find('\\') == std::string_view::npos)
      return quoted.size() == name.size() + 2 && quoted.substr(1, name.size()) == name;
    const auto value = parse_json(quoted, {.surrogates = lone_surrogates::keep});
    return value && value->text() && *value->text() == name;
  }

  std::string_view text_;
  size_t at_ = 0;
};

} // namespace

size_t find_json_place(std::string_view text, const json_path& path) {
  walker w{text};
  size_t place = w.at();
  for (const auto& step : path) {
    const auto next = w.enter(step);
    if (!next)
      break;
    place = *next;
  }
  return place;
}

text_position position_of(std::string_view text, size_t at) {
  at = std::min(at, text.size());
  text_position out;
  out.line
    += static_cast<size_t>(std::count(text.begin(), text.begin() + static_cast<long>(at), '\n'));
  const size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  size_t start = before == std::string_view::npos ? 0 : before + 1;
  if (start == 0 && text.starts_with("\xef\xbb\xbf"))
    start = 3;
  out.text = text.substr(start, text.find('\n', start) - start);
  if (out.text.ends_with('\r'))
    out.text.remove_suffix(1);
  for (size_t i = start; i < at; ++out.column)
    (void)next_code_point(text, i);
  return out;
}

} // namespace codius::runtime
