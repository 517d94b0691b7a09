#include "net/http/server.hpp"

#include "net/http/listener.hpp"
#include "net/http/unix_door.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace codius::net {

namespace {

/// With SO_REUSEPORT two programs could share the port unnoticed, so ask first without it.
status probe(asio::io_context& io, const tcp::endpoint& at) {
  error_code ec;
  tcp::acceptor lone{io};
  lone.open(at.protocol(), ec);
  if (!ec)
    lone.set_option(tcp::acceptor::reuse_address{true}, ec);
  if (!ec)
    lone.bind(at, ec);
  if (!ec)
    lone.listen(1, ec);
  if (ec)
    return error{errc::io, "cannot listen at " + at.address().to_string() + " port "
                             + std::to_string(at.port()) + ": " + ec.message()};
  return ok();
}

} // namespace

http_server::http_server(std::vector<asio::io_context*> threads, server_settings settings,
                         server_parts parts)
  : threads_(std::move(threads)),
    core_(std::make_shared<server_core>(std::move(settings), std::move(parts))) {}

http_server::~http_server() = default;

status http_server::start() {
  if (auto opened = core_->settings.socket_path.empty() ? open_ports() : open_socket(); !opened)
    return opened;
  for (const auto& one : listeners_) {
    core_->enter();
    asio::co_spawn(one->io(), one->accept_loop(), asio::detached);
  }
  return ok();
}

status http_server::open_socket() {
  const auto listening = listen_at_path(core_->settings.socket_path);
  if (!listening)
    return listening.error();
  listeners_.push_back(std::make_shared<listener>(*threads_.front(), core_));
  return listeners_.back()->open(*listening);
}

status http_server::open_ports() {
  error_code ec;
  const auto ip = asio::ip::make_address(core_->settings.bind_ip, ec);
  if (ec)
    return error{errc::invalid, "\"" + core_->settings.bind_ip + "\" is not an IP address"};
  tcp::endpoint at{ip, core_->settings.port};
  if (auto free = probe(*threads_.front(), at); at.port() != 0 && !free)
    return free;
  for (auto* io : threads_) {
    auto one = std::make_shared<listener>(*io, core_);
    if (auto opened = one->open(at, threads_.size() > 1); !opened)
      return opened;
    at.port(one->port());
    listeners_.push_back(std::move(one));
  }
  port_ = at.port();
  return ok();
}

asio::awaitable<void> http_server::wait_until_empty(std::chrono::milliseconds limit) {
  const auto io = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(io);
  timer->expires_after(limit);
  core_->on_empty([timer, io] {
    asio::post(io, [timer] { timer->expires_at(asio::steady_timer::time_point::min()); });
  });
  error_code ignored;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<size_t> http_server::stop(std::chrono::milliseconds limit) {
  for (const auto& one : listeners_)
    asio::post(one->io(), [one] { one->begin_stop(); });
  co_await wait_until_empty(limit);
  if (core_->alive() > 0) {
    for (const auto& one : listeners_)
      asio::post(one->io(), [one] { one->force_stop(); });
    co_await wait_until_empty(std::chrono::milliseconds{500});
  }
  co_return core_->alive();
}

size_t http_server::connections() const noexcept { return core_->admitted.count(); }
const server_counters& http_server::counters() const noexcept { return core_->counters; }

} // namespace codius::net
