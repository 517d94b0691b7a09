// The price at one host: quote, limits, and the decision when the real rate is known.
#include "runtime/client/manifest_source.hpp"
#include "runtime/client/price.hpp"
#include "runtime/client/purchase.hpp"
#include "runtime/client/text.hpp"
#include "runtime/manifest/hash.hpp"

#include <algorithm>

namespace codius::client {

using namespace std::chrono_literals;
using runtime::json;
using runtime::json_object;

namespace {

constexpr auto quote_limit = 30s;

asio::awaitable<outcome<spending>> spend_nothing(price_facts) {
  const spending nothing;
  co_return nothing;
}

failure too_dear(std::string what, const char* option) {
  return {exit_code::payment, std::move(what),
          "Raise " + std::string{option} + ", or choose another host"};
}

/// The lower of both; none is no limit.
void lower(std::optional<uint64_t>& limit, uint64_t other) {
  limit = limit ? std::min(*limit, other) : other;
}

} // namespace

paid_request_deps pod_purchase::deps_for_quote() {
  return {host_, [this] { return session_.connect(); }, spend_nothing, {}, &session_.stop()};
}

/// `refused`: the host answered, and no.
asio::awaitable<outcome<quote>> pod_purchase::quote_for(const json& manifest, bool& refused) {
  // A token of its own: the payment's token is for the payment.
  paid_request_options options;
  options.request.method = "OPTIONS";
  options.request.target = "/pods?" + time_query();
  options.request.fields.set("Accept", "application/codius-v1+json");
  options.request.fields.set("Content-Type", "application/json");
  const json body = json_object{{"manifest", manifest}};
  options.request.body = dump(body);
  session_.world().world.random_bytes(options.token);
  options.answer_limit = quote_limit;
  options.repeats = 0;
  // Most hosts answer at once. The original wants to be paid nothing first: so it tells its asset.
  const auto asking = std::make_shared<paid_request>(deps_for_quote(), std::move(options));
  const auto answer = co_await asking->run();
  if (!answer)
    co_return answer.failure();
  refused = answer->status >= 400;
  auto out = read_quote(*answer, host_->name(), runtime::hash_manifest(manifest).text);
  if (out && !out->unit)
    out->unit = asking->host_unit();
  if (out && !out->unit)
    co_return failure{exit_code::host, host_->name() + " does not say in which asset its price is",
                      "Is this the address of a Codius host?"};
  co_return out;
}

asio::awaitable<done> pod_purchase::get_quote() {
  shown_->begin("price", "asking " + host_->name() + " for its price");
  const auto& manifest = order_.manifest;
  bool refused = false;
  auto quoted = co_await quote_for(manifest, refused);
  // Private values are for the host that runs the pod, once that is settled, and not for a quote.
  if (!quoted && refused && has_private_vars(manifest)) {
    const auto other = stand_in(manifest);
    if (auto again = co_await quote_for(other, refused))
      quoted = std::move(again);
  }
  if (!quoted)
    co_return quoted.failure();
  quote_ = *std::move(quoted);
  result_.price = quote_->price;
  result_.host_unit = quote_->unit;
  if (!shown_->under_way()) // the ledger's step came between
    shown_->begin("price", "");
  shown_->end(price_text() + " for " + duration_words(time_) + " at " + host_->name());
  co_return well();
}

std::string pod_purchase::price_text() const { return show_amount(quote_->price, *quote_->unit); }

done pod_purchase::set_price_limit(std::optional<uint64_t> own) {
  const auto& unit = session_.ledger()->unit();
  const auto limit = limit_in_units(*order_.rules.max_price, unit);
  if (!limit)
    return failure{exit_code::user, limit.error().detail, {}};
  lower(limit_, *limit);
  if (own && *own > *limit)
    return too_dear("the host asks " + show_amount(*own, unit) + ", and --max-price is "
                      + show_amount(*limit, unit),
                    "--max-price");
  return well();
}

/// The rate counts in the payer's asset, or in the host's: there the real rate tells the rest.
done pod_purchase::set_monthly_limit(std::optional<uint64_t> own) {
  const auto& unit = session_.ledger()->unit();
  const auto& monthly = *order_.rules.max_monthly;
  const auto words = "--max-monthly-rate " + to_string(monthly.amount) + " " + monthly.code;
  const auto check = [&](uint64_t price, const asset& in) -> done {
    const auto most = monthly_limit(monthly.amount, in, time_);
    if (price <= most)
      return well();
    return too_dear("the host asks " + show_amount(price, in) + " for " + duration_words(time_)
                      + ", and " + words + " allows " + show_amount(most, in),
                    "--max-monthly-rate");
  };
  if (monthly.code == unit.code) {
    lower(limit_, monthly_limit(monthly.amount, unit, time_));
    return own ? check(*own, unit) : well();
  }
  if (monthly.code == quote_->unit->code)
    return check(quote_->price, *quote_->unit);
  if (!order_.rules.monthly_named)
    return well();
  return failure{exit_code::user,
                 words + " cannot be compared: the host asks " + price_text()
                   + ", and your account holds " + printable(unit.code, 32),
                 "Give it in one of these, with --units"};
}

done pod_purchase::set_limit() {
  const auto& unit = session_.ledger()->unit();
  const auto& rules = order_.rules;
  result_.payer = unit;
  const auto own = same_money(quote_->price, *quote_->unit, unit);
  limit_ = {};
  if (rules.max_price)
    if (const auto fine = set_price_limit(own); !fine)
      return fine;
  if (rules.max_monthly)
    if (const auto fine = set_monthly_limit(own); !fine)
      return fine;
  if (own && !rules.max_price && !rules.monthly_named)
    lower(limit_, with_margin(*own));
  if (!limit_ && !order_.may_ask)
    return failure{exit_code::user,
                   "the host asks " + price_text() + ", and your account holds "
                     + printable(unit.code, 32),
                   "Say with --max-price how much of yours you would pay"};
  return well();
}

asio::awaitable<outcome<spending>> pod_purchase::decide(price_facts facts) {
  const auto& unit = session_.ledger()->unit();
  if (facts.asked && *facts.asked > quote_->price)
    co_return failure{exit_code::host,
                      host_->name() + " now asks " + show_amount(*facts.asked, *quote_->unit)
                        + ", but its quote was " + price_text(),
                      "Try again, or another host"};
  if (facts.host_unit && *facts.host_unit != *quote_->unit)
    co_return failure{exit_code::host,
                      host_->name() + " wants to be paid in another asset than it quoted in",
                      "Try another host"};
  const auto cost = cost_of(quote_->price, facts.rate);
  if (cost > max_amount)
    co_return too_dear("at the exchange rate of the way to the host its price cannot be paid",
                       "--max-price");
  auto budget = budget_for(quote_->price, facts.rate);
  if (!limit_) {
    const auto question = "That is " + show_amount(cost, unit)
                          + " at the exchange rate of the way to the host. Pay at most "
                          + show_amount(budget, unit) + "?";
    const bool yes = co_await session_.ask(question);
    if (session_.stop().requested())
      co_return stop_failure(session_.stop());
    if (!yes)
      co_return failure{exit_code::user, "not confirmed", {}};
    limit_ = budget;
  }
  if (cost > *limit_)
    co_return too_dear("at the exchange rate of the way to the host its price of " + price_text()
                         + " costs " + show_amount(cost, unit) + ", and the most to be paid is "
                         + show_amount(*limit_, unit),
                       "--max-price");
  if (when_priced) {
    shown_->update("waiting until the other hosts can be paid, too");
    if (const auto fine = co_await when_priced(); !fine)
      co_return fine.failure();
  }
  if (before_money)
    if (const auto fine = before_money(); !fine)
      co_return fine.failure();
  const spending out{std::min(budget, *limit_), *limit_, quote_->price};
  co_return out;
}

} // namespace codius::client
