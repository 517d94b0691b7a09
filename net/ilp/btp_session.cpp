#include "net/ilp/btp_session.hpp"

#include "net/ilp/condition.hpp"

#include <algorithm>

namespace codius::net {

using boost::system::error_code;

btp_frame make_btp_refusal(uint32_t id, std::string why, utc_time now) {
  return {id, btp_error{"F00", "NotAcceptedError", now, std::move(why), {}}};
}

btp_session::btp_session(asio::any_io_executor io, env world,
                         std::shared_ptr<message_socket> socket, btp_session_options options)
  : io_(std::move(io)), env_(std::move(world)), socket_(std::move(socket)), options_(options),
    ping_timer_(io_) {}

asio::awaitable<void> btp_session::run(ilp_handler handler) {
  const auto self = shared_from_this();
  handler_ = std::move(handler);
  if (options_.child_side)
    asio::co_spawn(io_, ping_loop(self), asio::detached);
  while (open_) {
    const auto message = co_await socket_->read();
    if (!message || !open_ || !on_bytes(*message))
      break;
  }
  end();
  co_await socket_->close();
}

// False ends the connection.
bool btp_session::on_bytes(byte_view bytes) {
  auto frame = decode_btp_frame(bytes);
  if (!frame)
    return false;
  const auto id = frame->request_id;
  if (auto* message = std::get_if<btp_message>(&frame->body))
    on_message(id, *message);
  else if (std::holds_alternative<btp_transfer>(frame->body))
    refuse(id, "this link does not settle");
  else if (auto* response = std::get_if<btp_response>(&frame->body))
    settle(id, std::move(response->entries));
  else if (auto* failure = std::get_if<btp_error>(&frame->body))
    settle(id, error{errc::rejected, "btp: the other side answered " + failure->code});
  return true;
}

void btp_session::on_message(uint32_t id, const btp_message& message) {
  if (const auto* packet = ilp_entry_of_request(message.entries))
    on_packet(id, *packet);
  else if (options_.child_side)
    respond(id, {});
  else
    refuse(id, "a message without an ILP packet");
}

void btp_session::on_packet(uint32_t id, const btp_entry& packet) {
  auto prepare = decode_ilp_prepare(packet.data);
  if (!prepare) {
    refuse(id, prepare.error().detail);
    return;
  }
  if (incoming_ >= options_.max_incoming) {
    const auto reject = make_reject("T03", "", "too many packets at once on this connection");
    respond(id, make_ilp_entries(encode(reject)));
    return;
  }
  ++incoming_;
  asio::co_spawn(io_, answer(shared_from_this(), id, *std::move(prepare), handler_),
                 asio::detached);
}

asio::awaitable<void> btp_session::answer(self_ptr self, uint32_t id, ilp_prepare p,
                                          ilp_handler handler) {
  const auto reply = co_await handler(std::move(p));
  --self->incoming_;
  self->respond(id, make_ilp_entries(encode(reply)));
}

void btp_session::respond(uint32_t id, btp_entries entries) {
  post(btp_frame{id, btp_response{std::move(entries)}});
}

void btp_session::refuse(uint32_t id, std::string why) {
  post(make_btp_refusal(id, std::move(why), env_.utc_now()));
}

// An answer that nobody waits for, any longer or ever, is dropped: answering it could loop.
void btp_session::settle(uint32_t id, result<btp_entries> answer) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end() || found->second->answer)
    return;
  found->second->answer = std::move(answer);
  found->second->timer.cancel();
}

asio::awaitable<result<btp_entries>> btp_session::request(btp_entries entries,
                                                          std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  if (!open_)
    co_return error{errc::unavailable, "btp: the connection is closed"};
  if (waiting_.size() >= options_.max_outgoing)
    co_return error{errc::busy, "btp: too many requests at once"};
  const auto id = fresh_id();
  const auto mine = std::make_shared<slot>(io_);
  mine->timer.expires_after(timeout);
  waiting_.emplace(id, mine);
  post(btp_frame{id, btp_message{std::move(entries)}});
  error_code ec;
  if (!mine->answer)
    co_await mine->timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  waiting_.erase(id);
  if (mine->answer)
    co_return *std::move(mine->answer);
  co_return error{errc::timed_out, "btp: no answer"};
}

asio::awaitable<ilp_reply> btp_session::send(ilp_prepare p) {
  const auto left = p.expires_at - env_.utc_now();
  if (left <= left.zero())
    co_return make_reject("R00", "", "packet expired before it was sent");
  auto entries = make_ilp_entries(encode(p));
  const auto limit = std::min<std::chrono::milliseconds>(left, options_.response_timeout);
  const auto answer = co_await request(std::move(entries), limit);
  if (!answer) {
    switch (answer.error().code) {
      case errc::timed_out: co_return make_reject("R00", "", "no answer in time");
      case errc::busy: co_return make_reject("T02", "", "link is busy");
      case errc::rejected: co_return make_reject("F02", "", "neighbour refused the packet");
      default: co_return make_reject("T01", "", "link is down");
    }
  }
  const auto* packet = ilp_entry_of_response(*answer);
  if (packet == nullptr)
    co_return make_reject("F00", "", "neighbour answered without a packet");
  auto reply = decode_ilp_reply(packet->data);
  if (!reply)
    co_return make_reject("F00", "", "neighbour's answer does not parse");
  co_return *std::move(reply);
}

uint32_t btp_session::fresh_id() {
  uint32_t id = 0;
  env_.random_bytes(std::as_writable_bytes(std::span{&id, 1}));
  while (waiting_.count(id) != 0)
    ++id;
  return id;
}

void btp_session::post(const btp_frame& frame) {
  if (!open_)
    return;
  auto bytes = encode(frame);
  queued_bytes_ += bytes.size();
  queue_.push_back(std::move(bytes));
  if (queued_bytes_ > options_.max_queue_bytes) {
    close();
    return;
  }
  if (!std::exchange(writing_, true))
    asio::co_spawn(io_, write_loop(shared_from_this()), asio::detached);
}

asio::awaitable<void> btp_session::write_loop(self_ptr self) {
  while (!self->queue_.empty()) {
    auto next = std::move(self->queue_.front());
    self->queue_.pop_front();
    self->queued_bytes_ -= next.size();
    const auto written = co_await self->socket_->write(std::move(next));
    if (!written)
      self->close();
  }
  self->writing_ = false;
}

asio::awaitable<void> btp_session::ping_loop(self_ptr self) {
  error_code ec;
  while (self->open_) {
    self->ping_timer_.expires_after(self->options_.ping_interval);
    co_await self->ping_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (self->open_)
      (void)co_await self->socket_->ping();
  }
}

void btp_session::close() {
  if (!open_)
    return;
  end();
  asio::co_spawn(io_, close_socket(shared_from_this()), asio::detached);
}

asio::awaitable<void> btp_session::close_socket(self_ptr self) { co_await self->socket_->close(); }

void btp_session::end() {
  open_ = false;
  handler_ = nullptr;
  queue_.clear();
  queued_bytes_ = 0;
  ping_timer_.cancel();
  for (auto& [id, waiting] : waiting_) {
    if (!waiting->answer)
      waiting->answer = error{errc::unavailable, "btp: the connection is closed"};
    waiting->timer.cancel();
  }
}

} // namespace codius::net
