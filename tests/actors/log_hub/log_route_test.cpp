// GET /pods/{hash}/logs, from the request to the answer.
#include "actors/http_ingress/api.hpp"
#include "runtime/base/json.hpp"
#include "tests/actors/log_hub/log_fixture.hpp"
#include "tests/support/stream_reader.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

struct route_fixture : log_fixture {
  std::unique_ptr<actors::api> api;

  route_fixture() : log_fixture(2, 3) {
    start_all();
    actors::api_settings settings;
    settings.terms.board = board;
    settings.terms.utc_now = world.door().utc_now;
    settings.disk = io.get_executor();
    api = std::make_unique<actors::api>(sys, world.door(), settings);
  }

  void sell_pod(char pod, bool debug, std::chrono::seconds d = 600s) {
    auto offer = *offer_of(id_of(pod));
    offer.debug = debug;
    auto request = upload(static_cast<uint8_t>(pod), pod, d);
    request.offer = std::make_shared<const pod_offer>(std::move(offer));
    money->connected.insert(request.token);
    const auto answer = send(request);
    run();
    (void)pay(static_cast<uint8_t>(pod), money->due[request.token]);
    REQUIRE(*answer);
    REQUIRE((*answer)->what == sale_answer::outcome::delivered);
  }

  net::http_response get(const std::string& id, const std::string& follow = "",
                         const std::string& method = "GET") {
    net::http_request req;
    req.method = method;
    req.path = "/pods/" + id + "/logs";
    if (!follow.empty())
      req.query = {{"follow", follow}};
    net::http_response out;
    out.status = 0;
    asio::co_spawn(io, answer_into(std::move(req), out), asio::detached);
    run();
    return out;
  }
  asio::awaitable<void> answer_into(net::http_request req, net::http_response& out) {
    out = co_await api->answer(std::move(req));
  }
  std::string message_of(const net::http_response& res) {
    const auto body = runtime::parse_json(res.body);
    return body && body->find_text("message") ? *body->find_text("message") : res.body;
  }

  /// Lets the answer's producer run.
  std::shared_ptr<reader> receive(const net::http_response& res) {
    auto out = begin_reading<reader>(io, res);
    writers.push_back(out->to);
    run();
    return out;
  }
};

} // namespace

TEST_SUITE("actors/log_hub/route") {
  TEST_CASE_FIXTURE(route_fixture, "who may not read, or what is not there, is told in the original's words") {
    sell_pod('e', false);
    struct row {
      std::string id;
      unsigned status;
      std::string message;
    };
    const auto upper = std::string(52, 'D');
    const row rows[] = {
      {"zzz", 404, "no pod found with this id. id=zzz"},
      {upper, 404, "no pod found with this id. id=" + upper},
      {id_of('x').text, 404, "no pod found with this id. id=" + id_of('x').text},
      {id_of('e').text, 403, "pod manifest does not allow debugging. id=" + id_of('e').text},
      {"<b>\"", 404, "no pod found with this id. id=<b>\""},
    };
    for (const auto& r : rows) {
      CAPTURE(r.id);
      for (const char* follow : {"", "true"}) {
        const auto res = get(r.id, follow);
        CHECK(res.status == r.status);
        CHECK(message_of(res) == r.message);
        CHECK_FALSE(res.stream);
        CHECK(res.fields.get("cache-control") == "no-cache");
      }
    }
    CHECK(engine->logs_opened == 0);
  }

  TEST_CASE_FIXTURE(route_fixture, "the log of a debug pod, with the original's headers") {
    sell_pod('a', true);
    log->out("hello\n");
    for (const char* follow : {"", "1", "TRUE", "false"}) {
      CAPTURE(follow);
      const auto res = get(id_of('a').text, follow);
      CHECK(res.fields.get("content-type") == "application/vnd.codius.raw-stream");
      CHECK(res.fields.get("cache-control") == "no-cache");
      const auto r = receive(res);
      CHECK(r->done);
      CHECK(r->take() == "_web stdout hello\n");
    }
    const auto r = receive(get(id_of('a').text, "true"));
    CHECK_FALSE(r->done);
    log->err("oops\n");
    run();
    second(*r);
    CHECK(r->take() == "_web stdout hello\n_web stderr oops\nping\n");
  }

  TEST_CASE_FIXTURE(route_fixture, "HEAD holds no place at the log") {
    sell_pod('a', true);
    for (int i = 0; i < 5; ++i)
      CHECK(get(id_of('a').text, "true", "HEAD").status == 200);
    CHECK(get(id_of('a').text).status == 200);
  }

  TEST_CASE_FIXTURE(route_fixture, "too many readers are told whose fault it is, and when to come again") {
    sell_pod('a', true);
    sell_pod('b', true);
    sell_pod('c', true);
    std::vector<std::shared_ptr<reader>> all;
    for (int i = 0; i < 2; ++i)
      all.push_back(receive(get(id_of('a').text, "true")));
    const auto third = get(id_of('a').text, "true");
    CHECK(third.status == 429);
    CHECK(message_of(third) == "the log of this pod has 2 readers already; try again later");
    CHECK(third.fields.get("retry-after") == "10");
    all.push_back(receive(get(id_of('b').text, "true")));
    const auto fourth = get(id_of('c').text);
    CHECK(fourth.status == 503);
    CHECK(message_of(fourth) == "this host serves 3 readers of logs already; try again later");
    all[0]->to->leave();
    run();
    CHECK(get(id_of('a').text, "true").status == 200);
  }

  TEST_CASE_FIXTURE(route_fixture, "a pod that exited shows its last output while it waits to be started again") {
    sell_pod('a', true);
    log->out("first words\n");
    engine->pods[id_of('a')] = false;
    pass(5s);
    log->err("fatal\n");
    engine->pods[id_of('a')] = false;
    pass(5s);
    REQUIRE_FALSE(engine->runs(id_of('a'))); // the second time it is not started at once
    CHECK(receive(get(id_of('a').text))->take() == "_web stdout first words\n_web stderr fatal\n");
  }

  TEST_CASE_FIXTURE(route_fixture, "when its time is over followers end, and there is nothing more to read") {
    sell_pod('a', true, 60s);
    const auto r = receive(get(id_of('a').text, "true"));
    engine->remove_failures = {{errc::io, "busy"}};
    pass(60s);
    CHECK(get(id_of('a').text).status == 404); // it is being removed
    pass(5s);
    CHECK(r->done);
    const auto res = get(id_of('a').text);
    CHECK(res.status == 404);
    CHECK(message_of(res) == "no pod found with this id. id=" + id_of('a').text);
  }

  TEST_CASE_FIXTURE(route_fixture, "a runtime that keeps no logs is said plainly") {
    sell_pod('a', true);
    engine->log_failure = error{errc::unavailable, "the pod runtime \"x\" keeps no logs"};
    const auto res = get(id_of('a').text);
    CHECK(res.status == 503);
    CHECK(message_of(res).find("keeps no logs") != std::string::npos);
    engine->log_failure = error{errc::io, "secret path"};
    const auto broken = get(id_of('a').text);
    CHECK(broken.status == 500);
    CHECK(broken.body.find("An internal server error occurred") != std::string::npos);
    CHECK(broken.body.find("secret") == std::string::npos);
  }
}
