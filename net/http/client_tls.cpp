#include "net/http/client_stream.hpp"
#include "net/http/trusted_certificates.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <map>
#include <mutex>

namespace codius::net {

namespace {

namespace ssl = asio::ssl;
using context_ptr = std::shared_ptr<ssl::context>;

result<context_ptr> make_context(const std::string& ca_file) {
  error_code ec;
  auto made = std::make_shared<ssl::context>(ssl::context::tls_client);
  made->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2
                    | ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  made->set_verify_mode(ssl::verify_peer);
  made->set_default_verify_paths(ec);
  if (!ec && !ca_file.empty())
    made->load_verify_file(ca_file, ec);
  if (ec)
    return error{errc::io, "cannot read the trusted certificates"
                             + (ca_file.empty() ? "" : " of " + ca_file) + ": " + ec.message()};
  return made;
}

struct made_contexts {
  std::mutex guard;
  std::map<std::string, context_ptr> by_file;
};
made_contexts& contexts() {
  static made_contexts all;
  return all;
}

/// Reading the system's certificates takes milliseconds, so each set is read once.
result<context_ptr> context_for(const std::string& ca_file) {
  auto& made = contexts();
  const std::lock_guard lock{made.guard};
  auto& one = made.by_file[ca_file];
  if (!one) {
    auto fresh = make_context(ca_file);
    if (!fresh) {
      made.by_file.erase(ca_file);
      return fresh;
    }
    one = *fresh;
  }
  return one;
}

class tls_stream final : public client_stream, public std::enable_shared_from_this<tls_stream> {
public:
  tls_stream(tcp::socket socket, context_ptr context)
    : context_(std::move(context)), stream_(std::move(socket), *context_),
      timer_(stream_.get_executor()) {}

  asio::awaitable<result<client_stream_ptr>> shake_hands(http_uri to, time_point due);
  asio::awaitable<error_code> fill(time_point due) override;
  asio::awaitable<error_code> write(std::string_view data, time_point due) override;
  read_buffer& in() override { return in_; }
  bool quiet() override;
  void close() override;

private:
  void arm(time_point due);
  error_code disarm(error_code ec);

  context_ptr context_;
  ssl::stream<tcp::socket> stream_;
  asio::steady_timer timer_;
  bool late_ = false;
  read_buffer in_;
};

void tls_stream::arm(time_point due) {
  late_ = false;
  timer_.expires_at(due);
  timer_.async_wait([weak = weak_from_this()](error_code ec) {
    const auto self = ec ? nullptr : weak.lock();
    if (self) {
      self->late_ = true;
      error_code ignored;
      self->stream_.lowest_layer().close(ignored);
    }
  });
}

error_code tls_stream::disarm(error_code ec) {
  timer_.cancel();
  // A peer that ends without a TLS farewell is common, and the message's framing tells what is
  // missing; where nothing tells, the client refuses what was cut.
  return late_ && ec ? error_code{asio::error::timed_out} : ec;
}

/// Whose certificate it must be. A name is also told to the server; an address is not.
void expect_host(SSL* tls, const std::string& host) {
  error_code no_address;
  asio::ip::make_address(host, no_address);
  if (no_address) {
    SSL_set_tlsext_host_name(tls, host.c_str());
    SSL_set1_host(tls, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str());
  }
}

asio::awaitable<result<client_stream_ptr>> tls_stream::shake_hands(http_uri to, time_point due) {
  const auto self = shared_from_this();
  expect_host(stream_.native_handle(), to.host);
  error_code ec;
  arm(due);
  co_await stream_.async_handshake(ssl::stream_base::client,
                                   asio::redirect_error(asio::use_awaitable, ec));
  ec = disarm(ec);
  const auto verdict = SSL_get_verify_result(stream_.native_handle());
  if (ec == asio::error::timed_out)
    co_return error{errc::timed_out, "shaking hands with " + to.authority()};
  if (ec && verdict != X509_V_OK)
    co_return error{errc::rejected, "the certificate of " + to.host + " was not accepted: "
                                      + X509_verify_cert_error_string(verdict)};
  if (ec)
    co_return error{errc::unavailable, "TLS with " + to.authority() + " failed: " + ec.message()};
  co_return client_stream_ptr{self};
}

asio::awaitable<error_code> tls_stream::fill(time_point due) {
  const auto self = shared_from_this();
  const auto room = in_.room();
  if (room.size == 0)
    co_return asio::error::no_buffer_space;
  error_code ec;
  arm(due);
  const auto n = co_await stream_.async_read_some(asio::buffer(room.at, room.size),
                                                  asio::redirect_error(asio::use_awaitable, ec));
  in_.commit(n);
  co_return disarm(ec);
}

asio::awaitable<error_code> tls_stream::write(std::string_view data, time_point due) {
  const auto self = shared_from_this();
  error_code ec;
  arm(due);
  co_await asio::async_write(stream_, asio::buffer(data),
                             asio::redirect_error(asio::use_awaitable, ec));
  co_return disarm(ec);
}

bool tls_stream::quiet() {
  // Session tickets may lie unread, so only the end of the stream counts.
  char octet;
  error_code ec;
  auto& socket = stream_.next_layer();
  if (!in_.empty() || !socket.is_open())
    return false;
  socket.non_blocking(true, ec);
  socket.receive(asio::buffer(&octet, 1), tcp::socket::message_peek, ec);
  return !ec || ec == asio::error::would_block;
}

void tls_stream::close() {
  error_code ignored;
  timer_.cancel();
  stream_.lowest_layer().close(ignored);
}

} // namespace

void read_certificates_again() {
  auto& made = contexts();
  const std::lock_guard lock{made.guard};
  made.by_file.clear(); // connections keep theirs
}

asio::awaitable<result<client_stream_ptr>>
open_tls(tcp::socket socket, http_uri to, std::string ca_file, client_stream::time_point due) {
  auto context = context_for(ca_file);
  if (!context)
    co_return context.error();
  const auto stream = std::make_shared<tls_stream>(std::move(socket), *context);
  co_return co_await stream->shake_hands(std::move(to), due);
}

} // namespace codius::net
