#include "runtime/client/progress.hpp"
#include "tests/support/fake_world.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace codius;
using namespace codius::client;
using namespace std::chrono_literals;

namespace {

struct progress_fixture {
  std::string err;
  tests::fake_world time;
  console where{{}, [this](std::string_view t) { err += t; }, {}, {}, -1};

  std::string take() { return std::exchange(err, {}); }
};

std::map<std::string, std::string> with(std::map<std::string, std::string> more) {
  more.emplace("LANG", "en_US.UTF-8");
  return more;
}

text_style style(bool terminal, unsigned columns, std::map<std::string, std::string> variables) {
  return style_of(terminal, columns, [v = std::move(variables)](const char* name) {
    const auto it = v.find(name);
    return it == v.end() ? std::string{} : it->second;
  });
}

} // namespace

TEST_SUITE("runtime/client/progress") {
  TEST_CASE_FIXTURE(progress_fixture, "elsewhere than on a terminal each step is one plain line") {
    progress p{where, time.door()};
    p.begin("price", "asking http://h for its price");
    time.advance(120ms);
    p.tick();
    CHECK(take() == "");
    p.end("5 XRP");
    CHECK(take() == "price: 5 XRP (0.12 s)\n");
    CHECK(!p.under_way());
    p.end("twice");
    CHECK(take() == "");
  }

  TEST_CASE_FIXTURE(progress_fixture, "a long wait says whom it waits for, now and then") {
    progress p{where, time.door()};
    p.begin("host", "waiting for http://h");
    time.advance(9'999ms);
    p.tick();
    CHECK(take() == "");
    time.advance(1ms);
    p.tick();
    p.tick();
    CHECK(take() == "host: still waiting for http://h (10 s)\n");
    p.update("waiting for somebody else");
    time.advance(30s);
    p.tick();
    CHECK(take() == "host: still waiting for somebody else (40 s)\n");
    p.fail();
    CHECK(take() == "");
    p.tick();
    CHECK(take() == "");
  }

  TEST_CASE_FIXTURE(progress_fixture, "a terminal sees one line that changes") {
    where.err_style = style(true, 60, with({{"NO_COLOR", "1"}}));
    progress p{where, time.door()};
    p.begin("price", "asking");
    CHECK(take() == "⠋ price      asking" + std::string(33, ' ') + " 0.00 s");
    time.advance(100ms);
    p.tick();
    CHECK(take() == "\r\x1b[K⠙ price      asking" + std::string(33, ' ') + " 0.10 s");
    p.end("5 XRP");
    CHECK(take() == "\r\x1b[K✓ price      5 XRP" + std::string(34, ' ') + " 0.10 s\n");
    p.begin("host", "waiting");
    take();
    p.note("A note.");
    CHECK(take() == "\r\x1b[KA note.\n");
    p.fail();
    CHECK(take() == "✗ host       waiting" + std::string(32, ' ') + " 0.00 s\n");
  }

  TEST_CASE_FIXTURE(progress_fixture, "a line under way never wraps, an ended one says all") {
    where.err_style = style(true, 40, with({{"NO_COLOR", "1"}}));
    progress p{where, time.door()};
    p.begin("hash", std::string(100, 'x'));
    CHECK(take() == "⠋ hash       " + std::string(19, 'x') + " 0.00 s");
    p.end(std::string(100, 'y'));
    CHECK(take() == "\r\x1b[K✓ hash       " + std::string(100, 'y') + " 0.00 s\n");
  }

  TEST_CASE("what a terminal can do follows the environment") {
    CHECK(style(true, 0, with({})).columns == 80);
    CHECK(style(true, 5, with({})).columns == 80);
    CHECK(style(true, 120, with({})).columns == 120);
    CHECK(style(true, 80, with({})).colour);
    CHECK(style(true, 80, with({})).utf8);
    CHECK(!style(true, 80, with({{"NO_COLOR", "1"}})).colour);
    CHECK(!style(true, 80, with({{"TERM", "dumb"}})).terminal);
    CHECK(!style(true, 80, {}).utf8);
    CHECK(!style(true, 80, with({{"LC_ALL", "C"}})).utf8);
    const auto pipe = style(false, 80, with({}));
    CHECK(!(pipe.terminal || pipe.colour || pipe.utf8));
    CHECK(tinted(pipe, tint::good, "x") == "x");
    CHECK(tinted(style(true, 80, {}), tint::bad, "x") == "\x1b[31mx\x1b[0m");
  }
}
