#include "runtime/manifest/pod_request.hpp"

#include "runtime/base/json.hpp"
#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/pod_builder.hpp"
#include "runtime/manifest/schema.hpp"

namespace codius::runtime {

namespace {

constexpr const char* wrong_json = "Invalid request payload JSON format";
constexpr const char* wrong_shape = "Invalid request payload input";

pod_request_error refuse(errc code, std::string message, std::string sentence) {
  return {code, std::move(message), {{"", std::move(sentence)}}};
}

request_problem describe(violation v) {
  if (!v.name.empty() || v.broken == violation::rule::unknown)
    v.path.push_back(v.name);
  return {json_pointer(v.path), explain(v)};
}

pod_request_error refuse(std::vector<violation> violations) {
  pod_request_error out{errc::invalid, wrong_shape, {}};
  for (violation& v : violations)
    out.details.push_back(describe(std::move(v)));
  return out;
}

} // namespace

std::variant<pod_request, pod_request_error> read_pod_request(byte_view body,
                                                              const host_facts& host) {
  if (body.empty())
    return refuse(errc::invalid, wrong_shape, "the request has no body");
  const auto request = parse_json(as_text(body));
  if (!request)
    return refuse(errc::malformed, wrong_json, request.error().detail);
  if (auto broken = check_schema(*request, pod_request_schema, max_problems); !broken.empty())
    return refuse(std::move(broken));
  const json& manifest = *request->find("manifest");
  pod_request out;
  out.manifest_json = dump(manifest);
  if (const size_t size = out.manifest_json.size(); size > max_manifest_text)
    return pod_request_error{
      errc::unprocessable,
      "manifest is too large",
      {{"/manifest", "is " + std::to_string(size) + " bytes of JSON, at most "
                       + std::to_string(max_manifest_text) + " fit into a pod's environment"}}};
  const json* debug = manifest.find("debug");
  out.debug = debug && *debug->boolean();
  pod_builder builder{manifest, request->find("private"), host};
  if (auto refused = builder.check())
    return *std::move(refused);
  out.spec = builder.build(hash_manifest(manifest), out.manifest_json);
  return out;
}

} // namespace codius::runtime
