// wss: the certificate must be trusted and made for the host that was meant.
#include "net/ilp/btp.hpp"
#include "net/ilp/btp_client.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>

namespace codius::tests {

namespace {

namespace beast = boost::beast;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using namespace net;

std::string pem_of(const std::function<void(BIO*)>& write) {
  BIO* memory = BIO_new(BIO_s_mem());
  write(memory);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  std::string out(data, static_cast<size_t>(size));
  BIO_free(memory);
  return out;
}

/// A key and a certificate for 127.0.0.1 that signs itself.
struct own_identity {
  std::string key, certificate;

  own_identity() {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* x = X509_new();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, pair);
    auto* name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(x, name);
    auto* san = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(x, san, -1);
    X509_EXTENSION_free(san);
    X509_sign(x, pair, EVP_sha256());
    key = pem_of(
      [&](BIO* b) { PEM_write_bio_PrivateKey(b, pair, nullptr, nullptr, 0, nullptr, nullptr); });
    certificate = pem_of([&](BIO* b) { PEM_write_bio_X509(b, x); });
    X509_free(x);
    EVP_PKEY_free(pair);
  }
};

// Accepts one child, says yes to its auth, and waits until it is gone.
asio::awaitable<bool> serve_one(tcp::acceptor& acceptor, ssl::context& context) {
  auto peer = co_await acceptor.async_accept(asio::use_awaitable);
  beast::websocket::stream<beast::ssl_stream<beast::tcp_stream>> ws{std::move(peer), context};
  boost::system::error_code ec;
  auto token = asio::redirect_error(asio::use_awaitable, ec);
  co_await ws.next_layer().async_handshake(ssl::stream_base::server, token);
  if (!ec)
    co_await ws.async_accept(token);
  beast::flat_buffer in;
  if (!ec)
    co_await ws.async_read(in, token);
  if (ec)
    co_return false;
  const auto auth = decode_btp_frame({static_cast<const std::byte*>(in.data().data()), in.size()});
  const auto answer = encode(btp_frame{auth->request_id, btp_response{}});
  ws.binary(true);
  co_await ws.async_write(asio::buffer(answer.data(), answer.size()), token);
  while (!ec)
    co_await ws.async_read(in, token);
  co_return true;
}

struct tls_fixture : ilp_fixture {
  own_identity identity;
  ssl::context context{ssl::context::tls_server};
  tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  std::filesystem::path ca
    = std::filesystem::temp_directory_path()
      / ("codius-tls-test-" + std::to_string(acceptor.local_endpoint().port()) + ".pem");

  tls_fixture() {
    context.use_certificate_chain(asio::buffer(identity.certificate));
    context.use_private_key(asio::buffer(identity.key), ssl::context::pem);
    FILE* file = std::fopen(ca.c_str(), "w");
    REQUIRE(file != nullptr);
    std::fputs(identity.certificate.c_str(), file);
    std::fclose(file);
  }
  ~tls_fixture() { std::filesystem::remove(ca); }

  std::shared_ptr<btp_client> client(const std::string& host, const std::string& ca_file) {
    const auto port = std::to_string(acceptor.local_endpoint().port());
    const auto uri = parse_btp_uri("btp+wss://:secret@" + host + ":" + port);
    btp_client_options options;
    options.ca_file = ca_file;
    return std::make_shared<btp_client>(io.get_executor(), world, *uri, options, greedy_receiver{});
  }
};

} // namespace

TEST_SUITE("net/ilp/ws_tls_client_socket") {
  TEST_CASE_FIXTURE(tls_fixture, "a parent with a trusted certificate is spoken to") {
    const auto served = begin(serve_one(acceptor, context));
    const auto subject = client("127.0.0.1", ca);
    REQUIRE(run(subject->connect()));
    CHECK(subject->connected());
    subject->stop();
    until([&] { return served->has_value() && subject.use_count() == 1; });
    CHECK(**served);
  }

  TEST_CASE_FIXTURE(tls_fixture,
                    "a certificate that is not trusted, or not the host's, is refused") {
    for (const auto& [host, file] :
         {std::pair{std::string{"127.0.0.1"}, std::string{}}, {"localhost", ca.string()}}) {
      CAPTURE(host);
      const auto served = begin(serve_one(acceptor, context));
      const auto up = run(client(host, file)->connect());
      REQUIRE_FALSE(up);
      CHECK(up.error().code == errc::rejected);
      until([&] { return served->has_value(); });
      CHECK_FALSE(**served);
    }
  }

  TEST_CASE_FIXTURE(tls_fixture, "a file of trusted certificates that is none is told") {
    const auto up = run(client("127.0.0.1", "/nonexistent")->connect());
    REQUIRE_FALSE(up);
    CHECK(up.error().code == errc::io);
  }
}

} // namespace codius::tests
