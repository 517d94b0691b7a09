#include "runtime/manifest/validate.hpp"

#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/interpolate.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace codius::runtime {

namespace {

const char* keyword(violation::rule rule) {
  switch (rule) {
    case violation::rule::type: return "type";
    case violation::rule::required: return "required";
    case violation::rule::unknown: return "additionalProperties";
    case violation::rule::reserved_name: return "additionalProperties";
    case violation::rule::pattern: return "pattern";
    case violation::rule::too_few: return "minItems";
    case violation::rule::choice: return "enum";
  }
  return "";
}

std::string dotted(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) {
    if (&part != &path.front())
      out += '.';
    out += part;
  }
  return out;
}

/// The members of an object, found by name.
class index {
public:
  static constexpr size_t none = static_cast<size_t>(-1);

  explicit index(const json* object) {
    if (!object || !object->object())
      return;
    entries_.reserve(object->object()->size());
    for (const auto& [name, value] : *object->object())
      entries_.push_back({name, &value, entries_.size()});
    std::sort(entries_.begin(), entries_.end(),
              [](const entry& a, const entry& b) { return is_before(a.name, b.name); });
  }

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  /// Its place in the object; `none`.
  size_t place(std::string_view name) const {
    const entry* e = find(name);
    return e ? e->place : none;
  }
  const json* value(std::string_view name) const {
    const entry* e = find(name);
    return e ? e->value : nullptr;
  }

private:
  struct entry {
    std::string_view name;
    const json* value;
    size_t place;
  };

  /// Any order will do; most names differ in size.
  static bool is_before(std::string_view a, std::string_view b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }
  const entry* find(std::string_view name) const {
    const auto it
      = std::lower_bound(entries_.begin(), entries_.end(), name,
                         [](const entry& e, std::string_view n) { return is_before(e.name, n); });
    return it == entries_.end() || it->name != name ? nullptr : &*it;
  }

  std::vector<entry> entries_;
};

/// The rules that a schema cannot say, of a manifest whose shape is right.
class rules {
public:
  explicit rules(const json& complete)
    : manifest_(*complete.find("manifest")), private_(complete.find("private")),
      has_vars_(manifest_.find("vars")), vars_(manifest_.find("vars")),
      private_vars_(private_ ? private_->find("vars") : nullptr), used_(vars_.size()) {}

  std::vector<manifest_problem> run() {
    check_containers(*manifest_.find("containers")->array());
    if (has_vars_)
      check_public_vars(*manifest_.find("vars")->object());
    if (!private_vars_.empty())
      check_private_vars();
    return std::move(problems_);
  }

private:
  void note(std::string path, std::string message, json_path place) {
    auto words = message;
    problems_.push_back({std::move(path), std::move(message), std::move(place), std::move(words)});
  }
  void note_var(const std::string& name, std::string message) {
    note("manifest.vars." + name, std::move(message), {"manifest", "vars", name});
  }
  void note_secret(const std::string& name, std::string message) {
    note("private." + name, std::move(message), {"private", "vars", name});
  }

  void check_containers(const json_array& containers) {
    std::set<std::string_view> ids;
    for (const json& container : containers)
      ids.insert(*container.find_text("id"));
    if (ids.size() < containers.size())
      note("manifest.containers", "container ids must be unique.", {"manifest", "containers"});
    for (size_t i = 0; i < containers.size(); ++i)
      if (const json* environment = containers[i].find("environment"))
        for (const auto& [key, value] : *environment->object())
          check_entry(std::to_string(i), key, *value.text());
  }

  void check_entry(const std::string& number, const std::string& key, const std::string& value) {
    const auto note_here = [&](const char* message) {
      note("manifest.containers[" + number + "].environment." + key, message,
           {"manifest", "containers", number, "environment", key});
    };
    // An entry uses the variable that its value names, and the one of its own name.
    if (!value.empty())
      use(vars_.place(key));
    if (is_reserved_name(key))
      note_here("environment variables starting in `CODIUS` are reserved.");
    if (!value.starts_with('$'))
      return;
    const std::string_view name = std::string_view{value}.substr(1);
    const json* var = vars_.value(name);
    if (name != key)
      use(vars_.place(name));
    if (!has_vars_)
      note_here("cannot validate env variable - manifest.vars not defined");
    else if (!var)
      note_here("env variable is not defined within manifest.vars.");
    else if (private_ && var->find("encoding") && !private_vars_.value(name))
      note_here("encoded env variable is not defined within private manifest field");
  }

  void use(size_t place) {
    if (place != index::none)
      used_[place] = true;
  }

  void check_public_vars(const json_object& vars) {
    size_t place = 0;
    for (const auto& [name, var] : vars) {
      if (!used_[place++])
        note_var(name, "public var is not used within a container");
      if (var.find("encoding") && !private_)
        note_var(name, "public var has encoding but private.vars is undefined");
    }
  }

  void check_private_vars() {
    if (!has_vars_)
      return note("private", "cannot validate private vars - manifest.vars is not defined.",
                  {"private"});
    for (const auto& [name, secret] : *private_->find("vars")->object()) {
      const json* var = vars_.value(name);
      if (!var) {
        note_secret(name, "private var is not specified within manifest.vars");
        continue;
      }
      const std::string& expected = *var->find_text("value");
      const std::string hash = hash_private_var(secret);
      if (hash != expected)
        note_secret(name, "private var hash does not match the hashed value. public-hash="
                            + expected + " hashed-value=" + hash);
      if (!used_[vars_.place(name)])
        note_secret(name, "private var is never used within a container");
    }
  }

  const json& manifest_;
  const json* private_;
  bool has_vars_;
  index vars_, private_vars_;
  std::vector<bool> used_; ///< by the variable's place
  std::vector<manifest_problem> problems_;
};

} // namespace

json violation_json(const violation& v) {
  json_object out;
  if (v.broken == violation::rule::unknown || v.broken == violation::rule::reserved_name)
    out.set("additionalProperties", v.name);
  out.set("path", dotted(v.path)).set("keyword", keyword(v.broken));
  return out;
}

json violations_json(const std::vector<violation>& violations) {
  json_array out;
  for (const violation& v : violations)
    out.push_back(violation_json(v));
  return out;
}

manifest_problem violation_problem(const violation& v) {
  std::string text = dump(violation_json(v));
  std::replace(text.begin(), text.end(), '"', '\'');
  manifest_problem out{dotted(v.path), "schema is invalid. error=" + text, v.path, explain(v)};
  if (!v.name.empty() || v.broken == violation::rule::unknown)
    out.place.push_back(v.name);
  if (out.place.size() > v.path.size())
    out.words = quote_json(v.name) + " " + out.words;
  return out;
}

json problems_json(const std::vector<manifest_problem>& problems) {
  json_array out;
  for (const auto& p : problems)
    out.emplace_back(json_object{{p.path, p.message}});
  return out;
}

std::vector<manifest_problem> check_for_hosts(const json& complete) {
  std::vector<manifest_problem> problems;
  for (const violation& v : check_schema(complete, pod_request_schema)) {
    auto problem = violation_problem(v);
    problem.message = problem.words;
    problems.push_back(std::move(problem));
  }
  return problems;
}

std::vector<manifest_problem> validate_manifest(const json& complete) {
  std::vector<manifest_problem> problems;
  for (const violation& v : check_schema(complete, complete_manifest_schema))
    problems.push_back(violation_problem(v));
  return problems.empty() ? rules{complete}.run() : problems;
}

} // namespace codius::runtime
