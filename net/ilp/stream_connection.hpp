#pragma once
#include "net/ilp/stream_inbox.hpp"
#include "net/ilp/stream_packet.hpp"

#include <map>
#include <string>
#include <vector>

namespace codius::net {

struct stream_asset {
  std::string code;
  uint8_t scale = 0;
  bool operator==(const stream_asset&) const = default;
};

/// One Prepare on its way through a `stream_connection`.
struct stream_arrival {
  enum class verdict : uint8_t {
    refuse,  ///< answer F99 with `refusal()`
    later,   ///< answer a T code without data: the limit was withdrawn and may come back
    fulfill, ///< room is reserved: `accept()` or `release()` must follow
  };
  uint64_t sequence = 0;
  uint64_t amount = 0;  ///< that arrived
  uint64_t minimum = 0; ///< that the payer insists on
  verdict decision = verdict::refuse;
  std::vector<uint64_t> opened; ///< streams that this packet opened
  /// Reserved for each stream; adds up to `amount`.
  std::map<uint64_t, uint64_t> parts;

  // For the connection itself.
  std::map<uint64_t, uint64_t> shares;
  std::vector<stream_frame> reply;
  bool bad = false;
};

/// The receiver's side of one STREAM connection: a pure state machine without clock, crypto or I/O.
/// A packet goes through `open`, `decide`, and then `accept`, or `release` and `refusal`; several
/// may be between `decide` and the end at once, and together they never exceed a limit.
///
/// Data that peers send is dropped as it comes. Money that no stream is named for is refused, so
/// that whatever arrives has an owner; a remainder of the split goes to the lowest stream named.
class stream_connection {
public:
  explicit stream_connection(stream_asset own) : own_(std::move(own)) {}

  /// Applies the frames: opens streams, learns addresses and limits, takes data.
  stream_arrival open(const stream_packet& p, uint64_t amount);
  /// Judges the packet; reserves room when the answer is to be a Fulfill.
  void decide(stream_arrival& a, bool fulfillable);
  /// Credits what was reserved. The packet for the Fulfill.
  stream_packet accept(const stream_arrival& a);
  /// Gives back what was reserved.
  void release(const stream_arrival& a);
  /// The packet for an F99.
  stream_packet refusal(const stream_arrival& a);

  /// Stream `id` may hold `total` units in all, and says so to the peer. What is advertised never
  /// falls; a lower limit holds all the same.
  void set_limit(uint64_t id, uint64_t total);
  /// Nothing beyond what has arrived or is about to.
  void stop(uint64_t id);
  /// Queues octets for the peer, once.
  void write(uint64_t id, byte_view data);
  /// Ends a stream, and tells the peer only when it sends money there again.
  void end_stream(uint64_t id);
  /// Ends a stream and tells the peer.
  void close_stream(uint64_t id, stream_error code, std::string message);
  /// Ends all and tells the peer.
  void close(stream_error code, std::string message);
  /// Says why to a peer that is not wanted, in the next reply.
  static void turn_away(stream_arrival& a, std::string message);

  /// What the peer should hear without having asked: for a packet of our own. Empty: nothing.
  std::vector<stream_frame> take_news();
  bool has_news() const;
  /// `take_news` did not get through.
  void put_back(std::vector<stream_frame> news);
  /// Frames of an answer to a packet of our own.
  void apply(const stream_packet& answer);

  const std::string& peer_address() const { return peer_address_; } ///< empty while unknown
  bool stream_open(uint64_t id) const;
  uint64_t received(uint64_t id) const;
  bool closed() const { return closed_; }
  bool reserved() const; ///< some packet is between `decide` and its end

private:
  struct stream {
    uint64_t limit = 0;      ///< holds
    uint64_t advertised = 0; ///< what the peer may have heard; never falls
    uint64_t told = 0;       ///< of that, what was put into a packet
    uint64_t received = 0;
    uint64_t reserved = 0;
    uint64_t written = 0;
    bool open = true;
    bool ended_here = false;
    stream_inbox inbox;
  };

  void admit(stream_arrival& a, uint64_t id, bool carries);
  void apply_frame(const stream_frame& f);
  void check_windows();
  bool room_for(stream_arrival& a);
  void take_data(const frame::stream_data& f);
  void refuse_closed(stream_arrival& a, uint64_t id, const stream& s) const;
  uint64_t window() const;
  static frame::stream_max_money max_money(uint64_t id, stream& s);
  void append_queue(std::vector<stream_frame>& out);

  stream_asset own_;
  std::string peer_address_;
  std::map<uint64_t, stream> streams_;
  std::vector<stream_frame> queue_;
  replay_window money_seen_;
  uint64_t max_stream_id_ = 20;
  bool say_max_stream_id_ = false;
  bool say_asset_ = false;
  bool closed_ = false;
};

} // namespace codius::net
