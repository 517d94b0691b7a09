#include "runtime/manifest/generate.hpp"

#include "messages/bytes.hpp"
#include "runtime/base/json_size.hpp"
#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/pod_request.hpp"
#include "runtime/manifest/validate.hpp"

#include <array>
#include <map>

namespace codius::runtime {

namespace {

/// `manifest.vars`, made if there is none.
json_object& vars_of(json_object& manifest) {
  if (!manifest.find("vars"))
    manifest.set("vars", json_object{});
  return *manifest.find("vars")->object();
}

const json_object* non_empty(const json* object) {
  return object && object->object() && !object->object()->empty() ? object->object() : nullptr;
}

void merge_public(json_object& manifest, const json* vars) {
  if (const json_object* added = non_empty(vars))
    for (const auto& [name, var] : *added)
      vars_of(manifest).set(name, var);
}

std::string make_nonce(const env& env) {
  std::array<std::byte, 16> bytes;
  env.random_bytes(bytes);
  return to_hex(bytes);
}

/// Publishes the hash of each private variable; answers the `private` member, if there is one.
std::optional<json> merge_private(json_object& manifest, const json* vars, const env& env) {
  const json_object* added = non_empty(vars);
  if (!added)
    return {};
  json_object secrets;
  for (const auto& [name, var] : *added) {
    json secret = json_object{{"value", *var.find_text("value")}, {"nonce", make_nonce(env)}};
    vars_of(manifest).set(
      name, json_object{{"encoding", "private:sha256"}, {"value", hash_private_var(secret)}});
    secrets.set(name, std::move(secret));
  }
  return json{json_object{{"vars", std::move(secrets)}}};
}

void tidy(json_object& manifest) {
  for (json& container : *manifest.find("containers")->array())
    if (const json* environment = container.find("environment"))
      if (environment->object()->empty())
        container.object()->erase("environment");
  if (json* vars = manifest.find("vars"))
    for (auto& [name, var] : *vars->object())
      var.object()->erase("description");
}

using stage = source_problem::stage;

std::vector<source_problem> check_file(const json& file, const schema& shape, stage where) {
  std::vector<source_problem> out;
  for (const violation& v : check_schema(file, shape))
    out.push_back({where, where == stage::vars_file, violation_problem(v), violation_json(v)});
  return out;
}

/// The library's rules, then those of a host, so that nothing is made that no host will take.
std::vector<manifest_problem> check_complete(const json& complete) {
  auto problems = validate_manifest(complete);
  if (problems.empty())
    problems = check_for_hosts(complete);
  return problems;
}

/// Where a problem of the complete manifest comes from.
source_problem trace_back(manifest_problem problem, const json& vars) {
  json shown = json_object{{problem.path, problem.message}};
  source_problem out{stage::together, false, std::move(problem), std::move(shown)};
  json_path& place = out.what.place;
  if (place.size() < 3 || place[1] != "vars")
    return out;
  const auto has = [&](const char* part) {
    const json* members = vars.find(part);
    return members && members->find(place[2]);
  };
  const bool is_private = place[0] == "private" || has("private");
  out.in_vars_file = is_private || has("public");
  if (out.in_vars_file) {
    place[0] = "vars";
    place[1] = is_private ? "private" : "public";
  }
  return out;
}

json listed(const std::vector<source_problem>& problems, stage where) {
  json_array out;
  for (const auto& p : problems)
    if (p.found_in == where)
      out.push_back(p.shown);
  return out;
}

/// The library's words for all of the first stage where there are problems.
error library_error(const std::vector<source_problem>& problems, const source_file& codius,
                    const source_file& vars) {
  const auto where = problems.front().found_in;
  const auto list = dump_pretty(listed(problems, where));
  if (where == stage::codius_file)
    return {errc::invalid, "Invalid Codius file at " + codius.path + "\n      errors: " + list};
  if (where == stage::vars_file)
    return {errc::invalid, "Invalid Codius vars file at " + vars.path + "\n      errors: " + list};
  return {errc::invalid, "Generated manifest is invalid. errors:\n      " + list};
}

result<json> read_file(const source_file& file) {
  auto value = parse_json(file.text, {.byte_order_mark = true});
  if (!value)
    return error{errc::malformed, file.path + ": " + value.error().detail};
  return value;
}

} // namespace

merged_sources merge_sources(const json& codius, const json& vars, const env& env) {
  merged_sources out;
  out.problems = check_file(codius, codius_file_schema, stage::codius_file);
  for (auto& p : check_file(vars, vars_file_schema, stage::vars_file))
    out.problems.push_back(std::move(p));
  if (!out.problems.empty())
    return out;
  json manifest = *codius.find("manifest");
  const json& added = *vars.find("vars");
  merge_public(*manifest.object(), added.find("public"));
  auto secrets = merge_private(*manifest.object(), added.find("private"), env);
  tidy(*manifest.object());
  json_object complete{{"manifest", std::move(manifest)}};
  if (secrets)
    complete.set("private", *std::move(secrets));
  out.complete = std::move(complete);
  for (auto& p : check_complete(out.complete))
    out.problems.push_back(trace_back(std::move(p), added));
  if (out.complete.find("manifest")->find("vars") && !out.complete.find("private"))
    out.complete.object()->set("private", json_object{});
  return out;
}

std::optional<unresolved_image> resolve_images(json& manifest, const image_to_digest& resolve) {
  std::map<std::string, std::string> known;
  json_array& containers = *manifest.find("containers")->array();
  for (size_t i = 0; i < containers.size(); ++i) {
    std::string& image = *containers[i].find("image")->text();
    auto it = known.find(image);
    if (it == known.end()) {
      auto resolved = resolve(image);
      if (!resolved)
        return unresolved_image{i, resolved.error()};
      it = known.emplace(image, *std::move(resolved)).first;
    }
    image = it->second;
  }
  return {};
}

std::string explain_size(const json& manifest) {
  const size_t size = dump_size(manifest);
  if (size <= max_manifest_text)
    return {};
  return "is too large: " + std::to_string(size) + " bytes, at most "
         + std::to_string(max_manifest_text);
}

result<json> generate_manifest(const source_file& codius, const source_file& vars, const env& env,
                               const image_to_digest& resolve) {
  const auto base = read_file(codius);
  if (!base)
    return base.error();
  const auto values = read_file(vars);
  if (!values)
    return values.error();
  auto merged = merge_sources(*base, *values, env);
  if (!merged.problems.empty())
    return library_error(merged.problems, codius, vars);
  json& manifest = *merged.complete.find("manifest");
  if (auto failed = resolve_images(manifest, resolve))
    return failed->why;
  if (const auto size = explain_size(manifest); !size.empty())
    return error{errc::invalid, "Generated manifest " + size};
  return std::move(merged.complete);
}

} // namespace codius::runtime
