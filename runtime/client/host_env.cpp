// Comparing manifests and adding HOSTS to them.
#include "runtime/client/upload_run.hpp"

namespace codius::client {

using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

json* containers_of(json& complete) {
  auto* manifest = complete.find("manifest");
  auto* list = manifest ? manifest->find("containers") : nullptr;
  return list && list->array() ? list : nullptr;
}

/// Without what is new in each making.
json without_nonces(json complete, bool add_host_env) {
  auto* secrets = complete.find("private");
  if (auto* vars = secrets ? secrets->find("vars") : nullptr; vars && vars->object())
    for (auto& [name, value] : *vars->object())
      if (value.object())
        value.object()->erase("nonce");
  auto* manifest = complete.find("manifest");
  if (auto* vars = manifest ? manifest->find("vars") : nullptr; vars && vars->object())
    for (auto& [name, value] : *vars->object())
      if (value.find("encoding"))
        value.object()->erase("value");
  auto* list = add_host_env ? containers_of(complete) : nullptr;
  if (list)
    for (auto& container : *list->array())
      if (auto* environment = container.find("environment"); environment && environment->object()) {
        environment->object()->erase("HOSTS");
        if (environment->object()->empty())
          container.object()->erase("environment");
      }
  return complete;
}

} // namespace

bool same_sources(const json& a, const json& b, bool add_host_env) {
  return without_nonces(a, add_host_env) == without_nonces(b, add_host_env);
}

outcome<json> with_host_env(json complete, const std::vector<std::string>& hosts) {
  json_array names;
  for (const auto& host : hosts)
    names.push_back(host);
  const auto text = dump(json{std::move(names)});
  auto* list = containers_of(complete);
  for (auto& container : *list->array()) {
    auto* environment = container.find("environment");
    if (environment && environment->find("HOSTS"))
      return failure{exit_code::user,
                     "--add-host-env would replace the variable HOSTS that a container has already",
                     "Leave one of both away"};
    if (!environment)
      container.object()->set("environment", json_object{});
    container.find("environment")->object()->set("HOSTS", text);
  }
  return complete;
}

} // namespace codius::client
