#include "messages/error_catalogue.hpp"
#include "net/http/error_body.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>

using namespace codius;
using namespace codius::net;

TEST_SUITE("net/http/error_body") {
  TEST_CASE("an error body has its members in order") {
    const auto res = error_response({errc::unknown_pod, "no pod \"x\"", 0, R"("credit":"7")"});
    CHECK(res.status == 404);
    CHECK(
      res.body
      == R"({"statusCode":404,"error":"Not Found","message":"no pod \"x\"","code":"unknown_pod",)"
         R"("hint":")"
           + std::string{meaning_of(errc::unknown_pod).hint} + R"(","credit":"7"})");
    CHECK(res.fields.get("content-type") == "application/json; charset=utf-8");
  }

  TEST_CASE("an empty message is the phrase, and a 413 keeps its old phrase") {
    const auto res = error_response({errc::too_large, ""});
    CHECK(res.body.starts_with(R"({"statusCode":413,"error":"Request Entity Too Large",)"
                               R"("message":"Request Entity Too Large","code":"too_large",)"));
  }

  TEST_CASE("faults of ours are not told to clients") {
    for (auto code : {errc::internal, errc::io}) {
      const auto res = error_response(error{code, "/var/lib/secret"});
      CHECK(res.status == 500);
      CHECK(res.body.find("An internal server error occurred") != std::string::npos);
      CHECK(res.body.find("secret") == std::string::npos);
    }
  }

  TEST_CASE("every code has a status of an error") {
    for (const auto& one : error_catalogue()) {
      CAPTURE(one.name);
      CHECK(http_status(one.code) >= 400);
      for (const auto status : one.statuses)
        CHECK((status == 0 || reason_phrase(status) != "Unknown"));
    }
  }

  TEST_CASE("whatever the message, the body is JSON") {
    simdjson::dom::parser parser;
    for (unsigned first = 0; first < 256; ++first)
      for (const char* rest : {"", "\x80", "\xa4z", "\"", "\\", "\x80\x80\x80"}) {
        const auto message = std::string(1, static_cast<char>(first)) + rest;
        const simdjson::padded_string body{error_response({errc::malformed, message}).body};
        REQUIRE(parser.parse(body)["message"].get_string().error() == simdjson::SUCCESS);
      }
    std::string out;
    append_json_escaped(out, "a\n\x01\"\\\xc3\xa4\xff/");
    CHECK(out == "a\\n\\u0001\\\"\\\\\xc3\xa4\xef\xbf\xbd/");
  }

  TEST_CASE("a page for people escapes what it shows") {
    const auto res = error_page({errc::pod_starting, "<script>&\"'"}, 2);
    CHECK(res.body.find("&lt;script&gt;&amp;&quot;&#39;") != std::string::npos);
    CHECK(res.body.find("http-equiv=\"refresh\" content=\"2\"") != std::string::npos);
  }
}
