// The frame of an upload: order of the steps, time, signals, and the files.
#include "runtime/client/upload_run.hpp"

#include "runtime/client/question.hpp"
#include "runtime/client/text.hpp"

#include <boost/asio/signal_set.hpp>
#include <unistd.h>

#include <csignal>

namespace codius::client {

using namespace std::chrono_literals;

upload_run::upload_run(const upload_options& options, const program_world& world)
  : options_(options), world_(world), progress_(world.streams, world.world),
    host_(std::make_shared<host_link>(options.host)) {
  if (options.token)
    token_ = *options.token;
  else
    world.world.random_bytes(token_);
  result_.host = host_->name();
  result_.token = token_text(token_);
}

upload_result upload_run::run() {
  asio::signal_set signals{io_, SIGINT, SIGTERM};
  std::function<void(boost::system::error_code, int)> heard = [&](auto ec, int) {
    if (ec)
      return;
    on_signal();
    signals.async_wait(heard);
  };
  signals.async_wait(heard);
  start_clock();
  asio::co_spawn(io_, drive(), asio::detached);
  asio::co_spawn(io_, tick(), asio::detached);
  io_.run();
  return std::move(result_);
}

asio::awaitable<void> upload_run::drive() {
  auto end = co_await flow();
  if (!end) {
    result_.end = describe(end.failure());
    progress_.fail();
  } else {
    result_.end = std::move(end);
  }
  if (ledger_)
    ledger_->stop();
  over_ = true;
  io_.stop();
}

asio::awaitable<void> upload_run::tick() {
  asio::steady_timer timer{io_};
  boost::system::error_code ignored;
  while (!over_) {
    timer.expires_after(100ms);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    watch_payment();
    progress_.tick();
  }
}

void upload_run::start_clock() {
  clock_.expires_after(options_.time_limit);
  clock_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      stop_.request(stop_reason::timed_out);
  });
}

void upload_run::on_signal() {
  if (stop_.requested())
    ::_exit(static_cast<int>(exit_code::interrupted)); // asked twice: they mean it
  if (paid_ && paid_->moved() != money_moved{})
    progress_.note("No more money is sent. Pay token: " + result_.token);
  stop_.request(stop_reason::interrupted);
}

/// A failure by a stop says what it was that it stopped.
failure upload_run::describe(failure why) const {
  if (!stop_.requested())
    return why;
  if (stop_.reason() == stop_reason::interrupted)
    why.what = "interrupted while " + progress_.doing();
  else
    why.what
      = "gave up after " + duration_words(options_.time_limit) + " while " + progress_.doing();
  return why;
}

asio::awaitable<outcome<delivery>> upload_run::flow() {
  if (auto step = co_await make(); !step)
    co_return step.failure();
  if (auto step = co_await get_quote(); !step)
    co_return step.failure();
  if (auto step = co_await connect(); !step)
    co_return step.failure();
  if (auto step = set_limit(); !step)
    co_return step.failure();
  if (auto step = co_await confirm(); !step)
    co_return step.failure();
  co_return co_await buy();
}

asio::awaitable<done> upload_run::make() {
  progress_.begin("files", "reading " + printable(options_.codius_file));
  auto sources = read_sources(options_);
  if (!sources)
    co_return sources.failure();
  progress_.end(printable(options_.codius_file)
                + (sources->has_vars_file ? ", " + printable(options_.vars_file)
                                          : " (and no file of variables)"));
  progress_.begin("images", "making the manifest");
  auto made = co_await make_manifest(
    *std::move(sources), options_.insecure_registries, world_.world, stop_,
    [this](std::string image) { progress_.update("asking the registry about " + image); });
  if (stop_.requested())
    co_return stop_failure(stop_);
  if (!made)
    co_return made.failure();
  made_ = *std::move(made);
  std::string images;
  for (const auto& image : made_.images)
    images += (images.empty() ? "" : ", ") + image;
  progress_.end(images.empty() ? "named by their digests" : images);
  progress_.begin("hash", "");
  progress_.end(made_.hash.text);
  result_.hash = made_.hash.text;
  co_return well();
}

asio::awaitable<outcome<std::shared_ptr<ledger>>> upload_run::connect() {
  if (ledger_)
    co_return ledger_;
  const auto at = options_.ledger ? *options_.ledger : default_ledger(world_.world);
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
  ledger_ = **connected;
  result_.payer = ledger_->unit();
  progress_.end(place + ", in " + printable(ledger_->unit().code, 32));
  co_return ledger_;
}

asio::awaitable<bool> upload_run::ask(std::string text) {
  clock_.cancel(); // people may take their time
  const bool yes = co_await ask_yes(world_.streams, std::move(text), stop_);
  start_clock();
  co_return yes;
}

} // namespace codius::client
