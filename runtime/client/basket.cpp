#include "runtime/client/basket.hpp"

#include "runtime/client/crowd.hpp"
#include "runtime/client/price.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>

namespace codius::client {

namespace {

constexpr size_t at_once = 16;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

} // namespace

basket::basket(session& in, order& what, state_keeper* keeper)
  : session_(in), order_(what), keeper_(keeper) {
  session_.on_tick = [this] {
    for (auto& one : all_)
      one->watch_payment();
    if (board_)
      board_->tick();
  };
  session_.on_interrupt = [this] {
    for (auto& one : all_)
      if (!one->result().end && one->moved() != money_moved{})
        one->note("No more money is sent to " + one->host()
                  + ". Pay token: " + token_text(one->token()));
  };
}

basket::~basket() {
  session_.on_tick = nullptr;
  session_.on_interrupt = nullptr;
}

pod_purchase& basket::add(host_place host, std::chrono::seconds time,
                          std::optional<pay_token> token) {
  const auto name = host.uri.origin();
  if (!token && keeper_)
    token = keeper_->state().token_of(name);
  take(std::make_unique<pod_purchase>(session_, session_.steps(), order_, std::move(host), time,
                                      token));
  return *all_.back();
}

void basket::take(std::unique_ptr<pod_purchase> one) {
  auto* p = one.get();
  if (keeper_)
    p->before_money = [this, p] { return keeper_->expect(*p); };
  all_.push_back(std::move(one));
  failures_.emplace_back();
}

void basket::clear() {
  all_.clear();
  failures_.clear();
}

std::vector<purchase_result> basket::results() const {
  std::vector<purchase_result> out;
  for (const auto& one : all_)
    out.push_back(one->result());
  return out;
}

void basket::open_board() {
  std::vector<std::string> names;
  for (const auto& one : all_)
    names.push_back(one->host());
  board_ = std::make_unique<board>(session_.world().streams, session_.world().world, names);
  for (size_t i = 0; i < all_.size(); ++i)
    all_[i]->show_at(board_->line(i));
}

void basket::close_board() {
  for (auto& one : all_)
    one->show_at(session_.steps());
  board_->close();
  board_ = nullptr;
}

asio::awaitable<void> basket::quote_one(size_t at) {
  auto& one = *all_[at];
  auto fine = co_await one.get_quote();
  if (fine)
    fine = one.set_limit();
  if (!fine)
    failures_[at] = fine.failure();
  board_->finish(at, static_cast<bool>(fine),
                 fine ? one.price_text() + " for " + duration_words(one.time())
                      : first_line(fine.failure().what));
}

asio::awaitable<done> basket::get_quotes() {
  if (all_.size() == 1) {
    if (auto fine = co_await all_[0]->get_quote(); !fine)
      co_return fine;
    if (auto ledger = co_await session_.connect(); !ledger)
      co_return ledger.failure();
    co_return all_[0]->set_limit();
  }
  if (auto ledger = co_await session_.connect(); !ledger)
    co_return ledger.failure();
  session_.set_doing("asking " + std::to_string(all_.size()) + " hosts for their prices");
  open_board();
  std::vector<std::function<asio::awaitable<void>()>> work;
  for (size_t i = 0; i < all_.size(); ++i)
    work.emplace_back([this, i] { return quote_one(i); });
  co_await all_of(std::move(work), at_once);
  close_board();
  if (session_.stop().requested())
    co_return stop_failure(session_.stop());
  std::optional<failure> out;
  for (const auto& why : failures_) {
    if (!why)
      continue;
    if (out)
      out->what += "\n" + why->what;
    else
      out = why;
  }
  if (!out)
    co_return well();
  co_return *std::move(out);
}

std::string basket::question(const std::string& what) const {
  const auto& unit = session_.ledger()->unit();
  const auto& first = *all_[0];
  const bool several = all_.size() > 1;
  auto out
    = what + " at " + (several ? "these " + std::to_string(all_.size()) + " hosts" : first.host());
  const bool same_time = std::all_of(all_.begin(), all_.end(),
                                     [&](const auto& one) { return one->time() == first.time(); });
  if (same_time)
    out += " for " + duration_words(first.time());
  uint64_t most = 0;
  for (const auto& one : all_)
    most = net::saturating_add(most, one->limit().value_or(0));
  if (first.limit())
    return out + ", and pay at most " + show_amount(most, unit) + (several ? " in all?" : "?");
  return out + ", and pay " + first.price_text()
         + "? You will be asked again when it is known how much that is in "
         + printable(unit.code, 32) + ".";
}

asio::awaitable<done> basket::confirm(const std::string& what, bool assume_yes) {
  if (assume_yes)
    co_return well();
  const bool yes = co_await session_.ask(question(what));
  if (session_.stop().requested())
    co_return stop_failure(session_.stop());
  if (!yes)
    co_return failure{exit_code::user, "not confirmed", {}};
  co_return well();
}

asio::awaitable<done> basket::arrive(bool& arrived) {
  arrived = true;
  co_return co_await barrier_->arrive();
}

void basket::meet_at_barrier(pod_purchase& one, bool& arrived) {
  if (!barrier_)
    return;
  one.when_priced = [this, &arrived] { return arrive(arrived); };
  one.stop_by(barrier_->in_vain());
}

void basket::leave_barrier(const pod_purchase& one, const outcome<delivery>& got, bool arrived) {
  if (!barrier_ || arrived)
    return;
  if (got)
    return barrier_->leave(); // an earlier payment was enough
  if (barrier_->called_off() || session_.stop().requested())
    return;
  spoiled_by_ = got.failure();
  if (spoiled_by_->what.find(one.host()) == std::string::npos)
    spoiled_by_->what = one.host() + ": " + spoiled_by_->what;
  barrier_->call_off();
}

asio::awaitable<void> basket::buy_one(size_t at) {
  auto& one = *all_[at];
  bool arrived = false;
  meet_at_barrier(one, arrived);
  const auto got = co_await one.buy();
  one.when_priced = nullptr;
  leave_barrier(one, got, arrived);
  if (!got)
    one.result().end = session_.describe(got.failure());
  if (keeper_)
    if (const auto kept = keeper_->settle(one); !kept)
      one.note(kept.failure().what + ". What should stand there: host " + one.host()
               + ", pay token " + token_text(one.token()));
  if (board_)
    board_->finish(at, static_cast<bool>(got),
                   got ? "runs until " + iso_time(got->expires_at)
                       : first_line(got.failure().what));
}

asio::awaitable<void> basket::buy_each() {
  if (all_.size() == 1) {
    co_await buy_one(0);
    co_return;
  }
  session_.set_doing("paying " + std::to_string(all_.size()) + " hosts");
  open_board();
  std::vector<std::function<asio::awaitable<void>()>> work;
  for (size_t i = 0; i < all_.size(); ++i)
    work.emplace_back([this, i] { return buy_one(i); });
  // Those that wait for each other must all be under way.
  co_await all_of(std::move(work), barrier_ ? all_.size() : at_once);
  close_board();
}

asio::awaitable<done> basket::buy_together() {
  if (all_.size() > 1)
    barrier_ = std::make_unique<barrier>(all_.size(), session_.stop());
  co_await buy_each();
  for (auto& one : all_)
    one->stop_by(session_.stop());
  barrier_ = nullptr;
  const bool runs_somewhere = std::any_of(
    all_.begin(), all_.end(), [](const auto& one) { return static_cast<bool>(one->result().end); });
  if (spoiled_by_ && !runs_somewhere)
    co_return *spoiled_by_;
  co_return well();
}

} // namespace codius::client
