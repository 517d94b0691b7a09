#include "runtime/manifest/canonical_json.hpp"

#include "runtime/base/utf8.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

struct range {
  char32_t first, last;
};

constexpr range escaped[] = {
  {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x0600, 0x0604},
  {0x070f, 0x070f}, {0x17b4, 0x17b5}, {0x200c, 0x200f}, {0x2028, 0x202f},
  {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff0, 0xffff},
};

bool is_escaped(char32_t c) {
  return std::any_of(std::begin(escaped), std::end(escaped),
                     [c](range r) { return c >= r.first && c <= r.last; });
}

void append_escape(std::string& out, char32_t c) {
  static constexpr char digits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += digits[c >> shift & 15];
}

void append_text(std::string& out, std::string_view text) {
  if (is_plain_text(text)) { // nearly always
    const size_t at = out.size();
    out.resize(at + text.size() + 2, '"');
    text.copy(out.data() + at + 1, text.size());
    return;
  }
  out += '"';
  for (size_t at = 0; at < text.size();) {
    if (const size_t plain = plain_run(text, at)) {
      out.append(text, at, plain);
      at += plain;
      continue;
    }
    const char32_t c = next_code_point(text, at);
    if (c == '"' || c == '\\')
      (out += '\\') += static_cast<char>(c);
    else if (const auto which = std::u32string_view{U"\b\t\n\f\r"}.find(c); which < 5)
      (out += '\\') += "btnfr"[which];
    else if (c == bad_utf8 || is_surrogate(c))
      append_utf8(out, 0xfffd);
    else if (is_escaped(c))
      append_escape(out, c);
    else
      append_utf8(out, c);
  }
  out += '"';
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

/// Hands over what it has from time to time, so that a large text is never there as a whole.
class writer {
public:
  explicit writer(const text_sink& sink) : sink_(sink) { out_.reserve(most_held + 2048); }

  void put(const json& value) {
    if (const std::string* text = value.text())
      return append_text(out_, *text);
    if (const json_object* object = value.object())
      return put_object(*object);
    const json_array* array = value.array();
    if (!array) {
      out_ += dump(value);
      return;
    }
    out_ += '[';
    for (const json& item : *array) {
      if (&item != &array->front())
        out_ += ',';
      put(item);
    }
    out_ += ']';
  }

  void end() { sink_(out_); }

private:
  static constexpr size_t most_held = 16 << 10;

  void put_member(const json_member& member, bool is_first) {
    if (!is_first)
      out_ += ',';
    append_text(out_, member.name);
    out_ += ':';
    put(member.value);
    if (out_.size() < most_held)
      return;
    sink_(out_);
    out_.clear();
  }

  /// UTF-8 sorts by code point; UTF-16 puts the characters beyond U+FFFF before U+E000.
  void put_by_units(const json_object& object) {
    std::vector<std::pair<std::u16string, const json_member*>> order;
    order.reserve(object.size());
    for (const json_member& m : object)
      order.emplace_back(to_utf16(m.name), &m);
    std::sort(order.begin(), order.end());
    for (const auto& one : order)
      put_member(*one.second, &one == &order.front());
  }

  void put_object(const json_object& object) {
    out_ += '{';
    const auto by_name
      = [](const json_member* a, const json_member* b) { return a->name < b->name; };
    if (std::all_of(object.begin(), object.end(), [](const auto& m) { return is_ascii(m.name); })) {
      std::vector<const json_member*> order(object.size());
      std::transform(object.begin(), object.end(), order.begin(), [](const auto& m) { return &m; });
      std::sort(order.begin(), order.end(), by_name);
      for (const json_member* const& member : order)
        put_member(*member, &member == &order.front());
    } else {
      put_by_units(object);
    }
    out_ += '}';
  }

  const text_sink& sink_;
  std::string out_;
};

} // namespace

std::string canonical_json(const json& value) {
  std::string out;
  out.reserve(2048); // most manifests
  canonical_json(value, [&out](std::string_view part) { out += part; });
  return out;
}

void canonical_json(const json& value, const text_sink& sink) {
  writer w{sink};
  w.put(value);
  w.end();
}

} // namespace codius::runtime
