#pragma once
#include "runtime/client/host_link.hpp"
#include "runtime/client/ledger.hpp"
#include "runtime/client/manifest_source.hpp"
#include "runtime/client/paid_request.hpp"
#include "runtime/client/progress.hpp"
#include "runtime/client/stopper.hpp"
#include "runtime/client/upload_options.hpp"
#include "runtime/client/upload_report.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace codius::client {

/// One upload to one host, step by step. Runs an I/O context of its own on the calling thread.
class upload_run {
public:
  upload_run(const upload_options& options, const program_world& world);

  /// To the end; once.
  upload_result run();

private:
  // The steps, in their order. Each shows itself, and fails with what to tell the person.
  asio::awaitable<outcome<delivery>> flow();
  asio::awaitable<done> make();
  asio::awaitable<done> get_quote();
  asio::awaitable<outcome<std::shared_ptr<ledger>>> connect();
  done set_limit();
  asio::awaitable<done> confirm();
  asio::awaitable<outcome<delivery>> buy();

  asio::awaitable<outcome<quote>> quote_for(const runtime::json& manifest, bool& refused);
  asio::awaitable<bool> ask(std::string text);
  asio::awaitable<outcome<spending>> decide(price_facts facts);
  outcome<delivery> read_answer(const outcome<net::http_response>& answer);
  void on_phase(paid_phase phase);
  void watch_payment();
  paid_request_deps deps_for_quote();
  paid_request_deps deps_for_upload();
  host_request request_for(const char* method, const runtime::json& body) const;

  asio::awaitable<void> drive();
  asio::awaitable<void> tick();
  void start_clock();
  void on_signal();
  failure describe(failure why) const;
  std::string price_text() const;

  const upload_options& options_;
  const program_world& world_;
  progress progress_;
  stopper stop_;
  upload_result result_;
  pay_token token_{};
  made_manifest made_;
  quote quote_;
  std::optional<uint64_t> limit_; ///< the payer's units; none: decided when the rate is known
  bool over_ = false;

  asio::io_context io_{1};
  // What lives in `io_`, and so goes before it.
  asio::steady_timer clock_{io_};
  std::shared_ptr<host_link> host_;
  std::shared_ptr<ledger> ledger_;
  std::shared_ptr<paid_request> paid_;
};

} // namespace codius::client
