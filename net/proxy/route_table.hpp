#pragma once
#include "messages/error.hpp"
#include "messages/pod.hpp"
#include "messages/time.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace codius::net {

enum class route_state : uint8_t {
  starting, ///< paid for, not there yet: 503 and try again
  running,  ///< requests go to `address`
  no_port,  ///< the pod serves nothing: 404
};

/// Where one pod is. Immutable, but for the count of its connections.
struct pod_route {
  pod_id id;
  route_state state = route_state::starting;
  pod_address address;   ///< when running
  utc_time published_at; ///< when `running` was published; the proxy is patient at first
  mutable std::atomic<uint32_t> connections{0}; ///< from the proxy to the pod, over all threads
};

using route_ptr = std::shared_ptr<const pod_route>;

/// The routes of all pods: one writer, any number of readers on any threads.
///
/// Routes lie in 256 shards by a hash of their name, each shard an immutable sorted snapshot that
/// a change replaces, so that a change among 10,000 routes copies 40. A reader copies the
/// snapshot's pointer and looks on its own. (The copy is under a lock of the shard, held for a
/// reference count; `std::atomic<std::shared_ptr>` of this library is a spin lock inside and not
/// clean under the thread sanitizer.)
class route_table {
public:
  /// The route of a lower-case pod label; null when there is none.
  route_ptr find(std::string_view label) const;

  /// Adds or replaces a route. The same state and address again leaves the old route, its age and
  /// its connections in place. Errors: `invalid` when running without an IPv4 address and port.
  status publish(const pod_id& id, route_state state, pod_address address, utc_time now);
  /// Removes a route; connections of requests under way live on. False when there was none.
  bool withdraw(const pod_id& id);

  size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  /// Counts changes that end a route, so that connection pools know when to look for dead ones.
  uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }

private:
  using snapshot = std::vector<route_ptr>; // sorted by name
  struct alignas(64) shard {
    mutable std::mutex guard;
    std::shared_ptr<const snapshot> now = std::make_shared<snapshot>();
  };
  shard& shard_of(std::string_view label) const;
  std::shared_ptr<const snapshot> load(const shard& s) const;

  mutable std::array<shard, 256> shards_;
  std::atomic<size_t> size_{0};
  std::atomic<uint64_t> generation_{0};
};

} // namespace codius::net
