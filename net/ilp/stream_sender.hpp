#pragma once
#include "messages/env.hpp"
#include "net/asio.hpp"
#include "net/ilp/delay.hpp"
#include "net/ilp/link.hpp"
#include "net/ilp/stream_connection.hpp"
#include "net/ilp/stream_math.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace codius::net {

struct stream_sender_deps {
  env world;
  asio::any_io_executor io; ///< one thread
  ilp_handler send;         ///< the way to the receiver; answers by the packet's expiry
  delay after;              ///< empty: `steady_delay(io)`
};

struct stream_sender_options {
  std::string destination;   ///< a valid ILP address
  byte_buffer shared_secret; ///< as the receiver gave it out
  std::string own_address;   ///< see `make_client_address`
  stream_asset asset;        ///< of our link (ILDCP)
  /// How much less than probed the receiver may accept, in millionths.
  uint32_t slippage = 10'000;
  uint64_t max_packet = stream_unlimited;
  /// Sent in parallel, to learn the rate; none of them can be fulfilled.
  std::vector<uint64_t> probes{1, 1'000, 1'000'000, 1'000'000'000, 1'000'000'000'000};
  /// When the rate is known beforehand, `connect` sends nothing.
  std::optional<stream_rate> rate;
  std::chrono::milliseconds packet_expiry{30'000};
};

/// `own` (the link's address from ILDCP) and a random segment, so that several senders share a
/// link.
std::string make_client_address(std::string_view own, const env& world);

/// Pays one receiver over one STREAM stream (RFC 0029), one packet at a time. Talks to the deployed
/// JavaScript receivers and to ours. Never sends more than `set_send_max` in all, counting packets
/// whose fate is unknown as sent. Single executor; must outlive the coroutines it hands out, of
/// which `connect`, `wait_ready`, `run` and `close` exclude each other.
class stream_sender {
public:
  stream_sender(stream_sender_deps deps, stream_sender_options options);

  /// Learns rate and packet limit. Errors: `rejected` (turned away), `unavailable` (no route, or no
  /// rate to be had); both in words fit for a person.
  asio::awaitable<result<stream_rate>> connect();
  /// Opens the stream without money and waits for the receiver's ready octet. Errors: as `run`.
  asio::awaitable<status> wait_ready(std::chrono::milliseconds limit);
  /// May be raised at any time.
  void set_send_max(uint64_t amount);
  /// Pays as far as the receiver allows and waits for it to allow more; ends well when all is sent,
  /// after `stop`, or when the receiver closes without an error. Errors: `timed_out` after `limit`
  /// (and the packet then under way), or when the rest of the budget is unresolved; `rejected`,
  /// `unavailable`.
  asio::awaitable<status> run(std::chrono::milliseconds limit);
  /// Ends `run`, once the packet under way is answered, and waits.
  void stop();
  /// Tells the receiver that it is over. Best effort.
  asio::awaitable<void> close();

  /// Answers what the receiver sends to `own_address`.
  asio::awaitable<ilp_reply> handle(ilp_prepare p);

  const std::string& own_address() const { return options_.own_address; }
  uint64_t total_sent() const { return sent_; }           ///< our units, fulfilled
  uint64_t total_unresolved() const { return lost_; }     ///< our units, may have been taken
  uint64_t total_delivered() const { return delivered_; } ///< receiver's units, as it says
  const std::optional<stream_asset>& peer_asset() const { return peer_asset_; }
  const stream_rate& rate() const { return rate_; }
  bool ready() const { return ready_; }

private:
  struct answer {
    enum class kind : uint8_t { fulfilled, refused, rejected, broken };
    kind how = kind::broken;
    std::optional<stream_packet> packet; ///< authentic and for the packet sent
    ilp_reject reject;
  };
  struct probe_outcome;

  // packets
  ilp_prepare pack(std::vector<stream_frame> frames, uint64_t amount, uint64_t minimum,
                   bool fulfillable);
  answer read(const ilp_reply& reply, uint64_t sequence, const octets32& condition);
  asio::awaitable<answer> exchange(std::vector<stream_frame> frames, uint64_t amount,
                                   uint64_t minimum);
  void apply(const stream_packet& p);
  void apply_frame(const stream_frame& f);
  std::vector<stream_frame> greeting() const;
  std::vector<stream_frame> usual_frames(uint64_t paying) const;

  // connecting
  asio::awaitable<std::vector<std::optional<ilp_reply>>> probe(std::vector<ilp_prepare> packets);
  asio::awaitable<probe_outcome> probe_round(std::vector<uint64_t> amounts);
  asio::awaitable<status> say(const char* what);

  // paying
  uint64_t budget() const;
  uint64_t next_amount() const;
  bool pointless(uint64_t amount) const;
  asio::awaitable<status> pay(uint64_t amount);
  asio::awaitable<status> refused(uint64_t amount, const answer& a);
  asio::awaitable<status> rejected(uint64_t amount, const answer& a);
  asio::awaitable<status> try_again(error why);
  std::optional<status> over() const;
  status complete() const;

  stream_sender_deps deps_;
  stream_sender_options options_;
  stream_keys keys_;
  wake_up news_; ///< a limit rose, data came, or it is time to end
  wake_up halt_; ///< time to end

  stream_rate rate_;
  stream_path path_;
  uint64_t sequence_ = 0;
  uint64_t send_max_ = 0;
  uint64_t sent_ = 0;
  uint64_t lost_ = 0;
  uint64_t delivered_ = 0;
  std::optional<uint64_t> remote_max_; ///< unknown counts as no limit
  uint64_t remote_received_ = 0;
  std::optional<stream_asset> peer_asset_;
  std::optional<frame::connection_close> closed_;
  stream_inbox inbox_;
  bool confirmed_ = false; ///< the peer knows our address
  bool ready_ = false;
  bool stopped_ = false;
  bool time_over_ = false;
  bool say_blocked_ = false;
  int setbacks_ = 0; ///< in a row
  std::chrono::milliseconds retry_{0};
};

/// For people: "F02 from g.hub: no route", printable and short.
std::string describe(const ilp_reject& r);

} // namespace codius::net
