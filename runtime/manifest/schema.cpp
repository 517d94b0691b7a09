#include "runtime/manifest/schema.hpp"

#include <algorithm>

namespace codius::runtime {

namespace {

class checker {
public:
  explicit checker(size_t max) : max_(max) { path_.reserve(8); }

  std::vector<violation> take() { return std::move(found_); }

  void check(const json& value, const schema& shape) {
    using kind = schema::kind;
    if (found_.size() >= max_)
      return;
    switch (shape.what) {
      case kind::text: return check_text(value, shape);
      case kind::boolean:
        if (!value.boolean())
          note(violation::rule::type, shape);
        return;
      case kind::choice:
        if (!value.text() || *value.text() != shape.only)
          note(violation::rule::choice, shape);
        return;
      case kind::list: return check_list(value, shape);
      case kind::map: return check_map(value, shape);
      case kind::record: return check_record(value, shape);
    }
  }

private:
  void note(violation::rule rule, const schema& expected, std::string name = {}) {
    if (found_.size() < max_)
      found_.push_back({rule, path_, std::move(name), &expected});
  }

  void check_below(const std::string& name, const json& value, const schema& shape) {
    path_.push_back(name);
    check(value, shape);
    path_.pop_back();
  }

  void check_text(const json& value, const schema& shape) {
    if (!value.text())
      note(violation::rule::type, shape);
    else if (shape.pattern && !shape.pattern(*value.text()))
      note(violation::rule::pattern, shape);
  }

  void check_list(const json& value, const schema& shape) {
    const json_array* items = value.array();
    if (!items)
      return note(violation::rule::type, shape);
    if (items->size() < shape.min_items)
      note(violation::rule::too_few, shape);
    for (size_t i = 0; i < items->size() && found_.size() < max_; ++i)
      check_below(std::to_string(i), (*items)[i], *shape.element);
  }

  void check_map(const json& value, const schema& shape) {
    const json_object* members = value.object();
    if (!members)
      return note(violation::rule::type, shape);
    for (const auto& [name, member] : *members) {
      if (shape.refuse_proto && name == "__proto__")
        note(violation::rule::reserved_name, shape, name);
      check_below(name, member, *shape.element);
    }
  }

  void check_record(const json& value, const schema& shape) {
    const json_object* members = value.object();
    if (!members)
      return note(violation::rule::type, shape);
    size_t known = 0;
    for (const schema_field& field : shape.fields) {
      const json* member = members->find(field.name);
      known += member ? 1 : 0;
      check_field(member, field);
    }
    if (shape.open || known == members->size())
      return;
    for (const auto& [name, member] : *members) {
      const auto knows = [&name](const schema_field& f) { return f.name == name; };
      if (std::none_of(shape.fields.begin(), shape.fields.end(), knows))
        note(violation::rule::unknown, shape, name);
    }
  }

  void check_field(const json* member, const schema_field& field) {
    path_.emplace_back(field.name);
    if (member)
      check(*member, *field.value);
    else if (field.required)
      note(violation::rule::required, *field.value);
    path_.pop_back();
  }

  size_t max_;
  std::vector<std::string> path_;
  std::vector<violation> found_;
};

std::string expectation(const schema& shape) {
  using kind = schema::kind;
  if (!shape.expects.empty())
    return std::string{shape.expects};
  switch (shape.what) {
    case kind::text: return "must be a string";
    case kind::boolean: return "must be true or false";
    case kind::choice: return "must be \"" + std::string{shape.only} + "\"";
    case kind::list: return "must be an array";
    case kind::map: return "must be an object";
    case kind::record: return "must be an object";
  }
  return {};
}

} // namespace

std::string explain(const violation& v) {
  switch (v.broken) {
    case violation::rule::type: return expectation(*v.expected);
    case violation::rule::pattern: return expectation(*v.expected);
    case violation::rule::choice: return expectation(*v.expected);
    case violation::rule::required: return "is required";
    case violation::rule::unknown: return "is not a member of this object";
    case violation::rule::reserved_name: return "is not a name that can be used";
    case violation::rule::too_few: break;
  }
  return "must have at least " + std::to_string(v.expected->min_items) + " item"
         + (v.expected->min_items == 1 ? "" : "s");
}

std::vector<violation> check_schema(const json& value, const schema& shape, size_t max) {
  checker c{max};
  c.check(value, shape);
  return c.take();
}

} // namespace codius::runtime
