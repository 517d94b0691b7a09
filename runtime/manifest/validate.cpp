#include "runtime/manifest/validate.hpp"

#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/interpolate.hpp"

#include <algorithm>
#include <map>
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

using index = std::map<std::string_view, const json*>;

index index_of(const json* object) {
  index out;
  if (object && object->object())
    for (const auto& [name, value] : *object->object())
      out.emplace(name, &value);
  return out;
}

const json* look_up(const index& in, std::string_view name) {
  const auto it = in.find(name);
  return it == in.end() ? nullptr : it->second;
}

/// The rules that a schema cannot say, of a manifest whose shape is right.
class rules {
public:
  explicit rules(const json& complete)
    : manifest_(*complete.find("manifest")), private_(complete.find("private")),
      has_vars_(manifest_.find("vars")), vars_(index_of(manifest_.find("vars"))),
      private_vars_(index_of(private_ ? private_->find("vars") : nullptr)) {}

  std::vector<manifest_problem> run() {
    check_containers(*manifest_.find("containers")->array());
    if (has_vars_)
      for (const auto& [name, var] : *manifest_.find("vars")->object())
        check_public_var(name, var);
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
    if (!value.empty())
      keys_in_use_.insert(key);
    values_in_use_.insert(value);
    if (is_reserved_name(key))
      note_here("environment variables starting in `CODIUS` are reserved.");
    if (!value.starts_with('$'))
      return;
    const std::string_view name = std::string_view{value}.substr(1);
    const json* var = look_up(vars_, name);
    if (!has_vars_)
      note_here("cannot validate env variable - manifest.vars not defined");
    else if (!var)
      note_here("env variable is not defined within manifest.vars.");
    else if (private_ && var->find("encoding") && !look_up(private_vars_, name))
      note_here("encoded env variable is not defined within private manifest field");
  }

  bool is_used(const std::string& name) const {
    return keys_in_use_.contains(name) || values_in_use_.contains("$" + name);
  }

  void check_public_var(const std::string& name, const json& var) {
    if (!is_used(name))
      note_var(name, "public var is not used within a container");
    if (var.find("encoding") && !private_)
      note_var(name, "public var has encoding but private.vars is undefined");
  }

  void check_private_vars() {
    if (!has_vars_)
      return note("private", "cannot validate private vars - manifest.vars is not defined.",
                  {"private"});
    for (const auto& [name, secret] : *private_->find("vars")->object()) {
      const json* var = look_up(vars_, name);
      if (!var) {
        note_secret(name, "private var is not specified within manifest.vars");
        continue;
      }
      const std::string& expected = *var->find_text("value");
      const std::string hash = hash_private_var(secret);
      if (hash != expected)
        note_secret(name, "private var hash does not match the hashed value. public-hash="
                            + expected + " hashed-value=" + hash);
      if (!is_used(name))
        note_secret(name, "private var is never used within a container");
    }
  }

  const json& manifest_;
  const json* private_;
  bool has_vars_;
  index vars_, private_vars_;
  std::set<std::string, std::less<>> keys_in_use_, values_in_use_;
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
