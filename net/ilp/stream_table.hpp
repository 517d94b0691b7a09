#pragma once
#include "net/ilp/stream_connection.hpp"
#include "net/ilp/stream_server.hpp"

#include <list>
#include <memory>
#include <unordered_map>

namespace codius::net {

/// A connection as the server keeps it.
struct stream_entry {
  stream_entry(std::string segment_, std::string tag_, byte_view secret, stream_asset asset)
    : segment(std::move(segment_)), tag(std::move(tag_)), keys(secret),
      connection(std::move(asset)) {}

  std::string segment; ///< of the address; the connection's id
  std::string tag;     ///< empty: none
  stream_keys keys;
  stream_connection connection;
  uint64_t stream_id = 0;     ///< the one that pays; 0: not opened yet
  uint64_t last_sequence = 0; ///< of our own packets
  uint64_t active_at = 0;     ///< tick
  bool announcing = false;    ///< a packet of our own is under way
  bool collecting = false;    ///< between `allow` and `stop_receiving`

  bool paying() const { return stream_id != 0 && connection.stream_open(stream_id); }
  bool expected() const { return collecting && paying(); } ///< somebody waits for its money
  /// Dropping it now would lose something.
  bool busy() const { return expected() || connection.reserved(); }
};

/// All connections of a server: at most so many, the least recently active first to go; and which
/// of them a tag belongs to. Counts time in ticks of a second. No I/O.
class stream_table {
public:
  explicit stream_table(stream_server_limits limits) : limits_(limits) {}

  /// Null when unknown.
  std::shared_ptr<stream_entry> find(std::string_view segment) const;
  /// Its peer was heard; a connection that is not in the table stays out.
  void touch(const stream_entry& entry);
  /// Makes room if need be; nothing when every connection is busy.
  bool add(const std::shared_ptr<stream_entry>& entry);
  void tick();
  size_t size() const { return by_age_.size(); }

  /// The connection that pays for `tag`; null when there is none.
  std::shared_ptr<stream_entry> payer(const std::string& tag) const;
  /// Another connection pays for the same tag and does not give way.
  bool taken_by_other(const stream_entry& entry) const;
  void claim(const std::shared_ptr<stream_entry>& entry);
  void forget(const std::string& tag) { tags_.erase(tag); }
  void credited(const std::string& tag, uint64_t amount);
  uint64_t received(const std::string& tag) const;

private:
  using order = std::list<std::shared_ptr<stream_entry>>;
  struct tag_state {
    std::shared_ptr<stream_entry> payer;
    uint64_t received = 0;
  };

  uint64_t idle(const stream_entry& entry) const { return now_ - entry.active_at; }
  bool expired(const stream_entry& entry) const;
  order::iterator drop(order::iterator it);
  bool make_room();

  stream_server_limits limits_;
  uint64_t now_ = 0;
  order by_age_; ///< least recently active first
  std::unordered_map<std::string, order::iterator> by_segment_;
  std::unordered_map<std::string, tag_state> tags_;
};

} // namespace codius::net
