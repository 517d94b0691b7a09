#include "runtime/pods/oci/file_log.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::oci;
using namespace std::chrono_literals;

namespace {

/// Directories as a pod's containers have them, and what conmon does in them.
struct log_fixture {
  tests::temp_dir root;
  std::shared_ptr<dir_watch> watch;
  std::unique_ptr<file_log> log;
  log_position at;

  log_fixture() {
    make_dirs();
    auto made = dir_watch::make();
    REQUIRE(made);
    watch = *made;
    log = std::make_unique<file_log>(std::vector{dir(0), dir(1)}, watch);
  }

  std::string dir(int container) { return root.path() + "/" + std::to_string(container); }
  void make_dirs() {
    for (int i : {0, 1})
      std::filesystem::create_directory(dir(i));
  }
  void write(int container, const std::string& text, const char* tag = "F") {
    std::ofstream{dir(container) + "/log", std::ios::app}
      << "2026-01-02T03:04:05.678901234+00:00 stdout " << tag << " " << text << "\n";
  }
  /// A full log is replaced by an empty one.
  void rotate(int container) {
    std::ofstream{dir(container) + "/log.tmp"};
    std::filesystem::rename(dir(container) + "/log.tmp", dir(container) + "/log");
  }
  void make_pod_anew() {
    for (int i : {0, 1})
      std::filesystem::remove_all(dir(i));
    make_dirs();
  }

  /// All that there is now, in one text.
  std::string read(bool flush = false) {
    std::string out;
    for (;;) {
      auto part = log->read(at, flush);
      REQUIRE(part);
      at = part->next;
      if (part->pieces.empty())
        return out;
      for (const auto& piece : part->pieces)
        out += std::to_string(piece.container) + " " + piece.text;
    }
  }
};

} // namespace

TEST_SUITE("runtime/pods/oci/file_log") {
  TEST_CASE_FIXTURE(log_fixture, "nothing is read before something was written") {
    CHECK(read() == "");
    CHECK(log->size() == 0);
    write(0, "first");
    CHECK(read() == "0 first\n");
    CHECK(read() == "");
    write(1, "second");
    write(0, "third");
    CHECK(read() == "0 third\n1 second\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "a large log comes in bounded parts and whole") {
    std::string wanted;
    for (int i = 0; i < 5000; ++i) {
      write(0, "line " + std::to_string(i));
      wanted += "0 line " + std::to_string(i) + "\n";
    }
    const auto part = log->read({}, false);
    REQUIRE(part);
    CHECK(part->octets <= 64 * 1024);
    CHECK(part->octets > 16 * 1024);
    CHECK(read() == wanted);
  }

  TEST_CASE_FIXTURE(log_fixture, "a line longer than a part is passed on in pieces") {
    for (int i = 0; i < 20; ++i)
      write(0, std::string(8000, 'x'), "P");
    write(0, "end");
    std::string line;
    const auto text = read();
    for (const char c : text)
      if (c == 'x')
        line += c;
    CHECK(line.size() == 20 * 8000);
    CHECK(text.ends_with("xend\n"));
  }

  TEST_CASE_FIXTURE(log_fixture, "a log that was replaced is read to its end, then the new one") {
    write(0, "a");
    CHECK(read() == "0 a\n");
    write(0, "b");
    write(0, "c", "P"); // its end went to the next file
    rotate(0);
    write(0, "d");
    CHECK(read() == "0 b\n0 c0 d\n");
    write(0, "e");
    CHECK(read() == "0 e\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "a reader that was overtaken twice goes on with what is kept") {
    write(0, "a");
    CHECK(read() == "0 a\n");
    const auto behind = at;
    for (const char* text : {"b", "c", "d"}) {
      rotate(0);
      write(0, text);
      (void)read();
    }
    at = behind;
    CHECK(read() == "0 d\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "a file that was emptied in place is read from its start") {
    write(0, "aaaa");
    CHECK(read() == "0 aaaa\n");
    std::filesystem::resize_file(dir(0) + "/log", 0);
    CHECK(read() == "");
    write(0, "b");
    CHECK(read() == "0 b\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "a pod that is made anew: the last words of the old one, then the new") {
    write(0, "a");
    CHECK(read() == "0 a\n");
    write(0, "last words");
    write(1, "unheard");
    make_pod_anew();
    CHECK(read() == "0 last words\n"); // of a file without a name; the other was never opened
    write(0, "b");
    write(1, "c");
    log->renewed();
    CHECK(read() == "0 b\n1 c\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "a reader begins with the run before, and one who knows it goes on") {
    write(0, "old");
    CHECK(read() == "0 old\n");
    const auto knows = at;
    std::filesystem::rename(dir(0) + "/log", root.path() + "/kept");
    make_pod_anew();
    std::filesystem::rename(root.path() + "/kept", dir(0) + "/log.before");
    log->renewed();
    at = {};
    CHECK(read() == "0 old\n"); // the new container has said nothing yet
    write(0, "new");
    const auto size = log->size();
    CHECK(read() == "0 new\n");
    at = {};
    CHECK(read() == "0 old\n0 new\n");
    uint64_t octets = 0;
    for (log_position p;;) {
      const auto part = log->read(p, false);
      if (part->pieces.empty())
        break;
      octets += part->octets;
      p = part->next;
    }
    CHECK(octets == size);
    at = knows;
    CHECK(read() == "0 new\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "news are told: a write, a new file, and again after the pod was made anew") {
    std::mutex guard;
    std::condition_variable news;
    int told = 0;
    REQUIRE(log->on_more([&] {
      const std::lock_guard lock{guard};
      ++told;
      news.notify_all();
    }));
    const auto told_since = [&](int before) {
      std::unique_lock lock{guard};
      return news.wait_for(lock, 20s, [&] { return told > before; });
    };
    const auto so_far = [&] {
      const std::lock_guard lock{guard};
      return told;
    };
    write(0, "a");
    CHECK(told_since(0));
    CHECK(read() == "0 a\n");
    auto before = so_far();
    rotate(1);
    CHECK(told_since(before));
    make_pod_anew();
    log->renewed();
    before = so_far();
    write(1, "b");
    CHECK(told_since(before));
    CHECK(read() == "1 b\n");
  }

  TEST_CASE_FIXTURE(log_fixture, "a directory that is not there yet is watched once it is") {
    std::promise<void> told;
    auto once = std::make_shared<std::once_flag>();
    file_log other{{root.path() + "/later"}, watch};
    REQUIRE(other.on_more([&, once] { std::call_once(*once, [&] { told.set_value(); }); }));
    std::filesystem::create_directory(root.path() + "/later");
    other.renewed();
    std::ofstream{root.path() + "/later/log"} << "x";
    CHECK(told.get_future().wait_for(20s) == std::future_status::ready);
  }

  TEST_CASE_FIXTURE(log_fixture, "when a listener is taken away it is not called any more") {
    auto alive = std::make_shared<int>(0);
    REQUIRE(log->on_more([alive] { ++*alive; }));
    std::thread writer{[&] {
      for (int i = 0; i < 1000; ++i)
        write(0, "x");
    }};
    REQUIRE(log->on_more({}));
    CHECK(alive.use_count() == 1);
    const int then = *alive;
    writer.join();
    CHECK(*alive == then);
  }

  TEST_CASE_FIXTURE(log_fixture, "a link in place of a log is not followed") {
    std::ofstream{root.path() + "/secret"} << "2026 stdout F secret\n";
    std::filesystem::create_symlink(root.path() + "/secret", dir(0) + "/log");
    CHECK(read() == "");
  }
}
