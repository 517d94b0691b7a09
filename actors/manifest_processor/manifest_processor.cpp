#include "actors/manifest_processor/manifest_processor.hpp"

#include "runtime/actor/caf_error.hpp"
#include "runtime/actor/mailbox_report.hpp"
#include "runtime/manifest/pod_request.hpp"

namespace codius::actors {

namespace {

manifest_read read(const std::string& body, const runtime::host_facts& facts) {
  auto outcome = runtime::read_pod_request(as_bytes(body), facts);
  manifest_read out;
  if (auto* good = std::get_if<runtime::pod_request>(&outcome)) {
    out.offer = std::make_shared<const pod_offer>(
      pod_offer{std::move(good->spec), std::move(good->manifest_json), good->debug});
    return out;
  }
  auto& bad = std::get<runtime::pod_request_error>(outcome);
  out.why = {bad.code, std::move(bad.message)};
  for (auto& problem : bad.details)
    out.faults.emplace_back(std::move(problem.pointer), std::move(problem.sentence));
  return out;
}

} // namespace

manifest_actor::behavior_type manifest_processor(manifest_actor::pointer self,
                                                 std::string public_uri) {
  runtime::end_on_exception(self);
  runtime::tell_mailbox(self);
  runtime::host_facts facts;
  facts.public_uri = std::move(public_uri);
  return {[facts](const read_manifest& req) { return read(req.body, facts); }};
}

} // namespace codius::actors
