#pragma once
#include "messages/error.hpp"
#include "net/asio.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codius::net {

/// Gives a host name's addresses, at least one. Errors: `unavailable` for no such name,
/// `timed_out`, `busy` when it never came to look.
using name_look_up = std::function<asio::awaitable<result<std::vector<asio::ip::address>>>(
  std::string host, asio::steady_timer::time_point due)>;

/// Threads that ask the system for names, so that a name whose server never answers holds up few
/// others; Asio's resolver has one thread a context, and one such name stops all behind it.
class look_up_threads {
public:
  /// With `most_waiting` in the queue the next look-up is refused.
  look_up_threads(size_t threads, size_t most_waiting);
  /// Waits for nothing: a look-up cannot be called off, so who is late is forgotten. To be gone
  /// before the contexts from which `door` was called.
  ~look_up_threads();
  look_up_threads(const look_up_threads&) = delete;
  look_up_threads& operator=(const look_up_threads&) = delete;

  /// May be called on any thread, and outlives this: it refuses everything then.
  name_look_up door() const;

private:
  struct office;
  std::shared_ptr<office> office_;
};

} // namespace codius::net
