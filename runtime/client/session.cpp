#include "runtime/client/session.hpp"

#include "runtime/client/question.hpp"
#include "runtime/client/text.hpp"

#include <boost/asio/signal_set.hpp>
#include <unistd.h>

#include <csignal>

namespace codius::client {

using namespace std::chrono_literals;

session::session(const program_world& world, std::chrono::seconds time_limit,
                 std::optional<net::btp_uri> ledger)
  : world_(world), time_limit_(time_limit), place_(std::move(ledger)),
    progress_(world.streams, world.world) {}

void session::run(std::function<asio::awaitable<void>()> work) {
  asio::signal_set signals{io_, SIGINT, SIGTERM};
  std::function<void(boost::system::error_code, int)> heard = [&](auto ec, int) {
    if (ec)
      return;
    on_signal();
    signals.async_wait(heard);
  };
  signals.async_wait(heard);
  start_clock();
  asio::co_spawn(io_, drive(this, work()), asio::detached);
  asio::co_spawn(io_, tick(), asio::detached);
  io_.run();
}

asio::awaitable<void> session::drive(session* self, asio::awaitable<void> work) {
  co_await std::move(work);
  if (self->ledger_)
    self->ledger_->stop();
  self->over_ = true;
  self->io_.stop();
}

asio::awaitable<void> session::tick() {
  asio::steady_timer timer{io_};
  boost::system::error_code ignored;
  while (!over_) {
    timer.expires_after(100ms);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (on_tick)
      on_tick();
    progress_.tick();
  }
}

void session::start_clock() {
  clock_.expires_after(time_limit_);
  clock_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      stop_.request(stop_reason::timed_out);
  });
}

void session::on_signal() {
  if (stop_.requested())
    ::_exit(static_cast<int>(exit_code::interrupted)); // asked twice: they mean it
  if (on_interrupt)
    on_interrupt();
  stop_.request(stop_reason::interrupted);
}

failure session::describe(failure why) const {
  if (!stop_.requested())
    return why;
  const auto& doing = doing_.empty() ? progress_.doing() : doing_;
  why.code
    = stop_.reason() == stop_reason::interrupted ? exit_code::interrupted : exit_code::timed_out;
  why.what = stop_.reason() == stop_reason::interrupted
               ? "interrupted while " + doing
               : "gave up after " + duration_words(time_limit_) + " while " + doing;
  return why;
}

asio::awaitable<outcome<std::shared_ptr<ledger>>> session::connect() {
  while (connecting_)
    co_await rest(20ms, stop_);
  if (ledger_)
    co_return ledger_;
  if (no_ledger_)
    co_return *no_ledger_;
  connecting_ = true;
  auto opened = co_await open_ledger();
  connecting_ = false;
  if (opened)
    ledger_ = *opened;
  else
    no_ledger_ = opened.failure();
  co_return opened;
}

asio::awaitable<outcome<std::shared_ptr<ledger>>> session::open_ledger() {
  const auto at = place_ ? *place_ : default_ledger(world_.world);
  const auto place = place_of(at);
  progress_.begin("ledger", "connecting to the ledger at " + place);
  auto connecting = ledger::connect(io_.get_executor(), world_.world, at);
  auto connected = co_await within(60s, stop_, std::move(connecting));
  if (stop_.requested())
    co_return stop_failure(stop_);
  if (!connected)
    co_return failure{exit_code::timed_out, "the ledger at " + place + " does not answer", {}};
  if (!*connected) {
    const auto& why = connected->error();
    co_return failure{why.code == errc::timed_out ? exit_code::timed_out : exit_code::payment,
                      "no ledger to pay from: " + printable(why.detail),
                      "Start moneyd, or codiusd --dev on this machine, or name another place with "
                      "--btp"};
  }
  progress_.end(place + ", in " + printable((**connected)->unit().code, 32));
  co_return **connected;
}

asio::awaitable<bool> session::ask(std::string text) {
  clock_.cancel(); // people may take their time
  const bool yes = co_await ask_yes(world_.streams, std::move(text), stop_);
  start_clock();
  co_return yes;
}

} // namespace codius::client
