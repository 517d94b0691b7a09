#pragma once
#include "net/http/limits.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

namespace codius::net {

/// Counts connections, all together and for each client. Any thread.
class admission {
public:
  explicit admission(const server_limits& limits)
    : most_(limits.connections), most_per_client_(limits.connections_per_client),
      exempt_loopback_(limits.exempt_loopback) {}

  enum class verdict : uint8_t { admitted, host_full, client_full };
  /// Counts a connection if there is room. Each `admitted` must be followed by one `leave`.
  verdict enter(const boost::asio::ip::address& client);
  void leave(const boost::asio::ip::address& client);
  size_t count() const noexcept { return total_.load(std::memory_order_relaxed); }

private:
  using client_key = std::array<uint8_t, 8>;
  static client_key key_of(const boost::asio::ip::address& client);
  bool exempt(const boost::asio::ip::address& client) const;

  const size_t most_, most_per_client_;
  const bool exempt_loopback_;
  std::atomic<size_t> total_{0};
  std::mutex guard_;
  std::map<client_key, size_t> clients_;
};

} // namespace codius::net
