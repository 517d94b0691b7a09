#pragma once
#include "net/asio.hpp"
#include "net/ilp/packet.hpp"

#include <functional>

namespace codius::net {

/// Answers a Prepare: a Fulfill whose preimage fits, or a Reject. Never throws.
using ilp_handler = std::function<asio::awaitable<ilp_reply>(ilp_prepare)>;

/// One hop to a neighbour. All calls on the link's own executor.
class ilp_link {
public:
  virtual ~ilp_link() = default;
  /// Sends `p` and waits for its answer, at most until `p.expires_at` (then a Reject R00, made
  /// here); a link that is down answers Reject T01 at once.
  virtual asio::awaitable<ilp_reply> send(ilp_prepare p) = 0;
  /// True when a Prepare can be sent right now.
  virtual bool connected() const = 0;
};

} // namespace codius::net
