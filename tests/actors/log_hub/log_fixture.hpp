#pragma once
#include "actors/log_hub/log_hub.hpp"
#include "actors/log_hub/send_log.hpp"
#include "runtime/actor/supervisor.hpp"
#include "tests/actors/sale_fixture.hpp"
#include "tests/support/counted_log.hpp"
#include "tests/support/scripted_writer.hpp"

namespace codius::tests {

/// The hub over scripted logs, beside the actors of a sale if the test starts them.
struct log_fixture : sale_fixture {
  std::shared_ptr<counted_log> log = std::make_shared<counted_log>();

  /// One who reads a log: his seat, and the answer that is made from it.
  struct reader {
    std::shared_ptr<scripted_writer> to;
    bool done = false, cut = false;
    std::string take() { return to->take(); }
  };
  std::vector<std::shared_ptr<scripted_writer>> writers;

  explicit log_fixture(size_t most_of_a_pod = 128, size_t most = 1024) {
    engine->logs[id_of('a')] = log;
    start_hub(most_of_a_pod, most);
  }
  ~log_fixture() override {
    for (auto& w : writers)
      w->leave();
    run();
    stop_all();
    writers.clear();
  }

  void start_hub(size_t most_of_a_pod = 128, size_t most = 1024) {
    enlist(role::logs, sys.spawn(actors::log_hub, actors::log_hub_deps{engine, io.get_executor(),
                                                                       most_of_a_pod, most}));
    run();
  }

  result<log_opened> open(char pod = 'a', bool follow = true) {
    open_log req{id_of(pod), {"web", "side_car"}, follow};
    return ask<log_opened>(runtime::find<log_actor>(sys, role::logs), std::move(req));
  }

  std::shared_ptr<reader> read(std::shared_ptr<log_seat> seat, bool follow) {
    auto out = std::make_shared<reader>();
    out->to = writers.emplace_back(std::make_shared<scripted_writer>(io));
    auto work = actors::send_log(*out->to, std::move(seat), io.get_executor(), follow);
    asio::co_spawn(io, std::move(work), [out](std::exception_ptr fault) {
      out->done = true;
      out->cut = fault != nullptr;
    });
    run();
    return out;
  }
  std::shared_ptr<reader> follow(char pod = 'a') {
    auto opened = open(pod, true);
    REQUIRE(opened);
    return read(std::move(opened->seat), true);
  }
  std::shared_ptr<reader> read_once(char pod = 'a') {
    auto opened = open(pod, false);
    REQUIRE(opened);
    return read(std::move(opened->seat), false);
  }

  void second(reader& r) {
    r.to->advance(std::chrono::seconds{1});
    run();
  }
  void tell(const log_changed& news) {
    caf::anon_send(runtime::find<log_actor>(sys, role::logs), news);
    run();
  }
};

} // namespace codius::tests
