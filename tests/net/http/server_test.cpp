#include "net/http/server.hpp"
#include "tests/net/http/http_fixture.hpp"

#include <simdjson.h>

using namespace codius;
using namespace codius::test;
using namespace std::chrono_literals;

namespace {

asio::awaitable<net::http_response> failing(net::http_request req) {
  if (req.path == "/throw")
    throw std::runtime_error{"secret"};
  if (req.path == "/odd")
    throw 5;
  co_return co_await echo(std::move(req));
}

} // namespace

TEST_SUITE("net/http/server") {
  TEST_CASE_FIXTURE(http_fixture, "a request is answered and the connection kept") {
    auto c = connect();
    c.send(get("/a?b=c"));
    CHECK(
      c.response()
      == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
         "Content-Length: 13\r\n\r\nGET /a?b=c 0 ");
    c.send(post(5, "hello"));
    CHECK(c.response().ends_with("POST /x 5 hello"));
  }

  TEST_CASE_FIXTURE(http_fixture, "HEAD gets the same head and no body") {
    const auto with = talk(get("/a", "Connection: close\r\n"));
    auto head = talk("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(head.ends_with("\r\n\r\n"));
    CHECK(head.find("Content-Length: 10\r\n") != std::string::npos); // "HEAD /a 0 "
    CHECK(with.find("Content-Length: 9\r\n") != std::string::npos);
  }

  TEST_CASE_FIXTURE(http_fixture, "pipelined requests are answered in order") {
    auto c = connect();
    std::string many;
    for (int i = 0; i < 200; ++i)
      many += i % 2 ? get("/" + std::to_string(i)) : post(3, "abc");
    c.send(many);
    for (int i = 0; i < 200; ++i)
      REQUIRE(
        c.response().ends_with(i % 2 ? "GET /" + std::to_string(i) + " 0 " : "POST /x 3 abc"));
  }

  TEST_CASE_FIXTURE(http_fixture, "HTTP/1.0 closes unless asked otherwise, and needs no Host") {
    CHECK(talk("GET /v HTTP/1.0\r\n\r\n").find("Connection: close\r\n") != std::string::npos);
    auto c = connect();
    c.send("GET /v HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(c.response().find("Connection: keep-alive\r\n") != std::string::npos);
    c.send("\r\nGET /w HTTP/1.0\r\n\r\n"); // one empty line before a request is forgiven
    CHECK(c.all().ends_with("GET /w 0 "));
  }

  TEST_CASE_FIXTURE(http_fixture, "malformed requests get a JSON body and the end") {
    struct row {
      const char* name;
      std::string text;
      int status;
      const char* code;
    };
    const row rows[] = {
      {"garbage", "hello\r\n\r\n", 400, "malformed"},
      {"TLS", "\x16\x03\x01\x02", 400, "malformed"},
      {"bare LF", "GET / HTTP/1.1\nHost: h\n\n", 400, "malformed"},
      {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400, "malformed"},
      {"length and chunked", post(3, "abc", "Transfer-Encoding: chunked\r\n"), 400, "malformed"},
      {"bad escape", get("/pods/%zz/logs"), 400, "malformed"},
      {"bad query escape", get("/a?b=%zz"), 400, "malformed"},
      {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400, "malformed"},
      {"CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501, "not_implemented"},
      {"HTTP/2", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505, "not_implemented"},
      {"long target", get("/" + std::string(9000, 'a')), 414, "header_too_large"},
      {"large head", get("/", "A: " + std::string(20000, 'a') + "\r\n"), 431, "header_too_large"},
      {"large body", post(1048577, ""), 413, "too_large"},
      {"huge body", post(4611686018427387904, ""), 413, "too_large"},
      {"bad chunk", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n",
       400, "malformed"},
      {"expectation", get("/", "Expect: tea\r\n"), 417, "not_implemented"},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      const auto answer = talk(r.text);
      CHECK(status_of(answer) == r.status);
      CHECK(answer.find("Connection: close\r\n") != std::string::npos);
      CHECK(answer.find("content-type: application/json; charset=utf-8\r\n") != std::string::npos);
      const simdjson::padded_string body{answer.substr(answer.find("\r\n\r\n") + 4)};
      simdjson::dom::parser parser;
      auto json = parser.parse(body);
      CHECK(json["statusCode"].get_int64().value() == r.status);
      CHECK(std::string{json["code"].get_string().value()} == r.code);
      CHECK(json["error"].get_string().value().size() > 3);
      CHECK(json["message"].get_string().value().size() > 3);
    }
    CHECK(status_of(talk(get("/", "Connection: close\r\n"))) == 200);
  }

  TEST_CASE_FIXTURE(http_fixture, "a chunked body is put together, and limited") {
    auto c = connect();
    c.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
           "chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n"
           "T: t\r\n\r\n");
    CHECK(c.response().ends_with("POST /x 5 hello"));
    std::string chunk = "10000\r\n" + std::string(0x10000, 'a') + "\r\n", all;
    for (int i = 0; i < 17; ++i)
      all += chunk;
    c.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + all);
    CHECK(status_of(c.all()) == 413);
  }

  TEST_CASE_FIXTURE(http_fixture, "a body of the greatest size is taken") {
    auto c = connect();
    c.send(post(1048576, std::string(1048576, 'z')));
    CHECK(c.response().find("POST /x 1048576 zzz") != std::string::npos);
  }

  TEST_CASE_FIXTURE(http_fixture, "100-continue is answered before the body comes") {
    auto c = connect();
    c.send(post(5, "", "Expect: 100-continue\r\n"));
    CHECK(c.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    c.send("hello");
    CHECK(c.response().ends_with("POST /x 5 hello"));
    c.send(post(2000000, "", "Expect: 100-continue\r\n"));
    CHECK(status_of(c.response()) == 413);
  }

  TEST_CASE("a client that goes away in the middle of a request costs nothing") {
    http_fixture f;
    for (const auto& text : {std::string{"GET / HT"}, post(5, "he"), get("/") + "GET"}) {
      auto c = f.connect();
      c.send(text);
      c.abort();
    }
    CHECK(status_of(f.talk(get("/", "Connection: close\r\n"))) == 200);
  }

  TEST_CASE("what can be answered at once never reaches the handler; the rest does") {
    const auto quick = [](const net::http_request& req) -> std::optional<net::http_response> {
      if (req.path == "/throw")
        throw std::runtime_error("odd");
      if (req.path != "/quick")
        return std::nullopt;
      net::http_response out;
      out.body = "at once";
      return out;
    };
    http_fixture f{{}, echo, 1, {}, quick};
    auto c = f.connect();
    c.send(get("/quick") + get("/slow") + get("/throw") + get("/quick"));
    CHECK(c.response().ends_with("\r\n\r\nat once"));
    CHECK(c.response().ends_with("GET /slow 0 "));
    CHECK(status_of(c.response()) == 500);
    CHECK(c.response().ends_with("at once"));
    CHECK(f.server->counters().handler_faults == 1);
  }

  TEST_CASE("a handler that throws becomes a 500 and the connection goes on") {
    http_fixture f{{}, failing};
    auto c = f.connect();
    for (const char* path : {"/throw", "/odd"}) {
      c.send(get(path));
      const auto answer = c.response();
      CHECK(status_of(answer) == 500);
      CHECK(answer.find(
              "{\"statusCode\":500,\"error\":\"Internal Server Error\",\"message\":\"An internal "
              "server error occurred\",\"code\":\"internal\",\"hint\":\"")
            != std::string::npos);
    }
    c.send(get("/fine"));
    CHECK(status_of(c.response()) == 200);
    CHECK(f.server->counters().handler_faults == 2);
  }

  TEST_CASE_FIXTURE(http_fixture, "random bytes never hurt") {
    std::srand(1);
    for (int i = 0; i < 200; ++i) {
      auto text = get("/", "Content-Length: 3\r\nConnection: close\r\n") + "abc";
      for (int k = 0; k < 4; ++k)
        text[static_cast<size_t>(std::rand()) % text.size()] = static_cast<char>(std::rand());
      auto c = connect();
      c.send(text);
      c.shutdown_send();
      const auto answer = c.all();
      REQUIRE((answer.empty() || status_of(answer) >= 200));
    }
    CHECK(status_of(talk(get("/", "Connection: close\r\n"))) == 200);
  }
}
