#include "net/http/date.hpp"
#include "net/http/write_head.hpp"

#include <doctest/doctest.h>

using namespace codius;
using namespace codius::net;

TEST_SUITE("net/http/write_head") {
  TEST_CASE("a response is written with our own framing only") {
    http_response res;
    res.fields = {
      {"A", "b"}, {"Content-Length", "99"}, {"Transfer-Encoding", "chunked"}, {"Connection", "x"}};
    res.body = "hello";
    answer_style style;
    CHECK(response_text(res, style) == "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello");
    style.head_only = true;
    style.close = true;
    CHECK(response_text(res, style)
          == "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
    style.minor = 0;
    style.close = false;
    res.status = 204;
    CHECK(response_text(res, style)
          == "HTTP/1.1 204 No Content\r\nA: b\r\nConnection: keep-alive\r\n\r\n");
  }

  TEST_CASE("the head of a stream tells no length") {
    http_response res;
    res.fields = {{"A", "b"}, {"Content-Length", "99"}, {"Connection", "x"}};
    res.body = "not this";
    answer_style style;
    CHECK(stream_head_text(res, style)
          == "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n"
             "Connection: keep-alive\r\n\r\n");
    style.minor = 0;
    style.close = true;
    CHECK(stream_head_text(res, style) == "HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\n");
  }

  TEST_CASE("a field cannot split the head") {
    http_response res;
    res.fields
      = {{"A", "b\r\nEvil: 1"}, {"C\r\nEvil", "d"}, {"E", std::string("f\0g", 3)}, {"H", "i"}};
    CHECK(response_text(res, {}) == "HTTP/1.1 200 OK\r\nH: i\r\nContent-Length: 0\r\n\r\n");
  }

  TEST_CASE("dates are written as mail has them") {
    using namespace std::chrono;
    CHECK(http_date(codius::utc_time{seconds{784111777}}) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(http_date(codius::utc_time{milliseconds{999}}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(http_date(codius::utc_time{sys_days{2028y / 2 / 29} + 23h + 59min + 59s})
          == "Tue, 29 Feb 2028 23:59:59 GMT");
    date_cache cache;
    CHECK(cache.at(codius::utc_time{seconds{0}}) == cache.at(codius::utc_time{milliseconds{999}}));
    CHECK(cache.at(codius::utc_time{seconds{1}}) == "Thu, 01 Jan 1970 00:00:01 GMT");
  }
}
