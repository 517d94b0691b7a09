#include "net/http/client_stream.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <vector>

namespace codius::net {

namespace {

using endpoints = std::vector<tcp::endpoint>;

class plain_stream final : public client_stream {
public:
  explicit plain_stream(std::shared_ptr<timed_socket> socket) : socket_(std::move(socket)) {}
  ~plain_stream() override { socket_->close(); }

  asio::awaitable<error_code> fill(time_point due) override { return socket_->fill_until(due); }
  asio::awaitable<error_code> write(std::string_view data, time_point due) override {
    const auto left = std::chrono::ceil<milliseconds>(due - socket_->now());
    return socket_->write(data, left);
  }
  read_buffer& in() override { return socket_->in; }
  bool quiet() override { return socket_->is_quiet(); }
  void close() override { socket_->close(); }

private:
  std::shared_ptr<timed_socket> socket_;
};

/// A name's look-up, which cannot be called off: who is late finishes into this and is forgotten.
struct look_up {
  explicit look_up(const asio::any_io_executor& io) : resolver(io), done(io) {}
  tcp::resolver resolver;
  asio::steady_timer done;
  endpoints found;
  error_code ec = asio::error::timed_out;
};

asio::awaitable<result<endpoints>> resolve(std::string host, uint16_t port, name_look_up asked,
                                           client_stream::time_point due) {
  error_code ec;
  const auto literal = asio::ip::make_address(host, ec);
  if (!ec)
    co_return endpoints(1, tcp::endpoint{literal, port});
  if (is_localhost(host)) {
    co_return endpoints{{asio::ip::address_v4::loopback(), port},
                        {asio::ip::address_v6::loopback(), port}};
  }
  if (asked) {
    const auto found = co_await asked(host, due);
    if (!found)
      co_return found.error();
    endpoints out;
    for (const auto& at : *found)
      out.emplace_back(at, port);
    co_return out;
  }
  const auto state = std::make_shared<look_up>(co_await asio::this_coro::executor);
  state->done.expires_at(due);
  state->resolver.async_resolve(host, std::to_string(port),
                                [state](error_code failed, const tcp::resolver::results_type& all) {
                                  state->ec = failed;
                                  for (const auto& one : all)
                                    state->found.push_back(one.endpoint());
                                  state->done.cancel();
                                });
  co_await state->done.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  if (state->ec == asio::error::timed_out)
    co_return error{errc::timed_out, "looking up " + host};
  if (state->ec || state->found.empty())
    co_return error{errc::unavailable, "could not resolve " + host + ": " + state->ec.message()};
  co_return std::move(state->found);
}

/// Drops what may not be connected to. Here, on the very addresses that are used: whatever a name
/// said when it was looked at before counts for nothing.
status vet(endpoints& all, const http_client_request& how) {
  if (!how.may_connect)
    return ok();
  const auto first = all.front().address();
  std::erase_if(all, [&](const tcp::endpoint& at) { return !how.may_connect(at.address()); });
  if (all.empty())
    return error{errc::rejected, "the address " + first.to_string() + " may not be asked"};
  return ok();
}

error refusal(const http_uri& to, error_code ec) {
  const auto where = to.host + " port " + std::to_string(to.port);
  if (ec == asio::error::timed_out)
    return {errc::timed_out, "connecting to " + where};
  if (ec == asio::error::connection_refused)
    return {errc::unavailable, "nothing listens at " + where};
  return {errc::unavailable, "could not connect to " + where + ": " + ec.message()};
}

} // namespace

asio::awaitable<result<client_stream_ptr>> open_client_stream(http_uri to,
                                                              const http_client_request& how,
                                                              client_stream::time_point due) {
  auto where = co_await resolve(to.host, to.port, how.look_up, due);
  if (!where)
    co_return where.error();
  if (auto fine = vet(*where, how); !fine)
    co_return error{fine.error().code, to.host + ": " + fine.error().detail};
  const auto io = co_await asio::this_coro::executor;
  error_code ec;
  for (const auto& at : *where) {
    auto socket = std::make_shared<timed_socket>(tcp::socket{io});
    const auto left = std::chrono::ceil<milliseconds>(due - socket->now());
    ec = co_await socket->connect(at, std::max(left, milliseconds{0}));
    if (!ec && !to.tls)
      co_return client_stream_ptr{std::make_shared<plain_stream>(std::move(socket))};
    if (!ec) {
      tcp::socket raw{std::move(socket->socket())};
      socket->close();
      co_return co_await open_tls(std::move(raw), std::move(to), how.ca_file, due);
    }
    socket->close();
    if (ec == asio::error::timed_out)
      break;
  }
  co_return refusal(to, ec);
}

} // namespace codius::net
