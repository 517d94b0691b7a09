// Prefer: respond-async, GET /uploads/{id} and its events.
#include "tests/actors/http_ingress/api_fixture.hpp"
#include "tests/support/stream_reader.hpp"

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

struct uploads_fixture : running_api {
  struct reader {
    std::shared_ptr<scripted_writer> to;
    bool done = false;
  };
  std::vector<std::shared_ptr<scripted_writer>> writers; // wakers may come late

  ~uploads_fixture() override {
    for (const auto& w : writers)
      w->leave();
    run();
  }

  net::http_response begin_later(uint8_t token, const std::string& name, net::http_fields more = {}) {
    more.set("Prefer", "respond-async");
    return http("POST", "/pods?duration=600", paying(token, std::move(more)), manifest(name));
  }
  runtime::json see(const std::string& path) {
    const auto out = http("GET", path);
    REQUIRE(out.status == 200);
    CHECK(out.fields.get("cache-control") == "no-store");
    return body_of(out);
  }
  static std::string text(const runtime::json& of, const char* member) {
    const auto* found = of.find_text(member);
    return found ? *found : "";
  }
  static std::string steps_of(const runtime::json& record) {
    std::string out;
    for (const auto& step : *record.find("steps")->array())
      out += (out.empty() ? "" : " ") + text(step, "step");
    return out;
  }
  void come(uint8_t token) {
    caf::anon_send(runtime::find<ilp_actor>(sys, role::ilp), payer_came{token_of(token)});
    run();
  }

  net::http_response follow(const std::string& path, const std::string& last = {}) {
    net::http_fields fields;
    if (!last.empty())
      fields.set("Last-Event-ID", last);
    return http("GET", path + "/events", std::move(fields));
  }
  std::shared_ptr<reader> receive(const net::http_response& res) {
    auto out = begin_reading<reader>(io, res);
    writers.push_back(out->to);
    run();
    return out;
  }
  /// The types of the events in a stream, and of the last one its id.
  static std::string events_of(const std::string& stream, std::string* last = nullptr) {
    std::string out;
    for (size_t at = 0; at < stream.size();) {
      const auto end = stream.find('\n', at);
      const auto line = stream.substr(at, end - at);
      if (line.starts_with("event: "))
        out += (out.empty() ? "" : " ") + line.substr(7);
      if (line.starts_with("id: ") && last != nullptr)
        *last = line.substr(4);
      at = end + 1;
    }
    return out;
  }
};

} // namespace

TEST_SUITE("actors/http_ingress/uploads") {
  TEST_CASE_FIXTURE(uploads_fixture, "who would not wait gets a record at once, and it tells how to pay") {
    const auto answer = begin_later(1, "web", {{"X-Request-Id", "mine"}});
    CHECK(answer.status == 202);
    CHECK(answer.fields.get("preference-applied") == "respond-async");
    CHECK(answer.fields.get("x-request-id") == "mine");
    const std::string path{answer.fields.get("location")};
    CHECK(path == "/uploads/" + text_of(answer, "id"));
    CHECK(path.size() == 9 + 32);
    CHECK(text_of(answer, "state") == "checking");
    CHECK(answer.body.find("price") == std::string::npos); // it is not known yet
    auto record = see(path);
    CHECK(text(record, "state") == "awaiting_payment");
    CHECK(text(record, "requestId") == "mine");
    CHECK(text(record, "kind") == "upload");
    CHECK(text(record, "price") == std::to_string(price_of_600s));
    CHECK(text(record, "assetCode") == "XRP");
    CHECK(text(record, "pay").starts_with("interledger-stream test.host.x "));
    CHECK(text(record, "payUntil") == "2023-11-14T22:14:20.000Z");
    CHECK(steps_of(record) == "accepted checked awaiting_payment");
    CHECK(text((*record.find("steps")->array())[0], "time") == "2023-11-14T22:13:20.000Z");
    CHECK_FALSE(record.find("payment"));
    come(1);
    (void)pay(1, 1000);
    record = see(path);
    CHECK(text(*record.find("payment"), "state") == "open");
    CHECK(text(*record.find("payment"), "received") == "1000");
    (void)pay(1, price_of_600s - 1000);
    record = see(path);
    CHECK(text(record, "state") == "running");
    CHECK(text(*record.find("payment"), "state") == "delivered");
    CHECK(text(*record.find("payment"), "credit") == "0");
    CHECK(text(record, "expiry") == "2023-11-14T22:23:20.000Z");
    CHECK(text(record, "url") == "https://" + text(record, "manifestHash") + ".codius.example.com/");
    CHECK_FALSE(record.find("pay"));
    CHECK(http("GET", "/pods?manifestHash=" + text(record, "manifestHash")).status == 200);
  }

  TEST_CASE_FIXTURE(uploads_fixture, "more time works the same way") {
    const auto sold = upload_paid(1, "web");
    const auto hash = text_of(sold, "manifestHash");
    const auto answer = http("PUT", "/pods?duration=60&manifestHash=" + hash,
                             paying(2, {{"Prefer", "respond-async, wait=10"}}));
    CHECK(answer.status == 202);
    CHECK(text_of(answer, "kind") == "extension");
    come(2);
    (void)pay(2, money->due[token_of(2)]);
    const auto record = see(std::string{answer.fields.get("location")});
    CHECK(text(record, "state") == "running");
    CHECK(text(record, "expiry") == "2023-11-14T22:24:20.000Z");
  }

  TEST_CASE_FIXTURE(uploads_fixture, "what can be seen at once is refused at once, and leaves no record") {
    const net::http_fields later{{"Prefer", "respond-async"}};
    check_error(http("POST", "/pods?duration=0", paying(1, later), manifest("web")), 400, "invalid_duration");
    check_error(http("POST", "/pods?duration=600", later, manifest("web")), 400, "missing_pay_token");
    CHECK(http("POST", "/pods?duration=600", paying(1, later), "{}").status == 400);
    check_error(http("PUT", "/pods?manifestHash=none", paying(1, later)), 404, "unknown_pod");
    const auto old = upload_paid(1, "old");
    board->change(drained_terms(), *world.now);
    const auto drained = begin_later(2, "new");
    check_error(drained, 503, "draining");
    CHECK(drained.fields.get("location").empty());
    CHECK(begin_later(2, "old").status == 202); // more time for what is here
  }

  TEST_CASE_FIXTURE(uploads_fixture, "who waits is told where the record is, also in the 402") {
    const auto unpaid = http("POST", "/pods?duration=600", paying(1), manifest("web"));
    CHECK(unpaid.status == 402);
    const std::string path{unpaid.fields.get("content-location")};
    auto record = see(path);
    CHECK(text(record, "state") == "unpaid");
    const auto* why = record.find("error");
    REQUIRE(why);
    CHECK(*why->find("statusCode")->number() == 402);
    CHECK(text(*why, "code") == "payment_required");
    CHECK(text(*why, "price") == std::to_string(price_of_600s));
    const auto sold = upload_paid(1, "web");
    CHECK(sold.status == 200);
    CHECK(sold.fields.get("content-location") == path);
    CHECK_FALSE(sold.fields.find("preference-applied"));
    record = see(path);
    CHECK(text(record, "state") == "running");
    CHECK(text(record, "expiry") == text_of(sold, "expiry"));
    const auto again = upload_paid(1, "web");
    CHECK(again.body == sold.body);
    CHECK(again.fields.get("content-location") == path);
  }

  TEST_CASE_FIXTURE(uploads_fixture, "a failure has the members that its answer had") {
    const auto same = [](const runtime::json& record, const net::http_response& answer) {
      const auto* found = record.find("error");
      REQUIRE(found);
      CHECK(dump(*found) == answer.body);
    };
    engine->start_failures = {{errc::start_failed, "bad command"}, {errc::start_failed, "bad command"}};
    const auto failed = upload_paid(1, "web");
    check_error(failed, 503, "start_failed");
    CHECK(text_of(failed, "credit") == std::to_string(price_of_600s));
    const auto record = see(std::string{failed.fields.get("content-location")});
    CHECK(text(record, "state") == "failed");
    CHECK(text(*record.find("payment"), "state") == "credited");
    same(record, failed);
    engine->image_failure = error{errc::image_unavailable, "no such image"};
    const auto missing = http("POST", "/pods?duration=600", paying(2), manifest("other"));
    same(see(std::string{missing.fields.get("content-location")}), missing);
    const auto later = begin_later(3, "other");
    same(see(std::string{later.fields.get("location")}), missing);
    const auto nobody = http("PUT", "/pods?manifestHash=" + id_of('z').text, paying(2));
    check_error(nobody, 404, "unknown_pod");
    same(see(std::string{nobody.fields.get("content-location")}), nobody);
  }

  TEST_CASE_FIXTURE(uploads_fixture, "a record tells neither the token nor what is private") {
    const auto body = R"({"manifest":{"name":"web","version":"1.0.0","machine":"small","port":"8080",)"
                      R"("containers":[{"id":"web","image":"registry.example/web@sha256:)"
                      R"(4b5e57f6eb2f42b9039b3d1e13929295f231749c510cbe341cd68036d9af97e2",)"
                      R"("environment":{"KEY":"$KEY"}}],"vars":{"KEY":{"encoding":"private:sha256","value":)"
                      R"("a5e8e7ac9d3d5ad2ba0a9e7dca5e4b1c4b1bd66a3c48d6b2c13e1be4a7d3d8c4"}}}})";
    const auto answer = http("POST", "/pods", paying(1, {{"Prefer", "respond-async"}}), body);
    CHECK(answer.body.find(to_base64url(token_of(1))) == std::string::npos);
    const auto plain = begin_later(1, "web");
    const auto record = http("GET", std::string{plain.fields.get("location")}).body;
    CHECK(record.find(to_hex(token_of(1))) == std::string::npos);
    CHECK(record.find(to_base64url(token_of(1))) == std::string::npos);
    CHECK(record.find("environment") == std::string::npos);
  }

  TEST_CASE_FIXTURE(uploads_fixture, "an unknown record is 404 like anything else") {
    (void)begin_later(1, "web");
    for (const std::string& id : {std::string(32, 'a'), std::string(31, 'a'), std::string(32, 'A'), std::string("x"),
                                 std::string(5000, 'a')}) {
      check_error(http("GET", "/uploads/" + id), 404, "not_found");
      check_error(http("GET", "/uploads/" + id + "/events"), 404, "not_found");
    }
    check_error(http("GET", "/uploads"), 404, "not_found");
    check_error(http("GET", "/uploads/"), 404, "not_found");
  }

  TEST_CASE_FIXTURE(uploads_fixture, "too many at once: try again") {
    stop_all();
    most_later = 1;
    start_api();
    CHECK(begin_later(1, "a").status == 202);
    const auto refused = begin_later(2, "b");
    check_error(refused, 503, "busy");
    CHECK(refused.fields.get("retry-after") == "10");
    CHECK(begin_later(1, "a").status == 202); // is under way already
  }

  TEST_CASE_FIXTURE(uploads_fixture, "events follow a record to its end") {
    const std::string path{begin_later(1, "web").fields.get("location")};
    const auto stream = follow(path);
    CHECK(stream.fields.get("content-type") == "text/event-stream; charset=utf-8");
    const auto who = receive(stream);
    CHECK(events_of(who->to->take()) == "awaiting_payment");
    CHECK_FALSE(who->done);
    come(1);
    (void)pay(1, 1000);
    const auto paid_a_little = who->to->take();
    CHECK(paid_a_little.find(R"("received":"1000")") != std::string::npos);
    (void)pay(1, price_of_600s - 1000);
    std::string last;
    const auto rest = who->to->take();
    CHECK(events_of(rest, &last).ends_with("running"));
    CHECK(rest.find(R"("expiry":")") != std::string::npos);
    CHECK(who->done);
    CHECK(uploads->followers() == 1); // by the answer that is still here
    SUBCASE("who comes back when it is over is told not to") {
      CHECK(follow(path, last).status == 204);
    }
    SUBCASE("who missed the end gets it") {
      const auto late = receive(follow(path, "1"));
      CHECK(events_of(late->to->take()) == "running");
      CHECK(late->done);
    }
  }

  TEST_CASE_FIXTURE(uploads_fixture, "who knows the last event gets the next one, whatever else is in the field") {
    const std::string path{begin_later(1, "web").fields.get("location")};
    std::string last;
    {
      const auto first = receive(follow(path));
      (void)events_of(first->to->take(), &last);
      first->to->leave();
      run();
      CHECK(first->done);
    }
    CHECK(uploads->followers() == 0);
    const auto again = receive(follow(path, last));
    CHECK(again->to->take().empty());
    again->to->advance(15s);
    run();
    CHECK(again->to->take() == ": still here\n\n");
    for (const char* wrong : {"0", "-1", "x", "99999999999999999999999", "1 "})
      CHECK(events_of(receive(follow(path, wrong))->to->take()) == "awaiting_payment");
    come(1);
    CHECK(events_of(again->to->take()).starts_with("awaiting_payment"));
  }

  TEST_CASE_FIXTURE(uploads_fixture, "followers are bounded, of one record and of all") {
    const std::string path{begin_later(1, "web").fields.get("location")};
    std::vector<net::http_response> held;
    for (int i = 0; i < 16; ++i)
      held.push_back(follow(path));
    const auto more = follow(path);
    check_error(more, 429, "busy");
    CHECK_FALSE(more.fields.get("retry-after").empty());
    held.pop_back();
    CHECK(follow(path).status == 200);
  }

  TEST_CASE_FIXTURE(uploads_fixture, "a follower hears of the end of a sale that the host could not see through") {
    const std::string path{begin_later(1, "web").fields.get("location")};
    const auto who = receive(follow(path));
    (void)who->to->take();
    kill(role::sales);
    run();
    CHECK(events_of(who->to->take()) == "failed");
    CHECK(who->done);
  }
}
