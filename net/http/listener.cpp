#include "net/http/listener.hpp"

#include "net/http/error_body.hpp"
#include "net/http/session.hpp"
#include "net/http/write_head.hpp"

#include <sys/socket.h>

namespace codius::net {

namespace {

constexpr size_t most_turned_away_at_once = 256;
constexpr int backlog = 1024;

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

} // namespace

void server_core::leave() {
  if (alive_.fetch_sub(1) != 1)
    return;
  std::function<void()> tell;
  {
    const std::lock_guard lock{guard_};
    tell = std::exchange(tell_, nullptr);
  }
  if (tell)
    tell();
}

void server_core::on_empty(std::function<void()> tell) {
  {
    const std::lock_guard lock{guard_};
    tell_ = std::move(tell);
  }
  enter(); // so that an empty server tells at once, and a full one when the last is gone
  leave();
}

listener::listener(asio::io_context& io, std::shared_ptr<server_core> core)
  : io_(io), core_(std::move(core)), acceptor_(io), pause_(io) {}

status listener::open(const asio::ip::tcp::endpoint& at, bool shared) {
  error_code ec;
  acceptor_.open(at.protocol(), ec);
  if (!ec)
    acceptor_.set_option(asio::ip::tcp::acceptor::reuse_address{true}, ec);
  if (!ec && shared)
    acceptor_.set_option(reuse_port{true}, ec);
  if (!ec)
    acceptor_.bind(at, ec);
  if (!ec)
    acceptor_.listen(backlog, ec);
  if (ec)
    return error{errc::io, "cannot listen at " + at.address().to_string() + " port "
                             + std::to_string(at.port()) + ": " + ec.message()};
  make_proxy();
  return ok();
}

// To the reactor a stream is a stream: only the address of the other end means nothing.
status listener::open(int listening) {
  error_code ec;
  acceptor_.assign(asio::ip::tcp::v4(), listening, ec);
  if (ec)
    return error{errc::io, "cannot wait for connections: " + ec.message()};
  make_proxy();
  return ok();
}

void listener::make_proxy() {
  if (core_->parts.proxy && !proxy_)
    proxy_ = core_->parts.proxy(io_);
}

uint16_t listener::port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

asio::awaitable<void> listener::accept_loop() {
  const auto self = shared_from_this();
  while (!stopping_) {
    error_code ec;
    auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) {
      take(std::move(socket));
    } else if (!stopping_) {
      // Out of file descriptors, most likely: some will come back.
      pause_.expires_after(std::chrono::milliseconds{50});
      co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
  }
  core_->leave();
}

void listener::take(asio::ip::tcp::socket socket) {
  error_code ec;
  const bool local = !core_->settings.socket_path.empty();
  const auto peer = local ? asio::ip::tcp::endpoint{asio::ip::address_v4::loopback(), 0}
                          : socket.remote_endpoint(ec);
  if (ec || stopping_)
    return;
  const auto verdict = core_->admitted.enter(peer.address());
  if (verdict != admission::verdict::admitted) {
    core_->counters.turned_away++;
    if (turning_away_ < most_turned_away_at_once) {
      ++turning_away_;
      core_->enter();
      asio::co_spawn(io_, turn_away(std::move(socket), verdict), asio::detached);
    }
    return;
  }
  core_->counters.accepted++;
  core_->enter();
  auto s = std::make_shared<session>(*this, std::move(socket), peer);
  sessions_.insert(s);
  asio::co_spawn(io_, run(s, peer.address()), asio::detached);
}

asio::awaitable<void> listener::run(std::shared_ptr<session> s, asio::ip::address client) {
  const auto self = shared_from_this();
  try {
    co_await s->run();
  } catch (const std::exception& e) { // out of memory: this connection ends, the others go on
    core_->counters.handler_faults++;
    if (core_->parts.on_fault)
      core_->parts.on_fault(e.what());
  }
  s->close();
  sessions_.erase(s);
  core_->admitted.leave(client);
  core_->leave();
}

asio::awaitable<void> listener::turn_away(asio::ip::tcp::socket socket, admission::verdict why) {
  const auto self = shared_from_this();
  auto client = std::make_shared<timed_socket>(std::move(socket), 4096);
  const bool host = why == admission::verdict::host_full;
  auto res = error_response({errc::busy,
                             host ? "this host has too many connections, try again soon"
                                  : "you have too many connections to this host",
                             host ? 503u : 429u});
  res.fields.add("Retry-After", "1");
  answer_style style;
  style.close = true;
  const auto text = response_text(res, style);
  (void)co_await client->write(text, core_->settings.limits.linger);
  co_await close_gently(client, core_->settings.limits.linger);
  --turning_away_;
  core_->leave();
}

void listener::begin_stop() {
  stopping_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (const auto& s : sessions_)
    s->idle() ? s->close() : s->end_stream();
  if (proxy_)
    proxy_->stop();
}

void listener::force_stop() {
  for (const auto& s : sessions_)
    s->close();
}

} // namespace codius::net
