#include "net/ilp/btp_client.hpp"

#include "net/ilp/condition.hpp"

#include <array>

namespace codius::net {

using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr std::array<std::chrono::milliseconds, 6> pauses{0ms, 100ms, 500ms, 1s, 2s, 5s};
constexpr auto calm_period = 10s;

btp_entries auth_entries(const btp_uri& parent) {
  return {{"auth", btp_octets, {}},
          {"auth_username", btp_text, to_buffer(as_bytes(parent.username))},
          {"auth_token", btp_text, to_buffer(as_bytes(parent.token))}};
}

message_socket_target target_of(const btp_uri& parent, const std::string& ca_file) {
  return {parent.host, parent.port, parent.path, parent.tls, ca_file};
}

} // namespace

btp_client::btp_client(asio::any_io_executor io, env world, btp_uri parent,
                       btp_client_options options, ilp_handler incoming, btp_client_events events)
  : io_(io), env_(std::move(world)), parent_(std::move(parent)), options_(std::move(options)),
    incoming_(std::move(incoming)), events_(std::move(events)), ended_(io), pause_(io), calm_(io) {
  options_.session.child_side = true;
}

void btp_client::start() {
  if (std::exchange(started_, true) || stopped_)
    return;
  asio::co_spawn(io_, keep_connected(shared_from_this()), asio::detached);
}

asio::awaitable<status> btp_client::connect() {
  const auto self = shared_from_this();
  if (std::exchange(started_, true) || stopped_)
    co_return error{errc::conflict, "btp: already connected or stopped"};
  auto first = co_await attempt();
  if (!first) {
    stop();
    co_return first;
  }
  asio::co_spawn(io_, keep_connected(self), asio::detached);
  co_return first;
}

void btp_client::stop() {
  if (std::exchange(stopped_, true))
    return;
  pause_.cancel();
  calm_.cancel();
  session_ = nullptr;
  if (running_)
    running_->close();
  else if (socket_)
    socket_->abort();
}

asio::awaitable<ilp_reply> btp_client::send(ilp_prepare p) {
  if (!connected())
    co_return make_reject("T01", "", "link is down");
  const auto session = session_; // outlives a reconnect
  co_return co_await session->send(std::move(p));
}

asio::awaitable<void> btp_client::keep_connected(self_ptr self) {
  while (!self->stopped_) {
    if (!self->session_) {
      const auto up = co_await self->attempt();
      if (!up)
        self->report_down(up.error());
    }
    if (self->session_)
      co_await self->until_down();
    if (!self->stopped_)
      co_await self->back_off();
  }
}

asio::awaitable<status> btp_client::attempt() {
  const auto self = shared_from_this();
  socket_ = make_client_socket(io_, target_of(parent_, options_.ca_file), options_.socket);
  const auto socket = socket_;
  const auto upgraded = co_await socket->handshake();
  if (!upgraded) {
    socket->abort();
    co_return upgraded;
  }
  // Deployed children ping before they say anything, so some parents may have come to expect it.
  (void)co_await socket->ping();
  if (stopped_) {
    socket->abort();
    co_return error{errc::unavailable, "btp: stopped"};
  }
  running_ = std::make_shared<btp_session>(io_, env_, socket, options_.session);
  asio::co_spawn(io_, run_session(self, running_), asio::detached);
  co_return co_await authenticate(running_);
}

asio::awaitable<status> btp_client::authenticate(session_ptr session) {
  const auto answer = co_await session->request(auth_entries(parent_), options_.auth_timeout);
  if (!answer) {
    session->close();
    co_await until_down();
    const auto where = parent_.host + ":" + std::to_string(parent_.port);
    if (answer.error().code == errc::rejected)
      co_return error{errc::rejected, where + " refuses the user name or token"};
    if (answer.error().code == errc::timed_out)
      co_return error{errc::timed_out, where + " does not answer the BTP login"};
    co_return error{errc::unavailable, where + " hung up during the BTP login"};
  }
  if (stopped_ || !session->connected())
    co_return error{errc::unavailable, "btp: the connection ended"};
  session_ = session;
  calm_.expires_after(calm_period);
  calm_.async_wait([weak = weak_from_this()](error_code ec) {
    if (const auto self = weak.lock(); self && !ec)
      self->failures_ = 0;
  });
  if (events_.on_up)
    events_.on_up();
  co_return ok();
}

asio::awaitable<void> btp_client::run_session(self_ptr self, session_ptr session) {
  co_await session->run(self->incoming_);
  self->calm_.cancel();
  const bool was_up = self->session_ == session;
  self->session_ = nullptr;
  self->running_ = nullptr;
  self->ended_.cancel();
  if (was_up) {
    error why{errc::unavailable, "the parent closed the connection"};
    self->report_down(std::move(why));
  }
}

// Returns once no session runs.
asio::awaitable<void> btp_client::until_down() {
  error_code ec;
  while (running_) {
    ended_.expires_at(asio::steady_timer::time_point::max());
    co_await ended_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

asio::awaitable<void> btp_client::back_off() {
  error_code ec;
  const auto step = std::min(failures_++, pauses.size() - 1);
  pause_.expires_after(pauses[step]);
  co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
}

void btp_client::report_down(error why) {
  if (!stopped_ && events_.on_down)
    events_.on_down(std::move(why));
}

} // namespace codius::net
