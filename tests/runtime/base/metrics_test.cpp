#include "runtime/base/metrics.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace codius::runtime;

namespace {

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_SUITE("runtime/base/metrics") {
  TEST_CASE("what was counted is rendered, names sorted") {
    metrics all;
    const auto uploads = all.counter("codius_uploads_total", "Uploads.", {{"outcome", "paid"}});
    uploads.add();
    uploads.add(2);
    uploads.add(-5);
    all.gauge("codius_pods", "Pods that run.").set(7);
    all.gauge("codius_pods", "Pods that run.").add(-3);
    all.histogram("codius_seconds", "Time.", {0.1, 1}).observe(0.5);
    const auto text = all.render();
    CHECK(has(text, "# TYPE codius_uploads_total counter"));
    CHECK(has(text, "codius_uploads_total{outcome=\"paid\"} 3"));
    CHECK(has(text, "codius_pods 4"));
    CHECK(has(text, "codius_seconds_bucket{le=\"0.1\"} 0"));
    CHECK(has(text, "codius_seconds_bucket{le=\"1\"} 1"));
    CHECK(has(text, "codius_seconds_count 1"));
    CHECK(text.find("codius_pods") < text.find("codius_seconds"));
    CHECK(text.find("codius_seconds") < text.find("codius_uploads_total"));
  }

  TEST_CASE("a label's value cannot start a line of its own") {
    metrics all;
    all.counter("n", "N.", {{"peer", "x\"\nfake 1\\"}}).add();
    CHECK(has(all.render(), R"(n{peer="x\"\nfake 1\\"} 1)"));
  }

  TEST_CASE("too many label values are counted together") {
    metrics all;
    for (int i = 0; i < 1000; ++i)
      all.counter("n", "N.", {{"peer", std::to_string(i)}}).add();
    const auto text = all.render();
    CHECK(has(text, "n{peer=\"199\"} 1"));
    CHECK(has(text, "n{peer=\"other\"} 800"));
    CHECK(text.find("peer=\"200\"") == std::string::npos);
    all.counter("n", "N.", {{"peer", "0"}}).add();
    CHECK(has(all.render(), "n{peer=\"0\"} 2"));
  }

  TEST_CASE("wrong names and mixed kinds are faults of ours") {
    metrics all;
    (void)all.counter("n", "N.");
    CHECK_THROWS_AS((void)all.gauge("n", "N."), std::invalid_argument);
    CHECK_THROWS_AS((void)all.gauge("no name", "N."), std::invalid_argument);
    CHECK_THROWS_AS((void)all.histogram("h", "H.", {2, 1}), std::invalid_argument);
  }

  TEST_CASE("a handle made by default counts into nothing") {
    counter{}.add();
    gauge{}.set(1);
    histogram{}.observe(1);
  }
}
