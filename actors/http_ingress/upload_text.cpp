#include "actors/http_ingress/upload_text.hpp"

#include "actors/http_ingress/answers.hpp"

namespace codius::actors {

using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

json steps_json(const upload_view& view) {
  json_array out;
  for (const auto& step : view.steps)
    out.emplace_back(json_object{{"step", step.name}, {"time", iso_time(step.at)}});
  return out;
}

/// What was paid, and what became of it: the ledger's word.
json payment_json(const upload_view& view) {
  json_object out{{"state", to_string(*view.payment)},
                  {"price", std::to_string(view.price)},
                  {"received", std::to_string(view.received)}};
  out.set("credit", std::to_string(view.credit));
  return out;
}

json failure_json(const upload_view& view) {
  const auto answer = view.state == upload_state::unpaid
                        ? error_answer({errc::payment_required, view.failure->detail},
                                       {{"price", std::to_string(view.price)}})
                        : sale_refusal(view.pod, *view.failure, view.credit);
  auto body = runtime::parse_json(answer.body);
  return body ? std::move(*body) : json{};
}

} // namespace

net::http_response sale_refusal(const pod_id& pod, const error& why, uint64_t credit) {
  // Whatever arrived is not lost: it is the token's, and the next request with it spends it first.
  json_object more;
  if (credit > 0)
    more.set("credit", std::to_string(credit));
  if (why.code == errc::unknown_pod)
    return error_answer({errc::unknown_pod, "no pod found with id. id=" + pod.text}, more);
  return error_answer(why, more);
}

std::string upload_path(const std::string& id) { return "/uploads/" + id; }

json upload_json(const upload_view& view, const net::http_uri& public_uri) {
  json_object out{{"id", view.id},
                  {"state", to_string(view.state)},
                  {"kind", view.kind == sale_kind::upload ? "upload" : "extension"},
                  {"manifestHash", view.pod.text},
                  {"duration", static_cast<double>(view.duration.count())},
                  {"requestId", view.request_id},
                  {"steps", steps_json(view)}};
  if (!view.unit.code.empty()) {
    out.set("price", std::to_string(view.price));
    out.set("assetCode", view.unit.code);
    out.set("assetScale", view.unit.scale);
  }
  if (!view.pay.empty()) {
    out.set("pay", view.pay);
    out.set("payUntil", iso_time(view.pay_until));
  }
  if (view.payment)
    out.set("payment", payment_json(view));
  if (view.state == upload_state::running) {
    out.set("url", pod_url(public_uri, view.pod));
    out.set("expiry", iso_time(view.expires_at));
  }
  if (view.failure)
    out.set("error", failure_json(view));
  return out;
}

} // namespace codius::actors
