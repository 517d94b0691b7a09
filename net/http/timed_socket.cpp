#include "net/http/timed_socket.hpp"

#include <boost/asio/buffer.hpp>

namespace codius::net {

timed_socket::timed_socket(tcp::socket socket, size_t buffer_bytes)
  : in(buffer_bytes), socket_(std::move(socket)), clock_(socket_.get_executor()),
    read_due_(socket_.get_executor()), write_due_(socket_.get_executor()) {
  error_code ignored;
  if (socket_.is_open()) {
    socket_.set_option(tcp::no_delay{true}, ignored);
    socket_.non_blocking(true, ignored);
  }
}

timed_socket::time_point timed_socket::now() {
  // Nothing ever waits on this timer: it is only asked what time it would be due.
  clock_.expires_after(milliseconds{0});
  return clock_.expiry();
}

void timed_socket::arm(deadline& d, time_point due) {
  d.due = due;
  d.fired = false;
  if (d.waiting && d.timer.expiry() <= due)
    return;
  d.timer.expires_at(due);
  wait(d);
}

void timed_socket::wait(deadline& d) {
  d.waiting = true;
  d.timer.async_wait([self = shared_from_this(), &d](error_code ec) {
    if (!ec)
      self->on_timer(d);
  });
}

void timed_socket::on_timer(deadline& d) {
  d.waiting = false;
  if (d.due == time_point::max() || !socket_.is_open())
    return;
  if (d.due > now()) {
    d.timer.expires_at(d.due);
    wait(d);
    return;
  }
  d.fired = true;
  cancel();
}

/// True when the deadline was missed.
bool timed_socket::disarm(deadline& d) {
  d.due = time_point::max();
  return d.fired;
}

asio::awaitable<error_code> timed_socket::fill(milliseconds limit) {
  return fill_until(now() + limit);
}

asio::awaitable<error_code> timed_socket::fill_until(time_point due) {
  if (!socket_.is_open())
    co_return asio::error::operation_aborted;
  const auto room = in.room();
  if (room.size == 0)
    co_return asio::error::no_buffer_space;
  error_code ec;
  arm(read_due_, due);
  const auto n = co_await socket_.async_read_some(asio::buffer(room.at, room.size),
                                                  asio::redirect_error(asio::use_awaitable, ec));
  if (disarm(read_due_) && ec)
    co_return asio::error::timed_out;
  in.commit(n);
  co_return ec;
}

asio::awaitable<error_code> timed_socket::write(std::string_view data, milliseconds limit) {
  error_code ec;
  if (!socket_.is_open())
    co_return asio::error::operation_aborted;
  writing_ = true;
  // Most writes fit into the socket's buffer: those need no timer and no trip through the queue.
  auto n = data.empty() ? 0 : socket_.write_some(asio::buffer(data), ec);
  if (ec == asio::error::would_block)
    ec = {};
  for (data.remove_prefix(n); !data.empty() && !ec; data.remove_prefix(n)) {
    arm(write_due_, now() + limit);
    n = co_await socket_.async_write_some(asio::buffer(data),
                                          asio::redirect_error(asio::use_awaitable, ec));
    if (disarm(write_due_) && ec)
      ec = asio::error::timed_out;
  }
  writing_ = false;
  co_return ec;
}

asio::awaitable<error_code> timed_socket::connect(tcp::endpoint to, milliseconds limit) {
  error_code ec;
  if (socket_.is_open())
    socket_.close(ec);
  socket_.open(to.protocol(), ec);
  if (ec)
    co_return ec;
  arm(write_due_, now() + limit);
  co_await socket_.async_connect(to, asio::redirect_error(asio::use_awaitable, ec));
  if (disarm(write_due_) && ec)
    ec = asio::error::timed_out;
  if (!ec) {
    socket_.set_option(tcp::no_delay{true}, ec);
    socket_.non_blocking(true, ec);
  }
  co_return ec;
}

void timed_socket::limit_fill(milliseconds limit) {
  if (read_due_.due != time_point::max())
    arm(read_due_, now() + limit);
}

void timed_socket::cancel() {
  error_code ignored;
  socket_.cancel(ignored);
}

bool timed_socket::is_quiet() {
  char octet;
  error_code ec;
  if (is_open() && in.empty())
    socket_.receive(asio::buffer(&octet, 1), tcp::socket::message_peek, ec);
  return ec == asio::error::would_block;
}

void timed_socket::shutdown_send() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void timed_socket::close() {
  error_code ignored;
  socket_.close(ignored);
  read_due_.timer.cancel();
  write_due_.timer.cancel();
  read_due_.waiting = write_due_.waiting = false;
}

asio::awaitable<void> close_gently(std::shared_ptr<timed_socket> socket, milliseconds limit) {
  socket->shutdown_send();
  const auto due = socket->now() + limit;
  error_code ec;
  while (!ec && socket->is_open()) {
    socket->in.consume(socket->in.size());
    ec = co_await socket->fill_until(due);
  }
  socket->close();
}

} // namespace codius::net
