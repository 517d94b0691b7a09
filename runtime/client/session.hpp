#pragma once
#include "runtime/client/command_line.hpp"
#include "runtime/client/ledger.hpp"
#include "runtime/client/progress.hpp"
#include "runtime/client/stopper.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace codius::client {

/// What a command that talks to hosts runs in: an I/O context on the calling thread, its end by
/// Ctrl-C, SIGTERM or time, the steps that are shown, the question, and the account that pays.
class session {
public:
  /// `ledger` none: moneyd's default place.
  session(const program_world& world, std::chrono::seconds time_limit,
          std::optional<net::btp_uri> ledger = {});

  /// Runs what `work` returns to its end; once.
  void run(std::function<asio::awaitable<void>()> work);

  const program_world& world() const { return world_; }
  asio::any_io_executor executor() { return io_.get_executor(); }
  stopper& stop() { return stop_; }
  progress& steps() { return progress_; }

  /// Connects when it is first needed; whoever asks meanwhile waits for the same.
  asio::awaitable<outcome<std::shared_ptr<client::ledger>>> connect();
  /// Null before `connect` has succeeded.
  const std::shared_ptr<client::ledger>& ledger() const { return ledger_; }

  /// Asks a person; the time limit does not run meanwhile.
  asio::awaitable<bool> ask(std::string text);
  /// A failure by a stop says what it was that it stopped.
  failure describe(failure why) const;
  /// What is going on, where it is not the steps that tell.
  void set_doing(std::string what) { doing_ = std::move(what); }

  /// Called ten times a second.
  std::function<void()> on_tick;
  /// Called at the first Ctrl-C.
  std::function<void()> on_interrupt;

private:
  asio::awaitable<outcome<std::shared_ptr<client::ledger>>> open_ledger();
  static asio::awaitable<void> drive(session* self, asio::awaitable<void> work);
  asio::awaitable<void> tick();
  void start_clock();
  void on_signal();

  const program_world& world_;
  std::chrono::seconds time_limit_;
  std::optional<net::btp_uri> place_;
  progress progress_;
  stopper stop_;
  std::string doing_;
  bool over_ = false;
  bool connecting_ = false;
  std::optional<failure> no_ledger_;

  asio::io_context io_{1};
  // What lives in `io_`, and so goes before it.
  asio::steady_timer clock_{io_};
  std::shared_ptr<client::ledger> ledger_;
};

} // namespace codius::client
