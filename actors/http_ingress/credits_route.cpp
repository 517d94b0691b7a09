#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "messages/interfaces.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json_array;
using runtime::json_object;

/// What a pay token holds, told to whoever knows the token: it is spent the same way.
asio::awaitable<http_response> api::show_credits(api_call call) {
  const auto token = read_pay_token(call.req);
  if (!token)
    co_return error_answer(token.error());
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const get_credits query{*token};
  const auto held = co_await runtime::ask<token_credits>(system_, keeper, 10s, query);
  if (!held)
    co_return error_answer(held.error());
  json_array credits;
  for (const auto& one : held->all)
    credits.emplace_back(json_object{{"amount", std::to_string(one.amount)},
                                     {"assetCode", one.unit.code},
                                     {"assetScale", one.unit.scale}});
  auto out = json_answer(200, json_object{{"credits", std::move(credits)}});
  out.fields.set("cache-control", "no-store");
  co_return out;
}

} // namespace codius::actors
