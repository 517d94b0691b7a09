#pragma once
#include "runtime/base/json.hpp"
#include "runtime/client/buy_options.hpp"
#include "runtime/client/host_link.hpp"
#include "runtime/client/paid_request.hpp"
#include "runtime/client/purchase_report.hpp"
#include "runtime/client/session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace codius::client {

/// What is bought, the same at every host.
struct order {
  runtime::json manifest; ///< the public part
  runtime::json complete; ///< what is uploaded: holds secrets; null: the pod is there, only extend
  std::string hash;
  spend_rules rules;
  bool may_ask = false; ///< for a limit, when there is none before the rate is known
  int retries = 3;
};

/// Time for one pod at one host, step by step: quote, limit, payment. Must outlive its coroutines,
/// and be outlived by session and order.
class pod_purchase {
public:
  pod_purchase(session& in, step_view& shown, const order& what, host_place host,
               std::chrono::seconds time, std::optional<pay_token> token = {});

  /// Where it is shown from now on.
  void show_at(step_view& shown) { shown_ = &shown; }
  void note(std::string_view text) { shown_->note(text); }

  /// Free; private values are not sent.
  asio::awaitable<done> get_quote();
  /// Needs the quote, and the ledger.
  done set_limit();
  /// Pays, and waits for the pod.
  asio::awaitable<outcome<delivery>> buy();
  /// Shows what was paid so far.
  void watch_payment();

  const std::string& host() const { return host_->name(); }
  const host_place& place() const { return place_; }
  std::chrono::seconds time() const { return time_; }
  const pay_token& token() const { return token_; }
  /// The token is of an earlier payment.
  bool has_old_token() const { return has_old_token_; }
  const std::optional<quote>& quoted() const { return quote_; }
  std::string price_text() const;
  /// The payer's units; none: decided when the rate is known.
  const std::optional<uint64_t>& limit() const { return limit_; }
  money_moved moved() const { return paid_ ? paid_->moved() : money_moved{}; }
  purchase_result& result() { return result_; }
  const purchase_result& result() const { return result_; }

  /// Waits until others, too, know their price at the rate that the way gives; may be empty. Called
  /// when this one does and may pay it; a failure keeps the money here.
  std::function<asio::awaitable<done>()> when_priced;
  /// Ends `buy` as the session's stopper does, which it is if nobody says otherwise.
  void stop_by(stopper& stop) { stop_ = &stop; }
  /// Called before the first unit is sent; a failure keeps the money here.
  std::function<done()> before_money;

private:
  asio::awaitable<outcome<quote>> quote_for(const runtime::json& manifest, bool& refused);
  asio::awaitable<outcome<spending>> decide(price_facts facts);
  done set_price_limit(std::optional<uint64_t> own);
  done set_monthly_limit(std::optional<uint64_t> own);
  outcome<delivery> read_answer(const outcome<net::http_response>& answer);
  void on_phase(paid_phase phase);
  paid_request_deps deps_for_quote();
  paid_request_deps deps_for_payment();
  host_request payment_request() const;
  std::string time_query() const;

  session& session_;
  step_view* shown_;
  stopper* stop_;
  const order& order_;
  host_place place_;
  std::shared_ptr<host_link> host_;
  std::chrono::seconds time_;
  pay_token token_{};
  bool has_old_token_;
  std::optional<quote> quote_;
  std::optional<uint64_t> limit_;
  std::shared_ptr<paid_request> paid_;
  purchase_result result_;
};

} // namespace codius::client
