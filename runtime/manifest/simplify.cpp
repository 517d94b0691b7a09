#include "runtime/manifest/simplify.hpp"

#include "runtime/manifest/interpolate.hpp"
#include "runtime/manifest/validate.hpp"

namespace codius::runtime {

result<json> simplify_manifest(const json& complete) {
  const auto problems = validate_manifest(complete);
  if (!problems.empty())
    return error{errc::invalid, "Invalid manifest. errors=" + dump_pretty(problems_json(problems))};
  const json& manifest = *complete.find("manifest");
  // Validation has seen to it that every name is found and every hash is right.
  const interpolator variables{manifest, complete.find("private"),
                               interpolator::hashes::found_right};
  json_object simple;
  for (const char* name : {"name", "version", "machine", "containers"})
    if (const json* member = manifest.find(name))
      simple.set(name, *member);
  for (json& container : *simple.find("containers")->array())
    if (json* environment = container.find("environment"))
      for (auto& [key, value] : *environment->object())
        value = std::string{variables.resolve(*value.text()).value};
  return json{json_object{{"manifest", std::move(simple)}}};
}

} // namespace codius::runtime
