#pragma once
#include "net/http/admission.hpp"
#include "net/http/date.hpp"
#include "net/http/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <mutex>
#include <unordered_set>

// Parts of http_server; nobody else includes this.

namespace codius::net {

class session;

/// What all threads of one server share. Outlives the server while connections are left.
class server_core {
public:
  server_core(server_settings s, server_parts p)
    : settings(std::move(s)), parts(std::move(p)), admitted(settings.limits) {}

  const server_settings settings;
  const server_parts parts;
  admission admitted;
  server_counters counters;

  /// Acceptors and connections that are not done yet.
  void enter() { alive_.fetch_add(1); }
  void leave();
  size_t alive() const { return alive_.load(); }
  /// Called once, on any thread, when the last one leaves.
  void on_empty(std::function<void()> tell);

private:
  std::atomic<size_t> alive_{0};
  std::mutex guard_;
  std::function<void()> tell_;
};

/// One thread's acceptor and connections. Everything but the constructor runs on that thread.
class listener : public std::enable_shared_from_this<listener> {
public:
  listener(asio::io_context& io, std::shared_ptr<server_core> core);

  /// Errors: `io`. `shared`: other acceptors are bound to the same port.
  status open(const asio::ip::tcp::endpoint& at, bool shared);
  /// Takes a descriptor of `listen_at_path`.
  status open(int listening);
  uint16_t port() const;
  asio::awaitable<void> accept_loop();

  void begin_stop();
  void force_stop();
  bool stopping() const noexcept { return stopping_; }

  server_core& core() noexcept { return *core_; }
  asio::io_context& io() noexcept { return io_; }
  stream_handler* proxy() noexcept { return proxy_.get(); }
  const std::string& date() { return date_.at(core_->parts.door.utc_now()); }

private:
  void make_proxy();
  void take(asio::ip::tcp::socket socket);
  asio::awaitable<void> turn_away(asio::ip::tcp::socket socket, admission::verdict why);
  asio::awaitable<void> run(std::shared_ptr<session> s, asio::ip::address client);

  asio::io_context& io_;
  std::shared_ptr<server_core> core_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::unique_ptr<stream_handler> proxy_;
  std::unordered_set<std::shared_ptr<session>> sessions_;
  size_t turning_away_ = 0;
  date_cache date_;
  bool stopping_ = false;
};

} // namespace codius::net
