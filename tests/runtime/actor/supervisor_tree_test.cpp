#include "runtime/actor/mailbox_report.hpp"
#include "tests/runtime/actor/supervisor_fixture.hpp"

using namespace codius;
using namespace codius::tests;

TEST_SUITE("runtime/actor/supervisor_tree") {
  TEST_CASE_FIXTURE(supervisor_fixture,
                    "trees nest: a group that gives up is restarted by its parent") {
    const auto top
      = start({strategy::one_for_one, 1, 60s},
              {runtime::nested(caf::atom("group"), {"top/group", {strategy::one_for_all, 1, 60s}},
                               {child(a), child(b)}),
               child(c)});
    (void)take();
    tell(live(a), boom{});
    CHECK(take() == texts{"-a", "-b", "+a", "+b"});
    tell(live(a), boom{});
    CHECK(take() == texts{"-a", "-b", "+a", "+b"}); // the parent's doing
    stop(top);
    CHECK(take() == texts{"-c", "-b", "-a"});
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "a killed supervisor leaves no child behind") {
    const auto top = start({}, {child(a), runtime::nested(caf::atom("group"), {"g"}, {child(b)})});
    (void)take();
    self->send_exit(top, caf::exit_reason::kill);
    run();
    auto gone = take();
    std::sort(gone.begin(), gone.end());
    CHECK(gone == texts{"-a", "-b"});
    CHECK(live(a) == nullptr);
    CHECK(live(b) == nullptr);
  }

  TEST_CASE_FIXTURE(supervisor_fixture,
                    "children on demand come, go, and end with their supervisor") {
    runtime::supervision how{"pods", {strategy::simple_one_for_one, 2, 10s}};
    how.dynamic_when = restart::transient;
    const auto top = sys.spawn(runtime::supervisor, how, std::vector<child_spec>{});
    run();
    const auto one = ask<caf::actor>(top, runtime::add_child{"one", factory("one")});
    const auto two = ask<caf::actor>(top, runtime::add_child{"two", factory("two")});
    REQUIRE(one);
    REQUIRE(two);
    tell(*one, leave{});
    tell(*two, boom{});
    CHECK(take() == texts{"+one", "+two", "-one", "-two", "+two"});
    const auto tree = ask<runtime::tree_node>(top, runtime::describe_tree{});
    REQUIRE(tree);
    REQUIRE(tree->children.size() == 1);
    CHECK(tree->children[0].id == "pods/two");
    CHECK(tree->children[0].restarts == 1);
    starts_that_throw = 1;
    const auto bad = ask<caf::actor>(top, runtime::add_child{"bad", factory("bad")});
    CHECK(bad.error() == error{errc::start_failed, "bad: no luck"});
    stop(top);
    CHECK(take() == texts{"-two"});
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "only a supervisor made for it takes children on demand") {
    const auto top = start({}, {child(a)});
    const auto no = ask<caf::actor>(top, runtime::add_child{"x", factory("x")});
    CHECK(no.error().code == errc::unsupported);
    stop(top);
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "an actor tells how many messages wait for it") {
    auto busy = sys.spawn([](caf::event_based_actor* me) -> caf::behavior {
      runtime::tell_mailbox(me);
      return {[](ping) { return 1; }};
    });
    run();
    const auto count = [&](int more) {
      std::optional<uint64_t> out;
      auto pending = self->request(busy, 1s, runtime::mailbox_atom::value);
      for (int i = 0; i < more; ++i)
        caf::anon_send(busy, ping{});
      run();
      pending.receive([&](uint64_t n) { out = n; }, [](caf::error&) {});
      return out;
    };
    CHECK(count(3).value_or(99) == 3);
    CHECK(count(0).value_or(99) == 0);
    stop(busy);
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "a tree shows mailboxes of those that tell of them") {
    auto teller = child(a);
    teller.tells_mailbox = true;
    teller.start = [](caf::event_based_actor* parent) {
      return parent->spawn([](caf::event_based_actor* me) -> caf::behavior {
        runtime::tell_mailbox(me);
        return {[](ping) { return 1; }};
      });
    };
    const auto top = start({}, {teller, child(b)});
    const auto tree = ask<runtime::tree_node>(top, runtime::describe_tree{});
    REQUIRE(tree);
    CHECK(tree->waiting == 0);
    CHECK(tree->children[0].waiting == 0);
    CHECK_FALSE(tree->children[1].waiting);
    stop(top);
  }

  TEST_CASE_FIXTURE(supervisor_fixture, "the tree can be described, restarts and all") {
    const auto top = start({strategy::one_for_one, 5, 60s},
                           {child(a), child(b, restart::transient),
                            runtime::nested(caf::atom("group"), {"top/group"}, {child(c)})});
    tell(live(a), boom{});
    tell(live(b), leave{});
    const auto tree = ask<runtime::tree_node>(top, runtime::describe_tree{});
    REQUIRE(tree);
    texts flat;
    const std::function<void(const runtime::tree_node&)> walk = [&](const runtime::tree_node& n) {
      flat.push_back(n.id + " " + n.state + " " + std::to_string(n.restarts));
      std::for_each(n.children.begin(), n.children.end(), walk);
    };
    walk(*tree);
    CHECK(flat
          == texts{"top running 0", "top/a running 1", "top/b ended 0", "top/group running 0",
                   "top/group/c running 0"});
    stop(top);
  }
}
