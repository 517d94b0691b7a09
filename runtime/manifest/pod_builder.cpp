#include "runtime/manifest/pod_builder.hpp"

#include "runtime/base/utf8.hpp"

#include <charconv>
#include <map>

namespace codius::runtime {

namespace {

using outcome = resolved_value::outcome;

/// Linux's limit for one argument or environment string, its NUL included.
constexpr size_t max_string = 128 * 1024;

std::string short_sentence(outcome is) {
  switch (is) {
    case outcome::literal: return {};
    case outcome::variable: return {};
    case outcome::undefined: return "names a variable that manifest.vars does not have";
    case outcome::private_missing:
      return "needs a private variable that private.vars does not have";
    case outcome::hash_differs: break;
  }
  return "the private variable does not have the hash that manifest.vars gives";
}

std::vector<std::string> below(std::vector<std::string> path, std::string name) {
  path.push_back(std::move(name));
  return path;
}

} // namespace

std::string json_pointer(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) {
    out += '/';
    for (char c : shorten(part, 100))
      if (c == '~')
        out += "~0";
      else if (c == '/')
        out += "~1";
      else
        out += c;
  }
  return out;
}

pod_builder::pod_builder(const json& manifest, const json* private_part, const host_facts& host)
  : manifest_(manifest), containers_(*manifest.find("containers")->array()), host_(host),
    variables_(manifest, private_part) {}

void pod_builder::note(const path& at, std::string sentence, std::string message) {
  if (refusal_.details.empty())
    refusal_.message = message.empty() ? sentence : std::move(message);
  if (!is_full())
    refusal_.details.push_back({json_pointer(at), std::move(sentence)});
}

std::optional<pod_request_error> pod_builder::check() {
  if (containers_.size() > host_.max_containers)
    note({"manifest", "containers"},
         "a pod of this host has at most " + std::to_string(host_.max_containers) + " containers");
  for (size_t i = 0; i < containers_.size() && !is_full(); ++i)
    check_container(containers_[i], {"manifest", "containers", std::to_string(i)});
  check_ids();
  if (environment_bytes_ > host_.max_environment_bytes)
    note({"manifest", "containers"}, "the environment has more than "
                                       + std::to_string(host_.max_environment_bytes)
                                       + " bytes when its variables are filled in");
  if (refusal_.details.empty())
    return {};
  return std::move(refusal_);
}

void pod_builder::check_ids() {
  std::map<std::string_view, size_t> seen;
  for (size_t i = 0; i < containers_.size() && !is_full(); ++i)
    if (const auto [it, is_new] = seen.emplace(*containers_[i].find_text("id"), i); !is_new)
      note({"manifest", "containers", std::to_string(i), "id"},
           "is the id of container " + std::to_string(it->second) + " too",
           "container ids must be unique.");
}

void pod_builder::check_container(const json& container, const path& at) {
  if (const json* environment = container.find("environment"))
    for (const auto& [key, value] : *environment->object())
      check_entry(key, *value.text(), below(below(at, "environment"), key));
  for (const char* name : {"id", "image", "workdir"})
    if (const std::string* text = container.find_text(name))
      check_text(*text, below(at, name));
  if (const json* command = container.find("command"))
    for (size_t i = 0; i < command->array()->size(); ++i)
      check_text(*(*command->array())[i].text(), below(below(at, "command"), std::to_string(i)));
}

void pod_builder::check_entry(const std::string& key, const std::string& value, const path& at) {
  if (is_full())
    return;
  if (is_reserved_name(key))
    note(at, "names that begin with CODIUS are the host's own",
         "environment variables starting in \"CODIUS\" are reserved. var=" + key);
  if (key.empty())
    note(at, "an environment variable must have a name");
  check_text(key, at);
  const resolved_value resolved = variables_.resolve(value);
  if (!resolved.found())
    return note(at, short_sentence(resolved.is),
                refusal_.details.empty() ? variables_.explain(resolved, value) : std::string{});
  check_text(resolved.value, at);
  const size_t size = key.size() + 1 + resolved.value.size() + 1;
  environment_bytes_ += size;
  if (size > max_string)
    note(at, "is longer than the 128 KiB that an environment variable can have");
}

void pod_builder::check_text(std::string_view text, const path& at) {
  if (text.find('\0') != std::string_view::npos)
    note(at, "must not contain U+0000");
}

pod_spec pod_builder::build(pod_id id, const std::string& manifest_json) const {
  pod_spec pod;
  pod.id = std::move(id);
  if (const std::string* port = manifest_.find_text("port"))
    std::from_chars(port->data(), port->data() + port->size(), pod.port);
  for (const json& container : containers_)
    pod.containers.push_back(build_container(container, pod, manifest_json));
  return pod;
}

container_spec pod_builder::build_container(const json& container, const pod_spec& pod,
                                            const std::string& manifest_json) const {
  container_spec out;
  out.id = *container.find_text("id");
  out.image = *container.find_text("image");
  if (const std::string* workdir = container.find_text("workdir"))
    out.workdir = *workdir;
  if (const json* command = container.find("command")) {
    out.command.emplace();
    for (const json& word : *command->array())
      out.command->push_back(*word.text());
  }
  out.environment = {{"CODIUS", "true"},
                     {"CODIUS_HOST", host_.public_uri},
                     {"CODIUS_MANIFEST_HASH", pod.id.text},
                     {"CODIUS_MANIFEST", manifest_json}};
  if (const json* environment = container.find("environment"))
    for (const auto& [key, value] : *environment->object())
      out.environment.emplace_back(key, std::string{variables_.resolve(*value.text()).value});
  return out;
}

} // namespace codius::runtime
