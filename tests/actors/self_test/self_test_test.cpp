#include "actors/self_test/self_test.hpp"

#include "runtime/base/json.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_world.hpp"

#include <boost/asio/io_context.hpp>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;
using phase = self_test_phase;
using step = self_test_step;

namespace {

/// Does what it is told to, and writes down what it was asked.
struct scripted_client final : actors::self_test_client {
  std::optional<step> broken; ///< the step that fails …
  int times = -1;             ///< … so often; for ever if negative
  error why{errc::rejected, "it is broken"};
  std::vector<step> asked;
  std::vector<actors::self_test_sale> sales; ///< of the uploads

  asio::awaitable<result<self_test_tried::outcome>> attempt(step what,
                                                            actors::self_test_sale sale) override {
    asked.push_back(what);
    if (what == step::upload)
      sales.push_back(sale);
    if (what == broken && times != 0) {
      --times;
      co_return why;
    }
    self_test_tried::outcome fine{"fine", what == step::quote ? 686ull : 0, {"XRP", 9}};
    co_return fine;
  }
};

struct trial_fixture : actor_fixture {
  fake_world world;
  asio::io_context io;
  std::shared_ptr<scripted_client> client = std::make_shared<scripted_client>();
  std::shared_ptr<actors::self_test_gate> gate
    = std::make_shared<actors::self_test_gate>(world.door());
  self_test_actor actor;

  ~trial_fixture() override { end(); }

  void begin() {
    actors::self_test_deps deps;
    deps.io = io.get_executor();
    deps.world = world.door();
    deps.client = client;
    deps.gate = gate;
    deps.image = "codius.invalid/self-test@sha256:" + std::string(64, 'a');
    actor = sys.spawn(actors::self_test, deps);
    run();
  }
  void end() {
    if (actor)
      stop(actor);
    actor = nullptr;
  }

  void run() override {
    do
      sched.run();
    while (io.restart(), io.poll() > 0 || sched.has_job());
  }
  void pass(std::chrono::milliseconds time) {
    world.advance(time);
    advance(time);
  }

  /// Until a step that fails for ever has failed for good.
  void pass_all_pauses() {
    for (const auto pause : {5s, 10s, 20s, 30s})
      pass(pause);
  }

  self_test_report report() {
    const auto out = ask<self_test_report>(actor, get_self_test{});
    REQUIRE(out);
    CHECK(gate->report().phase == out->phase); // the gate knows what the actor knows
    return *out;
  }
  self_test_report run_again() {
    const auto out = ask<self_test_report>(actor, run_self_test{});
    REQUIRE(out);
    return report();
  }
  unsigned tries_of(step s) {
    return static_cast<unsigned>(std::count(client->asked.begin(), client->asked.end(), s));
  }
};

} // namespace

TEST_SUITE("actors/self_test") {
  TEST_CASE_FIXTURE(trial_fixture, "it runs at start, step by step, and passes") {
    CHECK_FALSE(gate->open());
    begin();
    const auto told = report();
    CHECK(told.phase == phase::passed);
    CHECK(client->asked == std::vector<step>(std::begin(all_self_test_steps), std::end(all_self_test_steps)));
    for (const auto& line : told.lines) {
      CHECK(line.phase == phase::passed);
      CHECK(line.tries == 1);
      CHECK(line.said == "fine");
    }
    CHECK(told.price == 686);
    CHECK(client->sales.at(0).price == 686);
    CHECK(told.passed_at == *world.now);
    CHECK(told.next_run == *world.now + 3600s);
    CHECK(gate->open());
    CHECK(gate->may_gossip());
    CHECK(gate->success());
  }

  TEST_CASE_FIXTURE(trial_fixture, "D-31 each step is tried several times, with growing pauses") {
    for (const auto broken : all_self_test_steps) {
      CAPTURE(to_string(broken));
      *client = {};
      client->broken = broken;
      gate = std::make_shared<actors::self_test_gate>(world.door());
      begin();
      for (const auto pause : {5s, 10s, 20s, 30s}) {
        CHECK(report().phase == phase::running);
        const auto before = tries_of(broken);
        pass(pause - 1ms);
        CHECK(tries_of(broken) == before);
        pass(1ms);
        CHECK(tries_of(broken) == before + 1);
      }
      const auto told = report();
      CHECK(told.phase == phase::failed);
      CHECK(told.why == "the step \"" + std::string{to_string(broken)} + "\" failed: it is broken");
      for (const auto& line : told.lines) {
        const auto right = line.step < broken   ? phase::passed
                           : line.step == broken ? phase::failed
                                                 : phase::waiting;
        CHECK(line.phase == right);
      }
      CHECK_FALSE(gate->open());
      CHECK_FALSE(gate->success());
      end();
    }
  }

  TEST_CASE_FIXTURE(trial_fixture, "D-31 a step that works at the second try fails nothing") {
    for (const auto broken : all_self_test_steps) {
      CAPTURE(to_string(broken));
      *client = {};
      client->broken = broken;
      client->times = 1;
      begin();
      pass(5s);
      const auto told = report();
      CHECK(told.phase == phase::passed);
      const auto at = static_cast<size_t>(broken);
      CHECK(told.lines[at].tries == 2);
      CHECK(told.lines[at].took == 5s);
      end();
    }
  }

  TEST_CASE_FIXTURE(trial_fixture, "D-31 a failed test is repeated, ever more rarely, until it passes") {
    client->broken = step::version;
    begin();
    pass_all_pauses();
    for (const auto wait : {60s, 120s, 240s, 480s, 900s, 900s}) {
      const auto told = report();
      CHECK(told.phase == phase::failed);
      CHECK(told.next_run == *world.now + wait);
      pass(wait);
      CHECK(report().phase == phase::running);
      pass_all_pauses();
    }
    client->broken.reset();
    pass(900s);
    CHECK(report().phase == phase::passed);
    CHECK(gate->open());
  }

  TEST_CASE_FIXTURE(trial_fixture, "D-31 no try pays again: body and token stay until an upload is delivered") {
    client->broken = step::upload;
    begin();
    pass_all_pauses(); // a whole run …
    pass(60s); // … and the next one
    client->broken.reset();
    pass(5s);
    REQUIRE(report().phase == phase::passed);
    REQUIRE(client->sales.size() == 7);
    for (const auto& sale : client->sales) {
      CHECK(sale.token == client->sales[0].token);
      CHECK(sale.body == client->sales[0].body);
    }
    (void)run_again();
    REQUIRE(client->sales.size() == 8);
    CHECK(client->sales[7].token != client->sales[0].token);
    CHECK(client->sales[7].pod != client->sales[0].pod);
  }

  TEST_CASE_FIXTURE(trial_fixture, "quote and upload are for the same, short time") {
    begin();
    CHECK(client->sales.at(0).duration == 180s);
  }

  TEST_CASE_FIXTURE(trial_fixture, "a failure after a success is told, and nobody is refused") {
    begin();
    client->broken = step::http;
    CHECK(run_again().phase == phase::running);
    CHECK(gate->success()); // until it is known
    pass_all_pauses();
    const auto told = report();
    CHECK(told.phase == phase::failed);
    CHECK(told.passed_at.has_value());
    CHECK(gate->open());
    CHECK_FALSE(gate->success());
    CHECK_FALSE(gate->refusal({}, *world.now));
    client->broken.reset();
    pass(60s);
    CHECK(gate->success());
  }

  TEST_CASE_FIXTURE(trial_fixture, "it is repeated after a success, too") {
    begin();
    pass(3600s);
    CHECK(report().runs == 2);
    pass(3600s);
    CHECK(report().runs == 3);
  }

  TEST_CASE_FIXTURE(trial_fixture, "on demand it runs at once, and once at a time") {
    begin();
    CHECK(run_again().runs == 2);
    client->broken = step::http;
    CHECK(run_again().runs == 3);
    CHECK(run_again().runs == 3); // under way
    pass_all_pauses();
    CHECK(report().phase == phase::failed);
    CHECK(run_again().runs == 4);
    pass_all_pauses();
    CHECK(report().runs == 4); // the timer of the third run counts no more
  }

  TEST_CASE_FIXTURE(trial_fixture, "a full host can tell nothing: what was found before stays") {
    begin();
    client->broken = step::upload;
    client->why = {errc::no_capacity, "Memory usage exceeded."};
    const auto told = run_again();
    CHECK(told.phase == phase::skipped);
    CHECK(told.next_run == *world.now + 3600s);
    CHECK(gate->success());
    CHECK(gate->open());
  }

  TEST_CASE_FIXTURE(trial_fixture, "a host that was full from the start is tried again soon") {
    client->broken = step::upload;
    client->why = {errc::no_capacity, "Memory usage exceeded."};
    begin();
    CHECK(report().phase == phase::skipped);
    CHECK_FALSE(gate->open());
    client->broken.reset();
    pass(60s);
    CHECK(gate->open());
  }

  TEST_CASE_FIXTURE(trial_fixture, "where it is off it never runs, gates nothing and says why") {
    gate = std::make_shared<actors::self_test_gate>(world.door(), "no pods here");
    begin();
    CHECK(report().phase == phase::off);
    CHECK(client->asked.empty());
    CHECK(gate->open());
    CHECK_FALSE(gate->success());
    const auto refused = ask<self_test_report>(actor, run_self_test{});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::unprocessable);
    CHECK(refused.error().detail == "the self-test is off: no pods here");
  }

  TEST_CASE_FIXTURE(trial_fixture, "an actor that is started anew tests again, behind the gate as it was") {
    begin();
    end();
    client->broken = step::version;
    begin();
    CHECK(report().phase == phase::running);
    CHECK(gate->open());
    CHECK(report().runs == 2);
  }

  TEST_CASE("its manifest is an ordinary one") {
    fake_world world;
    const auto sale = actors::make_self_test_sale(world.door(), "image@sha256:1", 60s);
    const auto body = runtime::parse_json(sale.body);
    REQUIRE(body);
    const auto* manifest = body->find("manifest");
    REQUIRE(manifest);
    CHECK(manifest->find_text("name")->size() == 40);
    CHECK(*manifest->find_text("port") == "3000");
    CHECK(is_pod_id(sale.pod.text));
    CHECK(actors::make_self_test_sale(world.door(), "image@sha256:1", 60s).pod != sale.pod);
  }
}
