#include "net/http/client.hpp"
#include "net/http/trusted_certificates.hpp"
#include "tests/net/http/tls_server.hpp"
#include "tests/net/proxy/proxy_fixture.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>

using namespace codius;
using namespace codius::test;
using namespace std::chrono_literals;

namespace {

using answer = codius::result<net::http_response>;

struct client_fixture {
  io_threads io;
  net::http_connection kept;

  answer fetch(net::http_client_request r) { return io.wait(net::fetch(std::move(r))); }
  answer fetch_kept(net::http_client_request r) { return io.wait(net::fetch(kept, std::move(r))); }
  static net::http_client_request to(uint16_t port, std::string_view path = "/") {
    net::http_client_request r;
    r.uri = "http://127.0.0.1:" + std::to_string(port) + std::string{path};
    return r;
  }
};

} // namespace

TEST_SUITE("net/http/client") {
  TEST_CASE_FIXTURE(client_fixture, "a request with a body is sent and its answer read") {
    http_fixture server;
    auto r = to(server.port(), "/a?b=c");
    r.method = "POST";
    r.body = "hello";
    r.fields.add("Content-Type", "text/plain");
    const auto got = fetch(r);
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == "POST /a?b=c 5 hello");
    CHECK(got->fields.get("content-type") == "text/plain");
  }

  TEST_CASE_FIXTURE(client_fixture, "a kept connection serves many requests") {
    fake_pod server{mirror};
    for (int i = 0; i < 10; ++i) {
      auto r = to(server.port(), "/" + std::to_string(i));
      r.fields.add("Host", "other.example");
      const auto got = fetch_kept(r);
      REQUIRE(got);
      CHECK(got->body.find("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: other.example\r\n")
            == 0);
    }
    CHECK(server.connections() == 1);
    fake_pod other{mirror};
    REQUIRE(fetch_kept(to(other.port())));
    CHECK(other.connections() == 1);
  }

  TEST_CASE_FIXTURE(client_fixture, "a kept connection that died is opened anew") {
    fake_pod server{[](raw_socket& s) {
      s.until("\r\n\r\n");
      s.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
      s.until("\r\n\r\n"); // and then closes without an answer
    }};
    for (int i = 0; i < 3; ++i)
      CHECK(fetch_kept(to(server.port())));
    auto post = to(server.port());
    post.method = "POST";
    const auto got = fetch_kept(post);
    CHECK_FALSE(got); // may have had an effect, so it is not sent twice
  }

  TEST_CASE_FIXTURE(client_fixture, "answers in any framing are read") {
    for (const char* text :
         {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.0 200 OK\r\n\r\nabc",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\nT: "
          "t\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\nContent-Length: "
          "3\n\nabc"}) {
      CAPTURE(text);
      fake_pod server{say(text)};
      const auto got = fetch(to(server.port()));
      REQUIRE(got);
      CHECK(got->body == "abc");
    }
    fake_pod server{say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")};
    auto head = to(server.port());
    head.method = "HEAD";
    CHECK(fetch(head)->body.empty());
  }

  TEST_CASE_FIXTURE(client_fixture, "broken answers are told apart") {
    struct row {
      const char* text;
      errc code;
      const char* says;
    };
    const row rows[] = {
      {"", errc::unavailable, "closed the connection without an answer"},
      {"HTTP/1.1 200", errc::unavailable, "without an answer"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", errc::unavailable,
       "in the middle of its answer"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", errc::unavailable,
       "in the middle"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", errc::malformed, "chunk size"},
      {"SSH-2.0\r\n\r\n", errc::malformed, "not proper HTTP"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", errc::unavailable, "in the middle"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.text);
      fake_pod server{say(r.text)};
      const auto got = fetch(to(server.port()));
      REQUIRE_FALSE(got);
      CHECK(got.error().code == r.code);
      CHECK(got.error().detail.find(r.says) != std::string::npos);
      CHECK(got.error().detail.find(std::to_string(server.port())) != std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(client_fixture, "an answer over the limit is refused") {
    for (const std::string& text :
         {"HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'a'),
          "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'a')}) {
      fake_pod server{say(text)};
      auto r = to(server.port());
      r.max_body = 1000;
      const auto got = fetch(r);
      REQUIRE_FALSE(got);
      CHECK(got.error().code == errc::too_large);
    }
  }

  TEST_CASE_FIXTURE(client_fixture, "peers that cannot be reached are named") {
    const auto port = free_port();
    auto got = fetch(to(port));
    REQUIRE_FALSE(got);
    CHECK(got.error()
          == error{errc::unavailable, "nothing listens at 127.0.0.1 port " + std::to_string(port)});
    net::http_client_request r;
    r.uri = "http://no-such-host.invalid/";
    got = fetch(r);
    REQUIRE_FALSE(got);
    CHECK(got.error().detail.find("could not resolve no-such-host.invalid") == 0);
    r.uri = "gopher://a/";
    CHECK(fetch(r).error().code == errc::malformed);
    r.uri = "http://127.0.0.1/";
    r.method = "A B";
    CHECK(fetch(r).error().code == errc::invalid);
  }

  TEST_CASE_FIXTURE(client_fixture, "a peer that says nothing is given up in time") {
    fake_pod server{[](raw_socket& s) { s.all(); }};
    auto r = to(server.port());
    r.timeout = 40ms;
    const auto got = fetch(r);
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::timed_out);
    CHECK(got.error().detail
          == "GET http://127.0.0.1:" + std::to_string(server.port()) + " took longer than 40 ms");
  }

  TEST_CASE_FIXTURE(client_fixture, "https is spoken, and only with whom the certificate says") {
    tls_server server{"localhost"};
    net::http_client_request r;
    r.uri = "https://localhost:" + std::to_string(server.port()) + "/secret";
    SUBCASE("trusted") {
      r.ca_file = server.certificate_file();
      for (int i = 0; i < 3; ++i) {
        const auto got = fetch_kept(r);
        REQUIRE_MESSAGE(got, (got ? "" : got.error().detail));
        CHECK(got->body == "GET /secret HTTP/1.1");
      }
      CHECK(server.connections() == 1);
    }
    SUBCASE("not signed by anybody known") {
      const auto got = fetch(r);
      REQUIRE_FALSE(got);
      CHECK(got.error().code == errc::rejected);
      CHECK(got.error().detail.find("the certificate of localhost was not accepted: ") == 0);
    }
    SUBCASE("signed by somebody who is known since the certificates were read again") {
      tls_server other{"localhost"};
      const tests::temp_dir dir;
      r.ca_file = dir.path() + "/ca.pem";
      std::filesystem::copy_file(other.certificate_file(), r.ca_file);
      CHECK_FALSE(fetch(r));
      std::filesystem::copy_file(server.certificate_file(), r.ca_file,
                                 std::filesystem::copy_options::overwrite_existing);
      CHECK_FALSE(fetch(r));
      net::read_certificates_again();
      CHECK(fetch(r));
    }
    SUBCASE("another name") {
      r.ca_file = server.certificate_file();
      r.uri = "https://127.0.0.1:" + std::to_string(server.port()) + "/secret";
      const auto got = fetch(r);
      REQUIRE_FALSE(got);
      CHECK(got.error().code == errc::rejected);
    }
    SUBCASE("no TLS there") {
      fake_pod plain{[](raw_socket& s) { s.send("HTTP/1.1 400 Bad Request\r\n\r\n"); }};
      r.uri = "https://127.0.0.1:" + std::to_string(plain.port());
      CHECK(fetch(r).error().code == errc::unavailable);
    }
    SUBCASE("a handshake that never ends") {
      fake_pod silent{[](raw_socket& s) { s.all(); }};
      r.uri = "https://127.0.0.1:" + std::to_string(silent.port());
      r.timeout = 40ms;
      CHECK(fetch(r).error().code == errc::timed_out);
    }
    SUBCASE("no such CA file") {
      r.ca_file = "/nowhere/ca.pem";
      CHECK(fetch(r).error().code == errc::io);
    }
  }

  TEST_CASE_FIXTURE(client_fixture, "D-27 an address that may not be connected to is not, whatever names it") {
    fake_pod server{say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")};
    for (const char* host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]",
                             "[::ffff:127.0.0.1]"}) {
      CAPTURE(host);
      auto r = to(server.port());
      r.uri = "http://" + std::string{host} + ":" + std::to_string(server.port()) + "/";
      r.may_connect = [](const asio::ip::address& at) {
        return !at.is_loopback() && !(at.is_v6() && at.to_v6().is_v4_mapped());
      };
      const auto got = fetch(r);
      REQUIRE_FALSE(got);
      CHECK(got.error().code == errc::rejected);
      CHECK(got.error().detail.find("may not be asked") != std::string::npos);
    }
    CHECK(server.connections() == 0);
  }

  TEST_CASE_FIXTURE(client_fixture, "D-27 of a name's addresses only those that may be are connected to") {
    fake_pod server{say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")};
    auto r = to(server.port());
    r.uri = "http://peer.example:" + std::to_string(server.port()) + "/";
    r.look_up = [](std::string, asio::steady_timer::time_point)
      -> asio::awaitable<codius::result<std::vector<asio::ip::address>>> {
      co_return std::vector{asio::ip::make_address("127.0.0.2"), asio::ip::make_address("127.0.0.1")};
    };
    std::vector<std::string> asked;
    r.may_connect = [&](const asio::ip::address& at) {
      asked.push_back(at.to_string());
      return at == asio::ip::make_address("127.0.0.1");
    };
    CHECK(fetch(r));
    CHECK(asked == std::vector<std::string>{"127.0.0.2", "127.0.0.1"});
    CHECK(server.connections() == 1);
  }

  TEST_CASE_FIXTURE(client_fixture, "D-27 a redirect is an answer, and is not followed") {
    fake_pod aim{say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")};
    fake_pod server{say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:"
                        + std::to_string(aim.port()) + "/\r\nContent-Length: 0\r\n\r\n")};
    const auto got = fetch(to(server.port()));
    REQUIRE(got);
    CHECK(got->status == 302);
    CHECK(aim.connections() == 0);
  }

  TEST_CASE_FIXTURE(client_fixture, "a name below localhost is this machine, and nobody is asked about it") {
    http_fixture server;
    auto r = to(server.port());
    r.uri = "http://some-pod.localhost:" + std::to_string(server.port()) + "/x";
    r.look_up = [](std::string, auto) -> asio::awaitable<result<std::vector<asio::ip::address>>> {
      co_return error{errc::unavailable, "asked"};
    };
    const auto got = fetch(r);
    REQUIRE(got);
    CHECK(got->body == "GET /x 0 ");
  }
}
