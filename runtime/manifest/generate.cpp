#include "runtime/manifest/generate.hpp"

#include "messages/bytes.hpp"
#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/pod_request.hpp"
#include "runtime/manifest/validate.hpp"

#include <array>
#include <map>

namespace codius::runtime {

namespace {

result<json> read_file(const source_file& file, const schema& shape, const std::string& what) {
  auto value = parse_json(file.text, {.byte_order_mark = true});
  if (!value)
    return error{errc::malformed, file.path + ": " + value.error().detail};
  const auto violations = check_schema(*value, shape);
  if (violations.empty())
    return value;
  return error{errc::invalid, "Invalid " + what + " at " + file.path
                                + "\n      errors: " + dump_pretty(violations_json(violations))};
}

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

/// The library's rules, then those of a host, so that nothing is made that no host will take.
status check_complete(const json& complete) {
  auto problems = validate_manifest(complete);
  if (problems.empty())
    for (const violation& v : check_schema(complete, pod_request_schema))
      problems.push_back({*violation_json(v).find_text("path"), explain(v)});
  if (problems.empty())
    return ok();
  return error{errc::invalid, "Generated manifest is invalid. errors:\n      "
                                + dump_pretty(problems_json(problems))};
}

status resolve_images(json& manifest, const image_to_digest& resolve) {
  std::map<std::string, std::string> known;
  for (json& container : *manifest.find("containers")->array()) {
    std::string& image = *container.find("image")->text();
    auto it = known.find(image);
    if (it == known.end()) {
      auto resolved = resolve(image);
      if (!resolved)
        return resolved.error();
      it = known.emplace(image, *std::move(resolved)).first;
    }
    image = it->second;
  }
  return ok();
}

} // namespace

result<json> generate_manifest(const source_file& codius, const source_file& vars, const env& env,
                               const image_to_digest& resolve) {
  auto base = read_file(codius, codius_file_schema, "Codius file");
  if (!base)
    return base.error();
  auto values = read_file(vars, vars_file_schema, "Codius vars file");
  if (!values)
    return values.error();
  json* manifest = base->find("manifest");
  if (!manifest)
    return error{errc::invalid, "Invalid Codius file at " + codius.path
                                  + "\n      errors: there is no member \"manifest\""};
  const json& added = *values->find("vars");
  merge_public(*manifest->object(), added.find("public"));
  auto secrets = merge_private(*manifest->object(), added.find("private"), env);
  tidy(*manifest->object());
  json_object complete{{"manifest", std::move(*manifest)}};
  if (secrets)
    complete.set("private", *std::move(secrets));
  json out = std::move(complete);
  if (auto good = check_complete(out); !good)
    return good.error();
  if (out.find("manifest")->find("vars") && !out.find("private"))
    out.object()->set("private", json_object{});
  if (auto done = resolve_images(*out.find("manifest"), resolve); !done)
    return done.error();
  if (const size_t size = dump(*out.find("manifest")).size(); size > max_manifest_text)
    return error{errc::invalid, "Generated manifest is too large: " + std::to_string(size)
                                  + " bytes, at most " + std::to_string(max_manifest_text)};
  return out;
}

} // namespace codius::runtime
