#pragma once
// The insides of `stream_server`, for its own source files.
#include "net/ilp/stream_server.hpp"
#include "net/ilp/stream_table.hpp"

#include <optional>

namespace codius::net {

// Kept alive by every coroutine that works on it.
struct stream_server::impl : std::enable_shared_from_this<impl> {
  // A packet on its way: answered, or waiting for its money to be booked.
  struct step {
    std::optional<ilp_reply> answer;
    std::shared_ptr<stream_entry> entry;
    stream_arrival arrival;
    octets32 fulfillment{};
  };

  impl(stream_server_deps d, stream_server_limits l);

  // A packet comes in.
  step arrive(const ilp_prepare& p);
  std::shared_ptr<stream_entry> connection_at(std::string_view segment,
                                              std::optional<ilp_reply>& failure);
  bool remember(const std::shared_ptr<stream_entry>& entry);
  void judge(step& s, const stream_packet& packet, uint64_t amount, bool ours);
  void opened(const std::shared_ptr<stream_entry>& entry, const std::vector<uint64_t>& ids);
  asio::awaitable<status> book(std::string tag, uint64_t amount);
  ilp_reply settle(const step& s, const status& booked);

  // And is answered.
  ilp_reject reject(const char* code, std::string message) const;
  ilp_reply f99(stream_entry& entry, const stream_arrival& a);
  ilp_reply fulfill(const step& s);
  static asio::awaitable<ilp_reply> handle(std::shared_ptr<impl> self, ilp_prepare p);

  // Packets of our own.
  void announce_news(const std::shared_ptr<stream_entry>& entry);
  static asio::awaitable<void> announce(std::shared_ptr<impl> self,
                                        std::shared_ptr<stream_entry> entry);
  bool heard(stream_entry& entry, const ilp_reply& reply);

  // Time.
  void arm();
  void tick();

  stream_server_deps deps;
  stream_server_limits limits;
  stream_addresses addresses;
  stream_table table;
  std::function<void()> cancel_tick;
};

} // namespace codius::net
