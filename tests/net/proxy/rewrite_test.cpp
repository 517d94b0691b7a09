#include "net/proxy/rewrite.hpp"

#include <doctest/doctest.h>

using namespace codius::net;

namespace {

request_head request(std::string_view line, std::string_view fields = "") {
  request_head out;
  const auto bad = parse_request_head(std::string{line} + " HTTP/1.1\r\nHost: pod.example:3000\r\n"
                                        + std::string{fields} + "\r\n",
                                      out);
  REQUIRE(!bad);
  return out;
}

std::string to_pod(const request_head& head, bool trust = false, std::string_view upgrade = "") {
  request_origin origin;
  origin.peer_ip = "192.0.2.7";
  origin.scheme = "https";
  origin.trust_forwarded = trust;
  return request_for_pod(head, origin, upgrade);
}

response_head response(std::string_view text, std::string_view method = "GET") {
  response_head out;
  REQUIRE(!parse_response_head(text, method, out));
  return out;
}

const std::string way = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
                        "X-Forwarded-Host: pod.example:3000\r\nVia: 1.1 codius\r\n";

} // namespace

TEST_SUITE("net/proxy/rewrite") {
  TEST_CASE("what a pod gets to see of a request") {
    struct row {
      const char* name;
      const char* line;
      const char* fields;
      const char* first;
      const char* kept;
      const char* framing;
    };
    const row rows[] = {
      {"plain", "GET /a", "A: b\r\nC:  d \r\n", "GET /a", "A: b\r\nC: d\r\n", ""},
      {"fields of the connection", "GET /",
       "Connection: keep-alive, X-Secret , close\r\nX-Secret: 1\r\nKeep-Alive: 5\r\nTE: "
       "trailers\r\n"
       "Trailer: t\r\nProxy-Connection: x\r\nProxy-Authorization: y\r\nUpgrade: "
       "z\r\nHTTP2-Settings: s\r\n",
       "GET /", "", ""},
      {"forged ways", "GET /",
       "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: x\r\nX-Forwarded-Host: y\r\nForwarded: "
       "for=z\r\n"
       "X-Real-IP: 5.6.7.8\r\nVia: 1.0 fred\r\nProxy: http://evil\r\n",
       "GET /", "", ""},
      {"Connection names what we write", "GET /", "Connection: host, via, x-forwarded-for\r\n",
       "GET /", "", ""},
      {"slashes", "GET //a///b/?c=//d", "", "GET /a/b/?c=//d", "", ""},
      {"escapes stay", "GET /a%2Fb%20c?q=%26", "", "GET /a%2Fb%20c?q=%26", "", ""},
      {"asterisk", "OPTIONS *", "", "OPTIONS *", "", "Content-Length: 0\r\n"},
      {"absolute", "GET http://pod.example:3000/x", "", "GET /x", "", ""},
      {"DELETE without body", "DELETE /", "", "DELETE /", "", "Content-Length: 0\r\n"},
      {"POST", "POST /", "Content-Length: 007\r\nB: c\r\n", "POST /", "B: c\r\n",
       "Content-Length: 7\r\n"},
      {"POST in chunks", "POST /", "Transfer-Encoding: Chunked\r\n", "POST /", "",
       "Transfer-Encoding: chunked\r\n"},
      {"continue", "POST /", "Expect: 100-Continue\r\nContent-Length: 1\r\n", "POST /", "",
       "Content-Length: 1\r\nExpect: 100-continue\r\n"},
      {"continue without body", "GET /", "Expect: 100-continue\r\n", "GET /", "", ""},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      CHECK(to_pod(request(r.line, r.fields))
            == std::string{r.first} + " HTTP/1.1\r\nHost: pod.example:3000\r\n" + r.kept + way
                 + r.framing + "\r\n");
    }
  }

  TEST_CASE("our own TLS proxy is believed when the operator says so") {
    const auto head
      = request("GET /", "X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\nX-Forwarded-Proto: http\r\n");
    const auto text = to_pod(head, true);
    CHECK(text.find("X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\n") != std::string::npos);
    CHECK(text.find("X-Forwarded-Proto: http\r\n") != std::string::npos);
    CHECK(to_pod(request("GET /", "X-Forwarded-Proto: evil\r\n"), true).find("Proto: https\r\n")
          != std::string::npos);
  }

  TEST_CASE("which upgrades a pod is asked for") {
    const auto asked = [](std::string_view line, std::string_view fields) {
      return upgrade_for_pod(request(line, fields));
    };
    CHECK(asked("GET /", "Connection: Upgrade\r\nUpgrade: websocket\r\n") == "websocket");
    CHECK(asked("GET /", "Connection: upgrade\r\nUpgrade: h2c, foo/2\r\n") == "foo/2");
    CHECK(asked("GET /", "Connection: upgrade\r\nUpgrade: h2c\r\n") == "");
    CHECK(asked("GET /", "Upgrade: websocket\r\n") == "");
    CHECK(asked("POST /", "Connection: upgrade\r\nUpgrade: websocket\r\n") == "");
    CHECK(asked("GET /", "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n")
          == "");
    const auto text = to_pod(request("GET /", "Sec-WebSocket-Key: k\r\n"), false, "websocket");
    CHECK(text.find("Sec-WebSocket-Key: k\r\n") != std::string::npos);
    CHECK(text.ends_with("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
  }

  TEST_CASE("what a client gets to see of an answer") {
    using kind = body_framing::kind;
    struct row {
      const char* name;
      const char* text;
      const char* method;
      unsigned minor;
      bool close;
      const char* want;
      kind how;
      bool closes;
    };
    const row rows[] = {
      {"length", "HTTP/1.1 200 Fine\r\nContent-Length: 3\r\nA: b\r\n\r\n", "GET", 1, false,
       "HTTP/1.1 200 Fine\r\nA: b\r\nVia: 1.1 codius\r\nContent-Length: 3\r\n\r\n", kind::length,
       false},
      {"connection fields",
       "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close, x\r\nX: y\r\nUpgrade: z\r\n\r\n",
       "GET", 1, false, "HTTP/1.1 200 OK\r\nVia: 1.1 codius\r\nContent-Length: 0\r\n\r\n",
       kind::none, false},
      {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: t\r\n\r\n", "GET", 1,
       true,
       "HTTP/1.1 200 OK\r\nVia: 1.1 codius\r\nTransfer-Encoding: chunked\r\nConnection: "
       "close\r\n\r\n",
       kind::chunked, true},
      {"until close", "HTTP/1.0 200 OK\r\n\r\n", "GET", 1, false,
       "HTTP/1.1 200 OK\r\nVia: 1.1 codius\r\nTransfer-Encoding: chunked\r\n\r\n", kind::chunked,
       false},
      {"chunked to 1.0", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", 0, false,
       "HTTP/1.1 200 OK\r\nVia: 1.1 codius\r\nConnection: close\r\n\r\n", kind::until_close, true},
      {"length to 1.0", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "GET", 0, false,
       "HTTP/1.1 200 OK\r\nVia: 1.1 codius\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n",
       kind::length, false},
      {"HEAD keeps the length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD", 1, false,
       "HTTP/1.1 200 OK\r\nVia: 1.1 codius\r\nContent-Length: 3\r\n\r\n", kind::none, false},
      {"204 loses it", "HTTP/1.1 204 None\r\nContent-Length: 3\r\n\r\n", "GET", 1, false,
       "HTTP/1.1 204 None\r\nVia: 1.1 codius\r\n\r\n", kind::none, false},
    };
    for (const auto& r : rows) {
      CAPTURE(r.name);
      response_route to;
      to.client_minor = r.minor;
      to.close = r.close;
      const auto made = response_for_client(response(r.text, r.method), to);
      CHECK(made.text == r.want);
      CHECK(made.framing.how == r.how);
      CHECK(made.close == r.closes);
    }
  }

  TEST_CASE("interim answers lose the fields of the connection, but for a switch of protocols") {
    CHECK(interim_for_client(response("HTTP/1.1 103\r\nLink: x\r\nConnection: y\r\n\r\n"))
          == "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    CHECK(interim_for_client(response(
            "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nA: b\r\n\r\n"))
          == "HTTP/1.1 101 Go\r\nA: b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  }
}
