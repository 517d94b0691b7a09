#include "net/ilp/btp_server.hpp"

#include "net/ilp/address.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace codius::net {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

const btp_entry* entry_named(const btp_entries& entries, std::string_view name) {
  const auto it = std::find_if(entries.begin(), entries.end(),
                               [&](const btp_entry& e) { return e.name == name; });
  return it == entries.end() ? nullptr : &*it;
}

} // namespace

btp_server::btp_server(asio::any_io_executor io, env world, btp_server_options options,
                       std::shared_ptr<btp_accounts> accounts, btp_server_events events)
  : io_(io), env_(std::move(world)), options_(std::move(options)), accounts_(std::move(accounts)),
    events_(std::move(events)), acceptor_(io), pause_(io) {}

result<std::shared_ptr<btp_server>> btp_server::listen(asio::any_io_executor io, env world,
                                                       btp_server_options options,
                                                       std::shared_ptr<btp_accounts> accounts,
                                                       btp_server_events events) {
  auto self = std::make_shared<btp_server>(io, std::move(world), std::move(options),
                                           std::move(accounts), std::move(events));
  const auto bound = self->bind();
  if (!bound)
    return bound.error();
  asio::co_spawn(io, accept_loop(self), asio::detached);
  return self;
}

status btp_server::bind() {
  error_code ec;
  const auto address = asio::ip::make_address(options_.address, ec);
  if (ec)
    return error{errc::invalid, "not an IP address to listen on: " + options_.address};
  const tcp::endpoint endpoint{address, options_.port};
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec)
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, ec);
  if (!ec)
    acceptor_.bind(endpoint, ec);
  if (!ec)
    acceptor_.listen(tcp::acceptor::max_listen_connections, ec);
  if (ec)
    return error{errc::io, "cannot listen on " + options_.address + ":"
                             + std::to_string(options_.port) + ": " + ec.message()};
  port_ = acceptor_.local_endpoint(ec).port();
  return ok();
}

void btp_server::stop() {
  stopped_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (const auto& socket : sockets_)
    socket->abort();
}

asio::awaitable<void> btp_server::accept_loop(self_ptr self) {
  while (!self->stopped_) {
    error_code ec;
    tcp::socket peer{self->io_};
    co_await self->acceptor_.async_accept(peer, asio::redirect_error(asio::use_awaitable, ec));
    if (self->stopped_)
      co_return;
    if (ec) {
      // Most likely out of descriptors; asking again at once would spin.
      self->pause_.expires_after(std::chrono::milliseconds{100});
      co_await self->pause_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      continue;
    }
    if (self->sockets_.size() >= self->options_.max_connections)
      continue;
    auto socket = make_server_socket(std::move(peer), self->options_.socket);
    self->sockets_.insert(socket);
    asio::co_spawn(self->io_, serve(self, socket), asio::detached);
  }
}

asio::awaitable<void> btp_server::serve(self_ptr self, socket_ptr socket) {
  co_await authenticate(self, socket);
  socket->abort();
  self->sockets_.erase(socket);
}

asio::awaitable<void> btp_server::authenticate(self_ptr self, socket_ptr socket) {
  asio::steady_timer deadline{self->io_};
  deadline.expires_after(self->options_.auth_timeout);
  deadline.async_wait([socket](error_code ec) {
    if (!ec)
      socket->abort();
  });
  const auto upgraded = co_await socket->handshake();
  if (!upgraded)
    co_return;
  const auto message = co_await socket->read();
  if (!message) {
    co_await socket->close();
    co_return;
  }
  const auto first = decode_btp_frame(*message);
  if (!first) {
    co_await socket->close();
    co_return;
  }
  const auto account = self->account_of(*first);
  if (!account) {
    co_await refuse(self, socket, first->request_id, account.error().detail);
    co_return;
  }
  // The deadline may have struck in this very turn of the loop; then the socket is dead already.
  deadline.cancel();
  co_await converse(self, socket, *account, first->request_id);
}

result<std::string> btp_server::account_of(const btp_frame& first) {
  const auto* message = std::get_if<btp_message>(&first.body);
  if (message == nullptr)
    return error{errc::rejected, "the first frame must be an auth message"};
  const auto& entries = message->entries;
  if (entries.size() < 2 || entries[0].name != "auth")
    return error{errc::rejected, "the first entry must be auth, then its details"};
  const auto* token = entry_named(entries, "auth_token");
  if (token == nullptr || token->data.empty())
    return error{errc::rejected, "auth_token is missing or empty"};
  const auto* username = entry_named(entries, "auth_username");
  auto account = accounts_->authenticate(username ? as_text(username->data) : std::string_view{},
                                         as_text(token->data));
  if (account && !is_ilp_segment(*account))
    return error{errc::internal, "the account is no ILP address segment"};
  return account;
}

asio::awaitable<void> btp_server::refuse(self_ptr self, socket_ptr socket, uint32_t id,
                                         std::string why) {
  auto frame = encode(make_btp_refusal(id, std::move(why), self->env_.utc_now()));
  (void)co_await socket->write(std::move(frame));
  co_await socket->close();
}

asio::awaitable<void> btp_server::converse(self_ptr self, socket_ptr socket, std::string account,
                                           uint32_t auth_id) {
  auto session
    = std::make_shared<btp_session>(self->io_, self->env_, socket, self->options_.session);
  auto handler = self->stopped_ ? ilp_handler{} : self->events_.on_connect(account, session);
  if (!handler) {
    co_await refuse(self, socket, auth_id, "the account is not wanted");
    co_return;
  }
  // Nothing has been awaited since the link became known, so this is the first frame out.
  session->post(btp_frame{auth_id, btp_response{}});
  co_await session->run(std::move(handler));
  self->events_.on_disconnect(account, session);
}

} // namespace codius::net
