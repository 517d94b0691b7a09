// Where an upload goes: hosts that were named, that a file lists, or that are found.
#include "runtime/client/crowd.hpp"
#include "runtime/client/discovery.hpp"
#include "runtime/client/price.hpp"
#include "runtime/client/text.hpp"
#include "runtime/client/upload_run.hpp"

#include <algorithm>

namespace codius::client {

namespace {

constexpr size_t found_enough = 50;
constexpr size_t largest_batch = 30;
constexpr size_t asked_at_once = 16;
constexpr size_t most_reasons = 5;

} // namespace

done upload_run::name_hosts() {
  for (const auto& host : options_.hosts)
    candidates_.emplace_back(host);
  if (!candidates_.empty() || !before_ || options_.host_count)
    return well();
  for (const auto& host : before_->unfinished())
    candidates_.emplace_back(*net::parse_http_uri(host));
  return well();
}

asio::awaitable<done> upload_run::find_hosts() {
  wanted_ = options_.host_count.value_or(1);
  if (auto fine = name_hosts(); !fine)
    co_return fine;
  if (!candidates_.empty())
    co_return well();
  auto listed = read_hosts_file(options_.hosts_file);
  if (!listed)
    co_return listed.failure();
  if (!*listed && options_.hosts_file_named)
    co_return failure{exit_code::user, printable(options_.hosts_file) + " does not exist",
                      "Leave --codius-hosts-file away to find hosts by asking others"};
  all_must_pass_ = *listed && !options_.host_count;
  if (*listed) {
    candidates_ = **std::move(listed);
    if (!all_must_pass_)
      shuffle(candidates_, world_.world);
    co_return well();
  }
  session_.steps().begin("hosts", "asking hosts for others");
  candidates_ = co_await discover(session_, built_in_hosts(), std::max(found_enough, wanted_));
  if (session_.stop().requested())
    co_return stop_failure(session_.stop());
  session_.steps().end(std::to_string(candidates_.size()) + " known");
  co_return well();
}

asio::awaitable<done> upload_run::choose() {
  if (all_must_pass_) {
    for (const auto& host : candidates_) {
      const auto name = host.uri.origin();
      const auto runs = before_ ? before_->hosts() : std::vector<std::string>{};
      const bool is_done
        = std::find(runs.begin(), runs.end(), name) != runs.end() && !before_->token_of(name);
      if (is_done)
        session_.steps().note(name + " runs it already");
      else
        basket_->add(host, options_.duration, options_.token);
    }
    if (basket_->all().empty())
      co_return failure{exit_code::user, "all these hosts run it already",
                        "Extend it with codius extend"};
    order_.may_ask = !options_.assume_yes && basket_->all().size() == 1;
    co_return co_await basket_->get_quotes();
  }
  if (auto ledger = co_await session_.connect(); !ledger)
    co_return ledger.failure();
  session_.steps().begin("prices", "asking hosts for their prices");
  auto left = std::move(candidates_);
  std::reverse(left.begin(), left.end()); // taken from the back
  while (tried_.size() < wanted_ && !left.empty() && !session_.stop().requested()) {
    std::vector<host_place> some;
    const auto batch = std::min(std::max<size_t>(2 * wanted_, 8), largest_batch);
    for (; some.size() < batch && !left.empty(); left.pop_back())
      some.push_back(left.back());
    co_await try_some(std::move(some));
  }
  if (session_.stop().requested())
    co_return stop_failure(session_.stop());
  co_return take_cheapest(wanted_);
}

asio::awaitable<void> upload_run::try_some(std::vector<host_place> some) {
  std::vector<std::function<asio::awaitable<void>()>> work;
  for (auto& host : some)
    work.emplace_back([this, host] { return try_one(host); });
  co_await all_of(std::move(work), asked_at_once);
}

namespace {

/// Says nothing: many are asked, and most do not matter.
class silent_view final : public step_view {
public:
  void begin(std::string, std::string) override {}
  void update(std::string) override {}
  void end(std::string_view) override {}
  void fail() override {}
  void note(std::string_view) override {}
  bool under_way() const override { return true; }
  const std::string& label() const override { return label_; }

private:
  std::string label_;
};

silent_view nobody;

} // namespace

asio::awaitable<void> upload_run::try_one(host_place host) {
  const auto token = keeper_->state().token_of(host.uri.origin());
  auto one = std::make_unique<pod_purchase>(session_, nobody, order_, std::move(host),
                                            options_.duration, token);
  auto fine = co_await one->get_quote();
  if (fine)
    fine = one->set_limit();
  if (!fine) {
    reasons_.push_back(fine.failure().what);
    passed_over_.push_back(std::move(one));
  } else {
    tried_.push_back(std::move(one));
  }
  session_.steps().update("asking hosts for their prices: "
                          + std::to_string(tried_.size() + reasons_.size()) + " answered, "
                          + std::to_string(tried_.size()) + " within the limit");
}

done upload_run::take_cheapest(size_t count) {
  if (tried_.size() < count) {
    std::string why;
    for (size_t i = 0; i < std::min(reasons_.size(), most_reasons); ++i)
      why += "\n  " + reasons_[i].substr(0, reasons_[i].find('\n'));
    if (reasons_.size() > most_reasons)
      why += "\n  and " + std::to_string(reasons_.size() - most_reasons) + " more";
    return failure{exit_code::host,
                   "found " + std::to_string(tried_.size()) + " of " + std::to_string(count)
                     + " hosts within the limits" + why,
                   "Raise --max-monthly-rate, name hosts with --host, or try again later"};
  }
  const auto& unit = session_.ledger()->unit();
  const auto cost = [&](const auto& one) {
    return same_money(one->quoted()->price, *one->quoted()->unit, unit).value_or(max_amount);
  };
  std::stable_sort(tried_.begin(), tried_.end(),
                   [&](const auto& a, const auto& b) { return cost(a) < cost(b); });
  std::string names;
  for (size_t i = 0; i < count; ++i) {
    auto& one = tried_[i];
    names += (names.empty() ? "" : ", ") + one->host() + " for " + one->price_text();
    one->show_at(session_.steps());
    basket_->take(std::move(one));
  }
  tried_.clear();
  session_.steps().end(names);
  return well();
}

/// The hash changes, and so the quotes are asked for again.
asio::awaitable<done> upload_run::add_host_env() {
  std::vector<std::string> names;
  for (const auto& one : basket_->all())
    names.push_back(one->host());
  auto complete = with_host_env(order_.complete, names);
  if (!complete)
    co_return complete.failure();
  set_manifest(*std::move(complete));
  session_.steps().begin("hash", "");
  session_.steps().end(order_.hash);
  auto state = pod_state::for_upload(order_.complete, order_.hash);
  state.set_options(options_.duration, options_.max_monthly);
  if (!before_)
    keeper_->state() = std::move(state);
  std::vector<std::pair<host_place, std::optional<pay_token>>> again;
  for (const auto& one : basket_->all())
    again.emplace_back(one->place(),
                       one->has_old_token() ? std::optional{one->token()} : std::nullopt);
  basket_->clear();
  for (auto& [host, token] : again)
    basket_->add(std::move(host), options_.duration, token);
  co_return co_await basket_->get_quotes();
}

} // namespace codius::client
