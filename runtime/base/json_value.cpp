#include "runtime/base/json.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

namespace codius::runtime {

namespace {

/// The value of an integer-like name: JavaScript's array indexes, 0 to 2^32 - 2.
std::optional<uint32_t> index_of(std::string_view name) {
  uint32_t value = 0;
  if (name.empty() || name.size() > 10 || (name[0] == '0' && name.size() > 1))
    return {};
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (failed != std::errc{} || end != name.data() + name.size() || value == 0xffffffff)
    return {};
  return value;
}

/// Integer-like names first and ascending, the others equal among themselves.
bool walks_before(const json_member& a, const json_member& b) {
  const auto x = index_of(a.name);
  const auto y = index_of(b.name);
  return x && (!y || *x < *y);
}

/// Leaves each name once, with its last value at its first place. Sorting an index instead of
/// hashing the names leaves a hostile sender no collisions to aim for.
void drop_duplicates(std::vector<json_member>& members) {
  std::vector<size_t> order(members.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return members[a].name < members[b].name; });
  std::vector<bool> dropped(members.size());
  size_t first = 0;
  for (size_t i = 1; i < order.size(); ++i) {
    if (members[order[i]].name != members[order[first]].name) {
      first = i;
      continue;
    }
    members[order[first]].value = std::move(members[order[i]].value);
    dropped[order[i]] = true;
  }
  size_t at = 0;
  std::erase_if(members, [&](const json_member&) { return dropped[at++]; });
}

} // namespace

json_object::json_object(std::vector<json_member> members) : members_(std::move(members)) {
  drop_duplicates(members_);
  if (std::any_of(begin(), end(), [](const auto& m) { return index_of(m.name).has_value(); }))
    std::stable_sort(members_.begin(), members_.end(), walks_before);
}

json_object::json_object(std::initializer_list<json_member> members)
  : json_object(std::vector<json_member>{members}) {}

const json* json_object::find(std::string_view name) const {
  // Most names differ in size or first letter.
  const char first = name.empty() ? '\0' : name[0];
  for (const json_member& m : members_)
    if (m.name.size() == name.size() && m.name.c_str()[0] == first && m.name == name)
      return &m.value;
  return nullptr;
}

json* json_object::find(std::string_view name) {
  return const_cast<json*>(std::as_const(*this).find(name));
}

json_object& json_object::set(std::string name, json value) {
  if (json* there = find(name)) {
    *there = std::move(value);
    return *this;
  }
  json_member member{std::move(name), std::move(value)};
  const auto place = std::upper_bound(members_.begin(), members_.end(), member, walks_before);
  members_.insert(place, std::move(member));
  return *this;
}

bool json_object::erase(std::string_view name) {
  return std::erase_if(members_, [name](const json_member& m) { return m.name == name; }) > 0;
}

json::json(json_array value) : v_(std::move(value)) {}
json::json(json_object value) : v_(std::move(value)) {}

const json* json::find(std::string_view name) const {
  return object() ? object()->find(name) : nullptr;
}

json* json::find(std::string_view name) { return object() ? object()->find(name) : nullptr; }

const std::string* json::find_text(std::string_view name) const {
  const json* member = find(name);
  return member ? member->text() : nullptr;
}

bool operator==(const json& a, const json& b) {
  if (a.object() && b.object())
    return std::equal(a.object()->begin(), a.object()->end(), b.object()->begin(),
                      b.object()->end());
  if (a.array() && b.array())
    return *a.array() == *b.array();
  if (a.v_.index() != b.v_.index() || a.object() || a.array())
    return false;
  if (a.text())
    return *a.text() == *b.text();
  if (a.number())
    return *a.number() == *b.number();
  return a.is_null() || *a.boolean() == *b.boolean();
}

} // namespace codius::runtime
