#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "actors/http_ingress/upload_text.hpp"
#include "messages/error_catalogue.hpp"
#include "net/http/error_body.hpp"
#include "net/http/prefer.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_request;
using net::http_response;
using runtime::json_array;
using runtime::json_object;

namespace {

// A sale waits for images, money and the pod; each part answers by itself before its own limit.
std::chrono::milliseconds sale_limit(const sale_terms& t) {
  return t.pull_limit + t.board->current()->payment_timeout + t.start_limit + 60s;
}

http_response manifest_refused(const manifest_read& read) {
  if (read.faults.empty())
    return error_answer(read.why);
  auto why = read.why;
  if (why.code == errc::invalid || why.code == errc::unprocessable)
    why.code = errc::invalid_manifest;
  json_array errors;
  for (const auto& [pointer, sentence] : read.faults)
    errors.emplace_back(json_object{{"pointer", pointer}, {"message", sentence}});
  return error_answer(why, {{"errors", std::move(errors)}}, net::http_status(read.why.code));
}

/// What the query has wrong, and where.
http_response query_refused(const char* parameter, const error& why) {
  json_array errors;
  errors.emplace_back(json_object{{"parameter", parameter}, {"message", why.detail}});
  return error_answer(why, {{"errors", std::move(errors)}});
}

http_response stopped(unsigned status, const std::string& hash) {
  return error_answer({errc::unknown_pod, "no pod found with id. id=" + hash}, {}, status);
}

http_response not_payable(const ledger_link& ledger) {
  const auto* fault = find_payment_fault(ledger.fault);
  const std::string what{fault ? fault->name : "it is starting"};
  return error_answer({errc::payments_down, "this host cannot be paid just now: " + what},
                      {{"fault", ledger.fault}});
}

} // namespace

result<std::chrono::seconds> api::duration_of(const http_request& req) const {
  const auto terms = settings_.terms.board->current();
  return read_duration(req, terms->least_duration, terms->most_duration);
}

/// Until when a price that is told now is kept.
utc_time api::quote_end() const { return world_.utc_now() + runtime::terms_board::quote_validity; }

asio::awaitable<result<manifest_read>> api::read_offer(http_request req) {
  if (auto type = check_json_type(req); !type) {
    manifest_read refused;
    refused.why = type.error();
    co_return refused;
  }
  const auto manifests = runtime::find<manifest_actor>(system_, role::manifests);
  read_manifest body{std::move(req.body)};
  co_return co_await runtime::ask<manifest_read>(system_, manifests, 10s, std::move(body));
}

/// A quote needs no payment: price and asset, so that a client can decide.
asio::awaitable<http_response> api::quote_pod(api_call call) {
  const auto duration = duration_of(call.req);
  auto read = co_await read_offer(std::move(call.req));
  if (!read)
    co_return error_answer(read.error());
  if (!read->offer)
    co_return manifest_refused(*read);
  if (!duration)
    co_return query_refused("duration", duration.error());
  const auto ilp = runtime::find<ilp_actor>(system_, role::ilp);
  const get_ledger which;
  const auto ledger = co_await runtime::ask<ledger_link>(system_, ilp, 5s, which);
  if (!ledger)
    co_return error_answer(ledger.error());
  if (!ledger->up)
    co_return not_payable(*ledger);
  const auto price = price_of(settings_.terms.board->current()->cost_per_month, ledger->unit.scale,
                              1, static_cast<uint64_t>(duration->count()));
  if (!price)
    co_return error_answer(price.error());
  co_return json_answer(200, json_object{{"manifestHash", read->offer->spec.id.text},
                                         {"price", std::to_string(*price)},
                                         {"assetCode", ledger->unit.code},
                                         {"assetScale", ledger->unit.scale},
                                         {"validUntil", iso_time(quote_end())}});
}

asio::awaitable<http_response> api::upload_pod(api_call call) {
  const auto duration = duration_of(call.req);
  const auto token = read_pay_token(call.req);
  const bool later = net::prefers_async(call.req.fields);
  auto read = co_await read_offer(std::move(call.req));
  if (!read)
    co_return error_answer(read.error());
  if (!read->offer)
    co_return manifest_refused(*read);
  if (!duration)
    co_return query_refused("duration", duration.error());
  if (!token)
    co_return error_answer(token.error());
  sell request{sale_kind::upload, *token,    read->offer->spec.id,
               read->offer,       *duration, std::move(call.id)};
  co_return co_await run_sale(std::move(request), later);
}

asio::awaitable<http_response> api::extend_pod(api_call call) {
  if (const auto& body = call.req.body; !body.empty() && body != "{}" && body != "null") {
    json_array errors;
    errors.emplace_back(json_object{{"pointer", ""}, {"message", "an extension has no body"}});
    co_return error_answer({errc::invalid, "Invalid request payload input"},
                           {{"errors", std::move(errors)}});
  }
  const auto duration = duration_of(call.req);
  if (!duration)
    co_return query_refused("duration", duration.error());
  const auto* hash = call.req.find_query("manifestHash");
  if (hash == nullptr || hash->empty())
    co_return query_refused("manifestHash",
                            {errc::unprocessable, "manifestHash must be specified"});
  if (!is_pod_id(*hash))
    co_return stopped(404, *hash);
  const auto token = read_pay_token(call.req);
  if (!token)
    co_return error_answer(token.error());
  sell request{sale_kind::extend, *token, {*hash}, nullptr, *duration, std::move(call.id)};
  co_return co_await run_sale(std::move(request), net::prefers_async(call.req.fields));
}

asio::awaitable<http_response> api::run_sale(sell request, bool later) {
  request.attempt = new_upload_id();
  request.asked_at = world_.utc_now();
  if (later)
    co_return co_await run_sale_later(std::move(request));
  const auto sales = runtime::find<sales_actor>(system_, role::sales);
  auto answer
    = co_await runtime::ask<sale_answer>(system_, sales, sale_limit(settings_.terms), request);
  ++sales_ended_; // what /info tells may be another now
  if (!answer)
    co_return error_answer(answer.error());
  auto out = sale_response(request, *answer);
  if (!answer->upload.empty())
    out.fields.set("content-location", upload_path(answer->upload));
  co_return out;
}

http_response api::sale_response(const sell& request, const sale_answer& sale) const {
  switch (sale.what) {
    case sale_answer::outcome::delivered:
      return json_answer(200, json_object{{"url", pod_url(settings_.public_uri, request.pod)},
                                          {"manifestHash", request.pod.text},
                                          {"expiry", iso_time(sale.expires_at)}});
    case sale_answer::outcome::pay_first: {
      auto out = error_answer(
        {errc::payment_required, "Payment Required"},
        {{"price", std::to_string(sale.price)}, {"validUntil", iso_time(quote_end())}});
      out.fields.set("Pay", pay_text(sale.pay));
      return out;
    }
    case sale_answer::outcome::failed: break;
  }
  return sale_refusal(request.pod, sale.why, sale.credit);
}

asio::awaitable<http_response> api::show_pod(api_call call) {
  const auto* asked = call.req.find_query("manifestHash");
  if (asked == nullptr || asked->empty())
    co_return error_answer({errc::unprocessable, "manifestHash must be specified"});
  const auto hash = *asked;
  const error unknown{errc::unknown_pod, "No manifest with hash of \"" + hash + "\""};
  if (!is_pod_id(hash))
    co_return error_answer(unknown);
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  get_record query{{hash}};
  const auto record = co_await runtime::ask<pod_record>(system_, keeper, 10s, std::move(query));
  if (!record && record.error().code != errc::unknown_pod)
    co_return error_answer(record.error());
  if (!record || record->phase == pod_phase::expiring || record->expires_at <= world_.utc_now())
    co_return error_answer(unknown);
  auto manifest = runtime::parse_json(record->offer->manifest);
  if (!manifest)
    co_return error_answer({errc::internal, "stored manifest: " + manifest.error().detail});
  co_return json_answer(200, json_object{{"url", pod_url(settings_.public_uri, {hash})},
                                         {"manifestHash", hash},
                                         {"expiry", iso_time(record->expires_at)},
                                         {"manifest", std::move(*manifest)}});
}

} // namespace codius::actors
