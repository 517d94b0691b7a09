#pragma once
#include "messages/env.hpp"
#include "net/asio.hpp"
#include "net/ilp/delay.hpp"
#include "net/ilp/link.hpp"
#include "net/ilp/stream_address.hpp"

#include <functional>
#include <memory>
#include <string>

namespace codius::net {

/// Everything that a receiver needs; all functions are called on `io`, which runs one thread, and
/// must stay callable until `io` stops.
struct stream_server_deps {
  env world;
  asio::any_io_executor io;
  byte_buffer secret; ///< 32 octets; addresses made under another secret are dead
  std::string asset_code;
  uint8_t asset_scale = 0;
  /// Our ILP address; empty while unknown.
  std::function<std::string()> own_address;
  /// Takes our own Prepares towards clients (amount 0 always).
  ilp_handler send;
  /// Books `amount` for `tag`, durably: the Fulfill leaves only after `ok()`. On an error the
  /// payer keeps the money and tries again. Once booked the packet is fulfilled whatever happens,
  /// even past its expiry: a late Fulfill may still be honoured, an absent one never is.
  std::function<asio::awaitable<status>(std::string tag, uint64_t amount)> credit;
  /// A client opened its stream. May call back into the server. Optional.
  std::function<void(std::string tag)> on_stream;
  delay after; ///< empty: `steady_delay(io)`
};

struct stream_server_limits {
  size_t connections = 10'000;
  std::chrono::seconds idle{60};
  std::chrono::seconds idle_collecting{120}; ///< between `allow` and `stop_receiving`
  /// A client that fell silent this long, and owes nothing, gives way to another with its tag.
  std::chrono::seconds replaceable{10};
  /// Money with less time left is refused before it is booked.
  std::chrono::milliseconds least_time_left{500};
};

/// The host's STREAM receiver (Interledger RFC 0029, single stream a connection). A payment is
/// known by its tag: lower-case hex of the 16 octets of a `Pay-Token`. Until `allow` no money is
/// taken, and never more than allowed, but for the 1 % a packet that STREAM tolerates (that excess
/// is in the amount credited). Connections without a tag can pay nothing. All but `generate` on
/// `io`. Coroutines under way may outlive the server.
class stream_server {
public:
  explicit stream_server(stream_server_deps deps, stream_server_limits limits = {});
  ~stream_server();
  stream_server(const stream_server&) = delete;
  stream_server& operator=(const stream_server&) = delete;

  /// Where a client pays for `tag` (16 octets). Stores nothing. Any thread.
  pay_details generate(std::string_view own_address, byte_view tag) const;

  /// Answers a Prepare to our address or below it. Errors as rejects: F02 (no such connection),
  /// F06 (not encrypted for it), R00 (expired), T00 (not now), T03 (too many connections), F99
  /// with STREAM data (everything else).
  asio::awaitable<ilp_reply> handle(ilp_prepare p);

  /// True while a client's stream for `tag` is open.
  bool has_stream(const std::string& tag) const;
  /// The stream may receive `more` units beyond what it received so far, and its client hears of
  /// it. Errors: `not_found` when no stream is open.
  status allow(const std::string& tag, uint64_t more);
  /// Nothing beyond what has arrived or is being booked. Payers are asked to wait, so that a later
  /// `allow` goes on where this stopped.
  void stop_receiving(const std::string& tag);
  /// The payment is over. The client hears of it only when it sends more money: a payer that is
  /// about to end its stream waits for that end for ever if we end it first.
  void forget(const std::string& tag);
  /// Units credited for `tag` since its first connection; 0 once it is forgotten or idle. The
  /// ledger knows better.
  uint64_t received(const std::string& tag) const;

  size_t connections() const;
  /// A second has passed; called by the server itself.
  void tick();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

} // namespace codius::net
