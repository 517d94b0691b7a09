#pragma once
#include "actors/http_ingress/api.hpp"
#include "actors/manifest_processor/manifest_processor.hpp"
#include "runtime/base/json.hpp"
#include "tests/actors/sale_fixture.hpp"

namespace codius::tests {

/// The public API over the actors of a sale, in one thread on virtual time.
struct api_fixture : sale_fixture {
  static constexpr uint64_t price_of_600s = 2'283'106;

  std::string public_uri = "https://codius.example.com";
  actors::api_settings settings;
  std::unique_ptr<actors::api> api;

  void start_api() {
    start_all();
    enlist(role::manifests, sys.spawn(actors::manifest_processor, public_uri));
    settings.slow_lane = io.get_executor();
    settings.disk = io.get_executor();
    settings.uploads = uploads;
    settings.public_uri_text = public_uri;
    settings.public_uri = *net::parse_http_uri(public_uri);
    settings.terms.board = board;
    settings.terms.utc_now = world.door().utc_now;
    api = std::make_unique<actors::api>(sys, world.door(), settings);
  }

  using pending = std::shared_ptr<std::optional<net::http_response>>;

  /// Sends a request; the answer is there once it was given.
  pending begin(const std::string& method, const std::string& target, net::http_fields fields = {},
                std::string body = {}) {
    net::http_request req;
    req.method = method;
    req.target = target;
    const auto mark = target.find('?');
    req.path = target.substr(0, mark);
    if (mark != target.npos)
      req.query = *net::parse_query(std::string_view{target}.substr(mark + 1));
    req.fields = std::move(fields);
    req.body = std::move(body);
    req.peer_ip = "192.0.2.7";
    auto out = std::make_shared<std::optional<net::http_response>>(api->answer_at_once(req));
    if (*out)
      return out;
    asio::co_spawn(io, answer_into(api.get(), std::move(req), out), asio::detached);
    run();
    return out;
  }
  net::http_response http(const std::string& method, const std::string& target,
                          net::http_fields fields = {}, std::string body = {}) {
    const auto out = begin(method, target, std::move(fields), std::move(body));
    REQUIRE(*out);
    return **out;
  }

  static net::http_fields paying(uint8_t token, net::http_fields more = {}) {
    more.set("Pay-Token", to_base64url(token_of(token)));
    return more;
  }
  /// A whole upload, paid if it has to be.
  net::http_response upload_paid(uint8_t token, const std::string& name,
                                 const std::string& seconds = "600", net::http_fields more = {}) {
    money->connected.insert(token_of(token));
    const auto out = begin("POST", "/pods?duration=" + seconds, paying(token, std::move(more)),
                           manifest(name));
    if (!*out)
      (void)pay(token, money->due[token_of(token)]);
    if (!*out)
      pass(std::chrono::seconds{1}); // starts that failed are tried again
    REQUIRE(*out);
    return **out;
  }

  /// A body for uploads and quotes.
  static std::string manifest(const std::string& name, const std::string& more = {}) {
    return R"({"manifest":{"name":")" + name
           + R"(","version":"1.0.0","machine":"small","port":"8080","containers":[{"id":"web","image":)"
             R"("registry.example/web@sha256:4b5e57f6eb2f42b9039b3d1e13929295f231749c510cbe341cd68036d9af97e2")"
           + more + "}]}}";
  }

  static runtime::json body_of(const net::http_response& res) {
    auto out = runtime::parse_json(res.body);
    REQUIRE(out);
    return std::move(*out);
  }
  static std::string text_of(const net::http_response& res, const char* member) {
    const auto body = body_of(res);
    const auto* text = body.find_text(member);
    CAPTURE(res.body);
    REQUIRE(text);
    return *text;
  }
  /// The shape that every error has.
  static void check_error(const net::http_response& res, unsigned status, const char* code) {
    CAPTURE(res.body);
    CHECK(res.status == status);
    const auto body = body_of(res);
    REQUIRE(body.object());
    REQUIRE(body.find("statusCode"));
    CHECK(*body.find("statusCode")->number() == status);
    CHECK(body.find_text("error"));
    CHECK(body.find_text("message"));
    REQUIRE(body.find_text("code"));
    CHECK(*body.find_text("code") == code);
    CHECK(res.fields.get("content-type") == "application/json; charset=utf-8");
    CHECK_FALSE(res.fields.get("x-request-id").empty());
  }

private:
  static asio::awaitable<void> answer_into(actors::api* to, net::http_request req, pending out) {
    *out = co_await to->answer(std::move(req));
  }
};

struct running_api : api_fixture {
  running_api() { start_api(); }
};

} // namespace codius::tests
