#pragma once
#include "messages/error.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace codius::runtime {

class json;
struct json_member;

using json_array = std::vector<json>;

/// The members of a JSON object, each name once, in the order in which JavaScript walks them:
/// integer-like names (`"0"`, `"17"`, up to 4294967294) ascending, then the others as they were
/// added. Look-ups are linear: build an index before many of them.
class json_object {
public:
  json_object() = default;
  /// Of members with the same name the last one wins, at the place of the first.
  json_object(std::initializer_list<json_member> members);
  explicit json_object(std::vector<json_member> members);

  const json* find(std::string_view name) const;
  json* find(std::string_view name);
  /// Replaces a member where it stands, or adds one. Returns itself, to chain.
  json_object& set(std::string name, json value);
  bool erase(std::string_view name);

  size_t size() const;
  bool empty() const { return size() == 0; }
  const json_member* begin() const;
  const json_member* end() const;
  json_member* begin();
  json_member* end();

private:
  std::vector<json_member> members_;
};

/// A JSON value. Copies are deep. Each thread may use its own.
///
/// Numbers are IEEE doubles, as in JavaScript: an integer beyond 2^53 is rounded, so amounts travel
/// as text. Strings are UTF-8; only `lone_surrogates::keep` lets three-byte surrogates in.
///
///     json body = json_object{{"statusCode", 404}, {"error", "Not Found"}, {"tags",
///     json_array{}}};
class json {
public:
  json() = default; ///< null
  json(std::nullptr_t) {}
  template <std::same_as<bool> T>
  json(T value) : v_(value) {}
  template <class T>
  requires(std::is_arithmetic_v<T> && !std::same_as<T, bool> && !std::same_as<T, char>)
    json(T value)
    : v_(static_cast<double>(value)) {}
  json(std::string value) : v_(std::move(value)) {}
  json(std::string_view value) : v_(std::string{value}) {}
  json(const char* value) : v_(std::string{value}) {}
  json(json_array value);
  json(json_object value);

  /// What it is; a null pointer when it is something else.
  const bool* boolean() const { return std::get_if<bool>(&v_); }
  const double* number() const { return std::get_if<double>(&v_); }
  const std::string* text() const { return std::get_if<std::string>(&v_); }
  const json_array* array() const { return std::get_if<json_array>(&v_); }
  const json_object* object() const { return std::get_if<json_object>(&v_); }
  bool is_null() const { return v_.index() == 0; }

  bool* boolean() { return std::get_if<bool>(&v_); }
  double* number() { return std::get_if<double>(&v_); }
  std::string* text() { return std::get_if<std::string>(&v_); }
  json_array* array() { return std::get_if<json_array>(&v_); }
  json_object* object() { return std::get_if<json_object>(&v_); }

  /// The member `name` of an object; null when there is none or this is no object.
  const json* find(std::string_view name) const;
  json* find(std::string_view name);
  /// The text of the member `name`; null when there is none or it is no text.
  const std::string* find_text(std::string_view name) const;

  /// Same shape, same values, members in the same order.
  friend bool operator==(const json& a, const json& b);

private:
  std::variant<std::nullptr_t, bool, double, std::string, json_array, json_object> v_;
};

struct json_member {
  std::string name;
  json value;
  bool operator==(const json_member&) const = default;
};

inline size_t json_object::size() const { return members_.size(); }
inline const json_member* json_object::begin() const { return members_.data(); }
inline const json_member* json_object::end() const { return members_.data() + members_.size(); }
inline json_member* json_object::begin() { return members_.data(); }
inline json_member* json_object::end() { return members_.data() + members_.size(); }

/// What to do with `\ud800` and its like when the other half of the pair is missing.
enum class lone_surrogates : uint8_t {
  refuse, ///< an error: such text has no UTF-8 form, so it cannot be stored or passed on
  keep,   ///< as JavaScript does; kept in three bytes, written as `\ud800` again
};

struct json_options {
  size_t depth = 64;            ///< arrays and objects inside each other, at most 512
  bool byte_order_mark = false; ///< skip one at the start; else it is an error
  lone_surrogates surrogates = lone_surrogates::refuse;
};

/// Reads one JSON text (RFC 8259) as JavaScript does: of members with the same name the last one
/// wins at the place of the first; numbers too large for a double become infinite.
///
/// The caller bounds the size; time and memory are linear in it but for a factor log n. Errors:
/// `malformed`, with line and column (in characters, from 1) and what was expected there; never a
/// piece of the text itself, which may be secret. Any thread.
result<json> parse_json(std::string_view text, const json_options& options = {});

/// The text that JavaScript's `JSON.stringify` gives. Bytes in strings that are no UTF-8 become
/// U+FFFD; numbers that are not finite become `null`.
std::string dump(const json& value);
/// As `JSON.stringify(value, null, 2)`: one member a line, two spaces a level.
std::string dump_pretty(const json& value);

/// `text` as a JSON string, quotes included.
std::string quote_json(std::string_view text);
/// ECMAScript's Number→String of a finite number; `null` for others, as in JSON.
std::string number_text(double value);

} // namespace codius::runtime
