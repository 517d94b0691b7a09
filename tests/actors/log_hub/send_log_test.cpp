// What goes over the wire, and when.
#include "runtime/base/json.hpp"
#include "tests/actors/log_hub/log_fixture.hpp"

#include <fstream>
#include <iterator>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;

namespace {

runtime::json vectors() {
  std::ifstream in{CODIUS_TEST_DATA "/host-api/06-logs.json"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto parsed = runtime::parse_json(text);
  REQUIRE(parsed);
  return std::move(*parsed);
}

std::string from_hex(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

/// Puts the frames of the original's pod daemon together: stream number, three zeros, length, text.
std::vector<std::pair<int, std::string>> frames_of(std::string in) {
  std::vector<std::pair<int, std::string>> out;
  while (in.size() >= 8) {
    size_t length = 0;
    for (size_t i = 4; i < 8; ++i)
      length = length << 8 | static_cast<unsigned char>(in[i]);
    out.emplace_back(in[0], in.substr(8, length));
    in.erase(0, 8 + length);
  }
  return out;
}

/// What of the recorded cases cannot be fed through our pod runtimes: side containers, streams
/// that are neither stdout nor stderr, and a daemon that answers in place of the log.
bool has_no_counterpart(const std::string& id) {
  for (const char* other : {"logs-stdin-stream", "logs-stream-7", "logs-daemon-error-text"})
    if (id == other)
      return true;
  return false;
}

} // namespace

TEST_SUITE("actors/log_hub/send_log") {
  TEST_CASE_FIXTURE(log_fixture, "what is kept comes at once; without follow that is all") {
    log->out("one\n");
    log->err("two\n", 1);
    log->out("no end");
    const auto r = read_once();
    CHECK(r->done);
    CHECK_FALSE(r->cut);
    CHECK(r->take() == "_web stdout one\n_side_car stderr two\n_web stdout no end");
    CHECK(read_once('b')->done);
  }

  TEST_CASE_FIXTURE(log_fixture, "without follow the end comes though the pod writes on and on") {
    for (int i = 0; i < 200; ++i)
      log->out(std::string(999, 'a') + "\n");
    auto opened = open('a', false);
    REQUIRE(opened);
    auto to = std::make_shared<scripted_writer>(io);
    writers.push_back(to);
    to->reads = false;
    auto r = std::make_shared<reader>();
    r->to = to;
    auto work = actors::send_log(*to, std::move(opened->seat), io.get_executor(), false);
    asio::co_spawn(io, std::move(work), [r](std::exception_ptr) { r->done = true; });
    run();
    for (int i = 0; i < 10'000 && !r->done; ++i) {
      log->out(std::string(9999, 'b') + "\n");
      to->read_on();
      run();
    }
    CHECK(r->done);
    CHECK(r->take().size() < 400'000);
  }

  TEST_CASE_FIXTURE(log_fixture, "with follow lines come as they are written, and a ping each second") {
    log->out("line one\n");
    const auto r = follow();
    CHECK(r->take() == "_web stdout line one\n");
    r->to->advance(100ms);
    log->err("line two\n");
    run();
    CHECK(r->take() == "_web stderr line two\n");
    r->to->advance(899ms);
    run();
    CHECK(r->take() == "");
    r->to->advance(1ms);
    run();
    CHECK(r->take() == "ping\n");
    second(*r);
    second(*r);
    CHECK(r->take() == "ping\nping\n");
    r->to->advance(10s); // a machine that slept owes no pings
    run();
    CHECK(r->take() == "ping\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "a ping is a line of its own, and is not held back for ever") {
    const auto r = follow();
    log->out("working");
    run();
    CHECK(r->take() == "_web stdout working");
    second(*r);
    CHECK(r->take() == "");
    log->out("done\n");
    run();
    second(*r);
    CHECK(r->take() == "_web stdout done\nping\n");
    log->out("stuck");
    run();
    for (int i = 0; i < 10; ++i)
      second(*r);
    CHECK(r->take() == "_web stdout stuckping\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "a flood does not keep the pings away") {
    const auto r = follow();
    r->to->reads = false;
    for (int i = 0; i < 500; ++i)
      log->out(std::string(999, 'x') + "\n");
    run();
    r->to->advance(1s);
    r->to->read_on();
    run();
    CHECK(r->take().find("\nping\n_web") != std::string::npos);
  }

  TEST_CASE_FIXTURE(log_fixture, "a reader that does not read holds one piece, and misses nothing later") {
    log = std::make_shared<counted_log>(16u << 20);
    engine->logs[id_of('a')] = log;
    const auto slow = follow(), quick = follow();
    slow->to->reads = false;
    size_t sent = 0;
    for (int i = 0; i < 5000; ++i) {
      log->out(std::string(999, 'x') + "\n");
      run();
      sent += quick->take().size();
    }
    const int reads = log->reads;
    slow->to->read_on();
    run();
    const auto caught_up = slow->take();
    CHECK(caught_up.size() == sent);
    CHECK(slow->to->largest < 70'000);
    CHECK(log->reads - reads < 200);
  }

  TEST_CASE_FIXTURE(log_fixture, "a follower that leaves is done at once, not at the next line") {
    const auto r = follow();
    REQUIRE(r->to->waiting);
    r->to->leave();
    run();
    CHECK(r->done);
    CHECK(log.use_count() == 2);
  }

  TEST_CASE_FIXTURE(log_fixture, "a log that cannot be read any more cuts the answer") {
    const auto r = follow();
    log->failure = error{errc::io, "disk"};
    log->out("x");
    run();
    CHECK(r->done);
    CHECK(r->cut);
  }

  TEST_CASE("D-20 the recorded cases, and frames that arrive together or in pieces") {
    const auto file = vectors();
    const auto* cases = file.find("cases")->array();
    REQUIRE(cases);
    int replayed = 0;
    for (const auto& one : *cases) {
      const auto id = *one.find_text("id");
      CAPTURE(id);
      const auto* writes = one.find("daemon_writes");
      const auto* body = one.find("response")->find_text("body");
      if (!writes || !writes->object() || !body || has_no_counterpart(id))
        continue;
      log_fixture f;
      size_t container = 0;
      for (const auto& [cid, chunks] : *writes->object()) {
        std::string all;
        for (const auto& chunk : *chunks.array())
          all += from_hex(*chunk.text());
        if (cid != "cid2") // the payment side container, which does not exist here
          for (const auto& [stream, text] : frames_of(all))
            stream == 2 ? f.log->err(text, container) : f.log->out(text, container);
        ++container;
      }
      std::string wanted = *body;
      if (id == "logs-coalesced")
        wanted = "_web stdout first\n_web stderr second\n";
      if (id == "logs-split")
        wanted = "_web stdout splitted-line\n";
      if (id == "logs-basic") // whose order is not defined
        wanted = "_web stdout hello\n_web stderr oops\n_side_car stdout side\n";
      CHECK(f.read_once()->take() == wanted);
      ++replayed;
    }
    CHECK(replayed == 11);
  }
}
