#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/image_store.hpp"
#include "runtime/pods/oci/pull.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <thread>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/image_store");

namespace {

std::string reference_of(char digit) { return "127.0.0.1:1/x@sha256:" + std::string(64, digit); }

// What a pull leaves.
status fill(const std::string& dir) {
  if (auto made = make_dirs(dir + "/rootfs", 0755); !made)
    return made;
  return write_text(dir + "/config.json", R"({"config":{"Cmd":["/x"]}})");
}

} // namespace

TEST_CASE("an image is pulled once and found from then on") {
  const tests::temp_dir dir;
  int pulls = 0;
  image_store store{dir.path(), [&](const auto&, const auto& into, auto) {
                      ++pulls;
                      return fill(into);
                    }};
  CHECK(store.find(reference_of('a')).error().code == errc::image_unavailable);
  std::string told;
  REQUIRE(store.ensure(reference_of('a'), [&](const auto& step) { told = step; }, {}));
  CHECK(told == "pulling " + reference_of('a'));
  REQUIRE(store.ensure(reference_of('a'), {}, {}));
  CHECK(pulls == 1);
  const auto image = store.find(reference_of('a'));
  REQUIRE(image);
  CHECK(image->config.cmd == std::vector<std::string>{"/x"});
  CHECK(exists(image->rootfs));
  CHECK(store.ensure("untagged", {}, {}).error().code == errc::image_unavailable);
}

TEST_CASE("a failed pull leaves nothing, and what a dead process left is swept") {
  const tests::temp_dir dir;
  image_store store{dir.path(), [](const auto&, const auto& into, auto) -> status {
                      (void)write_text(into + "/half", "x");
                      return error{errc::image_unavailable, "no such image"};
                    }};
  CHECK(store.ensure(reference_of('a'), {}, {}).error().detail == "no such image");
  CHECK(names_in(dir.path())->empty());
  REQUIRE(make_dirs(dir.path() + "/tmp-deadbeef/rootfs", 0755));
  REQUIRE(make_dirs(dir.path() + "/keep", 0755));
  REQUIRE(store.sweep());
  CHECK(*names_in(dir.path()) == std::vector<std::string>{"keep"});
}

TEST_CASE("asks for one image at the same time are one pull, and share its failure") {
  for (const bool works : {true, false}) {
    CAPTURE(works);
    const tests::temp_dir dir;
    std::atomic<int> pulls = 0, good = 0, ended = 0;
    std::latch first{1}, go{1};
    image_store store{dir.path(), [&](const auto&, const auto& into, auto) -> status {
                        ++pulls;
                        first.count_down();
                        go.wait();
                        return works ? fill(into) : status{error{errc::image_unavailable, "no"}};
                      }};
    const auto ask = [&] {
      good += store.ensure(reference_of('a'), {}, {}) ? 1 : 0;
      ++ended;
    };
    std::vector<std::jthread> threads;
    threads.emplace_back(ask);
    first.wait();
    std::latch asking{4};
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        asking.count_down();
        ask();
      });
    asking.wait();
    CHECK(ended == 0);
    go.count_down();
    threads.clear();
    CHECK(good == (works ? 5 : 0));
    if (works)
      CHECK(pulls == 1);
  }
}

TEST_CASE("two images are pulled at once, a third one waits, and waiting can be stopped") {
  const tests::temp_dir dir;
  std::atomic<int> at_once = 0, most = 0;
  std::latch two{2}, go{1};
  image_store store{dir.path(), [&](const auto&, const auto& into, auto) {
                      most = std::max(most.load(), ++at_once);
                      if (!two.try_wait())
                        two.count_down();
                      go.wait();
                      --at_once;
                      return fill(into);
                    }};
  std::vector<std::jthread> threads;
  for (const char digit : {'a', 'b'})
    threads.emplace_back([&, digit] { CHECK(store.ensure(reference_of(digit), {}, {})); });
  two.wait();
  std::stop_source stop;
  stop.request_stop();
  CHECK(store.ensure(reference_of('c'), {}, stop.get_token()).error().code == errc::unavailable);
  CHECK(store.ensure(reference_of('a'), {}, stop.get_token()).error().code == errc::unavailable);
  threads.emplace_back([&] { CHECK(store.ensure(reference_of('c'), {}, {})); });
  go.count_down();
  threads.clear();
  CHECK(most == 2);
  CHECK(store.find(reference_of('c')));
}

TEST_CASE("who waited for a pull that somebody else stopped pulls by itself") {
  const tests::temp_dir dir;
  std::latch pulling{1};
  std::atomic<int> pulls = 0;
  image_store store{dir.path(), [&](const auto&, const auto& into, std::stop_token stop) -> status {
                      if (++pulls > 1)
                        return fill(into);
                      std::latch stopped{1};
                      std::stop_callback on_stop{stop, [&] { stopped.count_down(); }};
                      pulling.count_down();
                      stopped.wait();
                      return error{errc::unavailable, "stopped"};
                    }};
  std::stop_source stop;
  std::jthread first{[&] {
    CHECK(store.ensure(reference_of('a'), {}, stop.get_token()).error().code == errc::unavailable);
  }};
  pulling.wait();
  std::jthread second{[&] { CHECK(store.ensure(reference_of('a'), {}, {})); }};
  stop.request_stop();
  first.join();
  second.join();
  CHECK(pulls == 2);
}

TEST_CASE("what a registry complains of is said for people") {
  const image_reference image{"r.example/x", std::string(64, 'a')};
  struct row {
    const char* complaint;
    const char* words;
  };
  const row rows[] = {
    {"level=fatal msg=\"initializing source docker://x: reading manifest sha256:a in r/x: manifest "
     "unknown: manifest unknown\"",
     "has no such image"},
    {"reading manifest: name unknown: repository name not known to registry", "has no such image"},
    {"unauthorized: authentication required", "refuses access"},
    {"pinging container registry: Get \"https://r/v2/\": http: server gave HTTP response to HTTPS "
     "client",
     "CODIUS_INSECURE_REGISTRIES"},
    {"dial tcp 127.0.0.1:1: connect: connection refused", "cannot be reached"},
    {"dial tcp: lookup r.example: no such host", "cannot be reached"},
    {"x509: certificate signed by unknown authority", "not trusted"},
    {"time=\"2024\" level=fatal msg=\"something else\"\n", ": something else"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.complaint);
    const auto why = explain_pull(image, r.complaint);
    CHECK(why.code == errc::image_unavailable);
    CHECK(why.detail.starts_with(image.pinned()));
    CHECK(why.detail.find(r.words) != std::string::npos);
  }
}

TEST_CASE("an image with links where programs make mounts is refused") {
  for (const char* name : {"/dev", "/proc", "/sys", "/etc", "/run"}) {
    CAPTURE(name);
    const tests::temp_dir dir;
    REQUIRE(::symlink("/tmp", (dir.path() + name).c_str()) == 0);
    const auto done = clean_tree(dir.path(), 1 << 20, 100);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::image_unavailable);
    CHECK(done.error().detail.find(name) != std::string::npos);
  }
}

TEST_CASE("attributes that change an overlay are stripped, and too much is refused") {
  const tests::temp_dir dir;
  REQUIRE(make_dirs(dir.path() + "/etc", 0755));
  REQUIRE(write_text(dir.path() + "/etc/file", std::string(100'000, 'x')));
  const auto file = dir.path() + "/etc/file";
  const bool settable = ::setxattr(file.c_str(), "user.overlay.redirect", "/x", 2, 0) == 0;
  REQUIRE(::symlink("/etc/shadow", (dir.path() + "/etc/link").c_str()) == 0);
  REQUIRE(clean_tree(dir.path(), 1 << 20, 100));
  if (settable)
    CHECK(::getxattr(file.c_str(), "user.overlay.redirect", nullptr, 0) < 0);
  CHECK(exists(dir.path() + "/etc/link"));
  CHECK(clean_tree(dir.path(), 50'000, 100).error().code == errc::image_unavailable);
  CHECK(clean_tree(dir.path(), 1 << 20, 3).error().code == errc::image_unavailable);
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
