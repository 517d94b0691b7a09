#pragma once
#include "messages/sale.hpp"
#include "runtime/client/host_link.hpp"
#include "runtime/client/ledger.hpp"
#include "runtime/client/outcome.hpp"
#include "runtime/client/payment.hpp"
#include "runtime/client/stopper.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace codius::client {

/// What is known when it is time to decide how much to pay.
struct price_facts {
  net::stream_rate rate;          ///< what really arrives on the way to this host
  std::optional<asset> host_unit; ///< as STREAM tells it
  std::optional<uint64_t> asked;  ///< the price, when the 402 says one; host's units
};
/// What may be spent, in the payer's units.
struct spending {
  uint64_t budget = 0;  ///< for one payment of `price`
  uint64_t ceiling = 0; ///< in all: a lost payment may be repeated below it
  uint64_t price = 0;   ///< the host's units
};

enum class paid_phase : uint8_t { asking, opening, paying, repeating };

/// What a paid request works with. All functions are called on its executor.
struct paid_request_deps {
  std::shared_ptr<host_link> host;
  /// The ledger, connected when it is first needed.
  std::function<asio::awaitable<outcome<std::shared_ptr<ledger>>>()> ledger_of;
  /// Decides about the money, before any of it moves; a failure ends the request.
  std::function<asio::awaitable<outcome<spending>>(price_facts)> decide;
  /// Told what happens; may be empty.
  std::function<void(paid_phase)> on_phase;
  stopper* stop = nullptr; ///< outlives the request
};

struct paid_request_options {
  host_request request; ///< `Pay-Token` is added
  pay_token token{};
  std::chrono::milliseconds answer_limit{std::chrono::hours{24}}; ///< for each answer
  std::optional<net::stream_rate> rate;                           ///< known: nobody need probe
  bool wait_for_close = true; ///< the host should know that all is over before `run` returns
  int repeats = 3;            ///< when the host falls silent after its first answer
};

/// One HTTP request that is paid for (the Pay-Token / 402 / Pay handshake): asks, is told where to
/// pay, opens a STREAM payment, asks again and pays while the host works on the answer. A host that
/// falls silent is asked again with the same token: it knows what the token has paid for. On a stop
/// the money stops at once. Single executor; lives in a shared_ptr.
class paid_request : public std::enable_shared_from_this<paid_request> {
public:
  paid_request(paid_request_deps deps, paid_request_options options);

  /// The host's answer, whatever its status. Failures: no answer (2, 4), no payment (3), stopped
  /// (4, 130). Once.
  asio::awaitable<outcome<net::http_response>> run();

  /// Units of the payer, up to date at any time.
  money_moved moved() const;
  /// Of the host's units, by what it says.
  uint64_t delivered() const;
  const std::optional<asset>& host_unit() const { return host_unit_; }
  /// The rate of the way, once it is known.
  const std::optional<net::stream_rate>& rate() const { return options_.rate; }
  /// For `paid_phase::repeating`: why.
  const failure& trouble() const { return trouble_; }
  /// Why the payment ended before the host was content; `ok` when it did not.
  const status& payment_verdict() const { return verdict_; }

private:
  using answer = outcome<net::http_response>;
  asio::awaitable<answer> attempt();
  asio::awaitable<answer> ask(stopper& until);
  asio::awaitable<answer> pay_and_ask(net::http_response first);
  asio::awaitable<outcome<std::shared_ptr<payment>>> open_payment(const net::http_response& first);
  asio::awaitable<answer> ask_while_paying(spending limits);
  done check_ceiling(spending limits) const;
  asio::awaitable<void> finish_payment();
  void say(paid_phase phase) const;

  paid_request_deps deps_;
  paid_request_options options_;
  std::shared_ptr<payment> payment_; ///< the one under way
  money_moved earlier_;              ///< of payments that are over
  uint64_t earlier_delivered_ = 0;
  std::optional<asset> host_unit_;
  status verdict_ = ok();
  failure trouble_;
  bool may_pass_ = false; ///< the trouble: the host was silent, or the way to it was disturbed
};

/// The text form of a token that hosts and people see: 22 characters of base64url.
std::string token_text(const pay_token& token);

} // namespace codius::client
