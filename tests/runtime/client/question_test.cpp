// What a person is asked before anything is paid, and what their answers do.
#include "runtime/client/question.hpp"
#include "tests/runtime/client/paid_fixture.hpp"

#include <csignal>
#include <utility>

using namespace codius;
using namespace codius::client;
using namespace codius::tests;

namespace {

/// Somebody who types `line` when asked.
struct asked_fixture : paid_fixture {
  explicit asked_fixture() {
    REQUIRE(::pipe(ends) == 0);
    options.assume_yes = false;
    world.streams.question_fd = ends[0];
  }
  ~asked_fixture() {
    ::close(ends[0]);
    if (ends[1] >= 0)
      ::close(ends[1]);
  }
  void type(std::string_view text) {
    REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  int ends[2] = {-1, -1};
};

} // namespace

TEST_SUITE("runtime/client/question") {
  TEST_CASE_FIXTURE(asked_fixture, "yes pays") {
    fake_host host;
    type("y\n");
    REQUIRE(upload_to(host).end);
    CHECK(err.find("Run it at " + host.url()
                   + " for 10 minutes, and pay at most 0.00000101 XRP "
                     "(1010 units)? [y/N] ")
          != err.npos);
  }

  TEST_CASE_FIXTURE(asked_fixture, "an empty line, another word and the end of the input mean no") {
    for (const std::string line : {"\n", "no\n", "yesno\n", ""}) {
      CAPTURE(line);
      fake_host host;
      type(line);
      if (line.empty())
        ::close(std::exchange(ends[1], -1));
      const auto why = fail_at(host);
      CHECK(why.code == exit_code::user);
      CHECK(why.what == "not confirmed");
      CHECK(host.received() == 0);
      for (const auto& r : host.requests())
        CHECK(r.method == "OPTIONS");
    }
  }

  TEST_CASE_FIXTURE(asked_fixture, "Ctrl-C at the question ends it") {
    fake_host host;
    const auto say = world.streams.err;
    world.streams.err = [say](std::string_view text) {
      say(text);
      if (text.find("[y/N]") != text.npos)
        ::kill(::getpid(), SIGINT);
    };
    CHECK(fail_at(host).code == exit_code::interrupted);
    CHECK(host.received() == 0);
  }

  TEST_CASE_FIXTURE(asked_fixture, "another asset is asked about again when its rate is known") {
    fake_host host{{.unit = R"(,"assetCode":"EUR","assetScale":2)",
                    .worth = 3,
                    .asset_code = "EUR",
                    .asset_scale = 2}};
    int questions = 0;
    const auto say = world.streams.err;
    world.streams.err = [&, say](std::string_view text) {
      say(text);
      if (text.find("[y/N]") != text.npos && ++questions <= 2)
        type("y\n");
    };
    REQUIRE(upload_to(host).end);
    CHECK(questions == 2);
    CHECK(
      err.find("That is 0.000003001 XRP (3001 units) at the exchange rate of the way to the host. "
               "Pay at most 0.000003032 XRP (3032 units)? [y/N] ")
      != err.npos);
  }
}
