// The price of an upload: quote, limit, question, and the decision when the real rate is known.
#include "runtime/client/price.hpp"
#include "runtime/client/text.hpp"
#include "runtime/client/upload_run.hpp"
#include "runtime/manifest/hash.hpp"

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

failure too_dear(std::string what) {
  return {exit_code::payment, std::move(what), "Raise --max-price, or choose another host"};
}

} // namespace

host_request upload_run::request_for(const char* method, const json& body) const {
  host_request out;
  out.method = method;
  out.target = "/pods?duration=" + std::to_string(options_.duration.count());
  out.fields.set("Accept", "application/codius-v1+json");
  out.fields.set("Content-Type", "application/json");
  out.body = dump(body);
  return out;
}

paid_request_deps upload_run::deps_for_quote() {
  return {host_, [this] { return connect(); }, spend_nothing, {}, &stop_};
}

/// `refused`: the host answered, and no.
asio::awaitable<outcome<quote>> upload_run::quote_for(const json& manifest, bool& refused) {
  // A token of its own: the payment's token is for the payment.
  paid_request_options options;
  options.request = request_for("OPTIONS", json_object{{"manifest", manifest}});
  world_.world.random_bytes(options.token);
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

asio::awaitable<done> upload_run::get_quote() {
  progress_.begin("price", "asking " + host_->name() + " for its price");
  const auto& manifest = *made_.complete.find("manifest");
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
  result_.price = quote_.price;
  result_.host_unit = quote_.unit;
  if (!progress_.under_way()) // the ledger's step came between
    progress_.begin("price", "");
  progress_.end(price_text() + " for " + duration_words(options_.duration) + " at "
                + host_->name());
  co_return well();
}

std::string upload_run::price_text() const { return show_amount(quote_.price, *quote_.unit); }

done upload_run::set_limit() {
  const auto own = same_money(quote_.price, *quote_.unit, ledger_->unit());
  if (options_.max_price) {
    const auto limit = limit_in_units(*options_.max_price, ledger_->unit());
    if (!limit)
      return failure{exit_code::user, limit.error().detail, {}};
    limit_ = *limit;
    if (own && *own > *limit_)
      return too_dear("the host asks " + show_amount(*own, ledger_->unit())
                      + ", and --max-price is " + show_amount(*limit_, ledger_->unit()));
  } else if (own) {
    limit_ = with_margin(*own);
  } else if (options_.assume_yes) {
    return failure{exit_code::user,
                   "the host asks " + price_text() + ", and your account holds "
                     + printable(ledger_->unit().code, 32),
                   "Say with --max-price how much of yours you would pay"};
  }
  return well();
}

asio::awaitable<done> upload_run::confirm() {
  if (options_.assume_yes)
    co_return well();
  auto question
    = "Run it at " + host_->name() + " for " + duration_words(options_.duration) + ", and pay ";
  if (limit_)
    question += "at most " + show_amount(*limit_, ledger_->unit()) + "?";
  else
    question += price_text() + "? You will be asked again when it is known how much that is in "
                + printable(ledger_->unit().code, 32) + ".";
  const bool yes = co_await ask(std::move(question));
  if (stop_.requested())
    co_return stop_failure(stop_);
  if (!yes)
    co_return failure{exit_code::user, "not confirmed", {}};
  co_return well();
}

asio::awaitable<outcome<spending>> upload_run::decide(price_facts facts) {
  const auto& unit = ledger_->unit();
  if (facts.asked && *facts.asked > quote_.price)
    co_return failure{exit_code::host,
                      host_->name() + " now asks " + show_amount(*facts.asked, *quote_.unit)
                        + ", but its quote was " + price_text(),
                      "Try again, or another host"};
  if (facts.host_unit && *facts.host_unit != *quote_.unit)
    co_return failure{exit_code::host,
                      host_->name() + " wants to be paid in another asset than it quoted in",
                      "Try another host"};
  const auto cost = cost_of(quote_.price, facts.rate);
  if (cost > max_amount)
    co_return too_dear("at the exchange rate of the way to the host its price cannot be paid");
  auto budget = budget_for(quote_.price, facts.rate);
  if (!limit_) {
    const auto question = "That is " + show_amount(cost, unit)
                          + " at the exchange rate of the way to the host. Pay at most "
                          + show_amount(budget, unit) + "?";
    const bool yes = co_await ask(question);
    if (stop_.requested())
      co_return stop_failure(stop_);
    if (!yes)
      co_return failure{exit_code::user, "not confirmed", {}};
    limit_ = budget;
  }
  if (cost > *limit_)
    co_return too_dear("at the exchange rate of the way to the host its price of " + price_text()
                       + " costs " + show_amount(cost, unit) + ", and the most to be paid is "
                       + show_amount(*limit_, unit));
  const spending out{std::min(budget, *limit_), *limit_, quote_.price};
  co_return out;
}

} // namespace codius::client
