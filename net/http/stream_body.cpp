#include "net/http/stream_body.hpp"

#include "net/http/body_decoder.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace codius::net {

namespace {

/// What the kernel takes of a stream beyond what is on its way. Without it a client that does not
/// read costs megabytes of the kernel's memory, and one that reads slowly gets old news.
constexpr int most_unsent = 128 * 1024;

using unsent_limit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;

} // namespace

stream_body::stream_body(std::shared_ptr<timed_socket> client, bool chunked, milliseconds stall)
  : client_(std::move(client)), chunked_(chunked), stall_(stall),
    timer_(client_->socket().get_executor()) {
  error_code ignored;
  client_->socket().set_option(unsent_limit{most_unsent}, ignored);
}

asio::awaitable<stream_body::outcome> stream_body::run(std::string head,
                                                       const body_producer& source) {
  const auto self = shared_from_this();
  std::exception_ptr fault;
  const bool begun = co_await send(head);
  if (begun) {
    watching_ = true;
    asio::co_spawn(timer_.get_executor(), watch(), [self](std::exception_ptr) {
      self->watching_ = false;
      self->timer_.cancel();
    });
    try {
      co_await source.run(*this);
    } catch (...) {
      fault = std::current_exception();
    }
    co_await stop_watching();
  }
  if (fault)
    std::rethrow_exception(fault);
  if (chunked_ && so_far_ == outcome::whole)
    (void)co_await send(last_chunk);
  co_return so_far_;
}

/// Reads only to notice the end of the stream.
asio::awaitable<void> stream_body::watch() {
  const auto self = shared_from_this();
  error_code ec;
  while (!ec && !done_)
    ec = co_await client_->fill_until(timed_socket::time_point::max());
  if (!done_ && ec != asio::error::no_buffer_space)
    end();
}

/// The next request is read by others: two must not read at once.
asio::awaitable<void> stream_body::stop_watching() {
  done_ = true;
  client_->cancel();
  while (watching_) {
    error_code ignored;
    timer_.expires_at(time_point::max());
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

void stream_body::end() {
  over_ = true;
  timer_.cancel();
}

void stream_body::wake() {
  woken_ = true;
  timer_.cancel();
}

asio::awaitable<bool> stream_body::send(std::string_view octets) {
  if (so_far_ != outcome::whole)
    co_return false;
  const auto ec = co_await client_->write(octets, stall_);
  if (!ec)
    co_return true;
  so_far_ = ec == asio::error::timed_out ? outcome::stalled : outcome::gone;
  end();
  co_return false;
}

asio::awaitable<bool> stream_body::write(std::string_view piece) {
  if (piece.empty())
    co_return so_far_ == outcome::whole;
  if (!chunked_)
    co_return co_await send(piece);
  std::string chunk;
  append_chunk(chunk, piece);
  co_return co_await send(chunk);
}

asio::awaitable<bool> stream_body::wait_until(time_point due) {
  if (!over_ && !woken_) {
    error_code ignored;
    timer_.expires_at(due);
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  woken_ = false;
  co_return !over_;
}

std::function<void()> stream_body::waker() {
  return [weak = weak_from_this(), io = timer_.get_executor(), posted = wake_posted_] {
    if (posted->exchange(true))
      return;
    asio::post(io, [weak, posted] {
      posted->store(false);
      if (const auto self = weak.lock())
        self->wake();
    });
  };
}

} // namespace codius::net
