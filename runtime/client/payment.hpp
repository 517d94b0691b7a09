#pragma once
#include "messages/sale.hpp"
#include "net/ilp/stream_sender.hpp"
#include "runtime/client/ledger.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace codius::client {

/// Units of the payer's asset that a payment has moved.
struct money_moved {
  uint64_t sent = 0;      ///< fulfilled: the host has it
  uint64_t uncertain = 0; ///< under way, or nobody knows whether it arrived
  money_moved& operator+=(const money_moved& o);
  bool operator==(const money_moved&) const = default;
};

/// Where a host wants to be paid, from its `Pay` header. The secret opens the payment: never log
/// it.
struct pay_place {
  std::string address;
  byte_buffer secret;
};

/// Reads `interledger-stream ADDRESS SECRET`. Errors: `malformed`, `unsupported` (another method).
result<pay_place> parse_pay_header(std::string_view value);

/// One payment by STREAM over the ledger. Single executor; lives in a shared_ptr.
class payment : public std::enable_shared_from_this<payment> {
public:
  /// `rate`: known from an earlier payment to the same host, so nobody need probe.
  payment(std::shared_ptr<ledger> from, pay_place to, std::optional<net::stream_rate> rate);
  ~payment();

  /// Learns the rate and opens the stream, without money. Errors: `unavailable`, `rejected`,
  /// `timed_out`, in words for people.
  asio::awaitable<status> open(std::chrono::milliseconds limit);
  const net::stream_rate& rate() const { return sender_.rate(); }
  /// As the host says, once the stream is open; not all say it.
  std::optional<asset> host_asset() const;

  /// Pays in the background whatever the host asks for, at most `budget` in all, until `end`.
  /// When it cannot pay, or all of `budget` brought less than `price` (host's units), it closes the
  /// stream by itself, so that the host need not wait, and calls `on_give_up`, unless it was
  /// stopped before.
  void begin(uint64_t budget, uint64_t price, std::function<void()> on_give_up);
  /// Sends no more, waits for the packet under way, and answers the verdict.
  asio::awaitable<status> end();
  /// As `end`, without waiting.
  void stop();
  /// Tells the host that this is over; not while a packet is still under way.
  asio::awaitable<status> close();

  money_moved moved() const;
  /// Host's units, as the host says.
  uint64_t delivered() const { return sender_.total_delivered(); }
  /// Why paying ended by itself; `ok` as long as there is nothing to complain of.
  const status& verdict() const { return verdict_; }

private:
  static asio::awaitable<void> run(std::shared_ptr<payment> self);
  asio::awaitable<status> keep_paying();
  static asio::awaitable<net::ilp_reply> send(std::shared_ptr<payment> self, net::ilp_prepare p);
  static asio::awaitable<net::ilp_reply> receive(std::weak_ptr<payment> weak, net::ilp_prepare p);
  net::stream_sender_deps deps();

  std::shared_ptr<ledger> ledger_;
  net::stream_sender sender_;
  net::wake_up ended_;
  uint64_t in_flight_ = 0; ///< units
  uint64_t packets_ = 0;   ///< ever sent
  std::string last_reject_;
  bool stopped_ = false;
  uint64_t budget_ = 0;
  uint64_t price_ = 0;
  std::function<void()> on_give_up_;
  bool running_ = false;
  status verdict_ = ok();
};

/// True for what may be over soon: a link that is down, somebody who is busy or slow.
bool is_temporary(const error& why);
/// What a reject, or the lack of a ledger, means to the payer, and what to do about it; empty when
/// there is nothing more to say than the words themselves.
std::string payment_advice(const error& why, const std::string& ledger_place);

} // namespace codius::client
