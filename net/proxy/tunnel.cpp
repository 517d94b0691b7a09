#include "net/proxy/tunnel.hpp"

#include <boost/asio/buffer.hpp>

namespace codius::net {

namespace {

/// RFC 6455 §5.5.1: a close frame of status 1001 as a server sends it, and, masked with zeroes, as
/// a client does.
constexpr std::string_view going_away{"\x88\x02\x03\xe9", 4};
constexpr std::string_view going_away_masked{"\x88\x82\0\0\0\0\x03\xe9", 8};

void say_goodbye(timed_socket& to, std::string_view frame) {
  error_code ignored;
  if (to.is_open() && !to.writing())
    to.socket().write_some(asio::buffer(frame), ignored);
}

} // namespace

tunnel::tunnel(std::shared_ptr<timed_socket> client, std::shared_ptr<timed_socket> pod, limits most,
               bool websocket)
  : client_(std::move(client)), pod_(std::move(pod)), most_(most), websocket_(websocket),
    active_(client_->now()), joined_(client_->socket().get_executor()) {}

asio::awaitable<void> tunnel::run() {
  const auto self = shared_from_this();
  asio::co_spawn(client_->socket().get_executor(), pump(pod_, client_), [self](std::exception_ptr) {
    self->other_way_ = false;
    self->joined_.cancel();
  });
  co_await pump(client_, pod_);
  while (other_way_) {
    error_code ignored;
    joined_.expires_at(timed_socket::time_point::max());
    co_await joined_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  close();
}

asio::awaitable<void> tunnel::pump(std::shared_ptr<timed_socket> from,
                                   std::shared_ptr<timed_socket> to) {
  const auto self = shared_from_this();
  for (;;) {
    error_code ec;
    if (!from->in.empty()) {
      ec = co_await to->write(from->in.data(), most_.idle);
      from->in.consume(from->in.size());
      active_ = from->now();
    } else {
      ec = co_await from->fill(half_closed_ ? most_.half_close : most_.idle);
    }
    if (ec == asio::error::eof) {
      const bool both = half_closed_;
      half_closed_ = true;
      to->shutdown_send();
      if (!both)
        to->limit_fill(most_.half_close);
      co_return;
    }
    const auto limit = half_closed_ ? most_.half_close : most_.idle;
    if (ec == asio::error::timed_out && from->now() - active_ < limit)
      continue; // the other way was busy meanwhile
    if (ec == asio::error::timed_out)
      end();
    if (ec) {
      close();
      co_return;
    }
  }
}

void tunnel::end() {
  if (websocket_) {
    say_goodbye(*client_, going_away);
    say_goodbye(*pod_, going_away_masked);
  }
  close();
}

void tunnel::close() {
  client_->close();
  pod_->close();
}

} // namespace codius::net
