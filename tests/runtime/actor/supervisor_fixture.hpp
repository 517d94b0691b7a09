#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <optional>

namespace codius::tests {

struct boom {};
struct bug {};
struct leave {};
struct ping {};

} // namespace codius::tests

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::tests::boom)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::tests::bug)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::tests::leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::tests::ping)

namespace codius::tests {

using namespace std::chrono_literals;
using runtime::child_spec;
using runtime::restart;
using runtime::strategy;
using texts = std::vector<std::string>;

inline const auto a = caf::atom("a");
inline const auto b = caf::atom("b");
inline const auto c = caf::atom("c");

struct supervisor_fixture : actor_fixture {
  texts seen;  // "+a" started, "-a" ended
  texts lines; // the log
  int starts_that_throw = 0;

  supervisor_fixture() {
    log::redirect([this](std::string_view line) { lines.emplace_back(line); });
  }
  ~supervisor_fixture() override { log::redirect(nullptr); }

  runtime::child_factory factory(std::string label, bool stubborn = false) {
    return [this, label, stubborn](caf::event_based_actor* parent) -> caf::actor {
      if (starts_that_throw > 0) {
        --starts_that_throw;
        throw std::runtime_error("no luck");
      }
      seen.push_back("+" + label);
      return parent->spawn([this, label, stubborn](caf::event_based_actor* me) -> caf::behavior {
        runtime::end_on_exception(me);
        if (stubborn)
          me->set_exit_handler([](caf::exit_msg&) {});
        me->attach_functor([this, label] { seen.push_back("-" + label); });
        return {[me](boom) { me->quit(caf::sec::runtime_error); },
                [](bug) { throw std::logic_error("off by one"); }, [me](leave) { me->quit(); },
                [](ping) { return 1; }};
      });
    };
  }
  child_spec child(caf::atom_value id, restart when = restart::permanent) {
    return {id, factory(caf::to_string(id)), when};
  }
  caf::actor start(runtime::restart_rules rules, std::vector<child_spec> specs) {
    runtime::supervision how{"top", rules};
    auto top = sys.spawn(runtime::supervisor, how, std::move(specs));
    run();
    return top;
  }
  caf::actor live(caf::atom_value id) { return runtime::find<caf::actor>(sys, id); }

  template <class Message>
  void tell(const caf::actor& dst, Message msg) {
    caf::anon_send(dst, msg);
    run();
  }
  texts take() { return std::exchange(seen, {}); }
};

/// How a watched actor ended; nothing while it lives.
inline std::optional<caf::error> ended(supervisor_fixture& f) {
  std::optional<caf::error> out;
  f.self->receive([&](caf::down_msg& d) { out = d.reason; }, caf::after(0s) >> [] {});
  return out;
}

} // namespace codius::tests
