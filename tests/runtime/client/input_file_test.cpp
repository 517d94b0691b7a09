#include "runtime/client/input_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace codius;
using namespace codius::client;

namespace {

struct input_fixture {
  tests::temp_dir dir;
  std::string path{dir.path() + "/file"};

  void write(const std::string& text) { std::ofstream{path, std::ios::binary} << text; }
  std::string why(const input_limits& limits) {
    const auto got = read_input(path, limits);
    return got ? "nothing is wrong" : got.failure().what;
  }
};

} // namespace

TEST_SUITE("runtime/client/input_file") {
  TEST_CASE_FIXTURE(input_fixture, "a file is read whole, up to its limit") {
    for (size_t size : {size_t{0}, size_t{1}, size_t{65536}, size_t{65537}, size_t{200'000}}) {
      CAPTURE(size);
      const std::string text(size, 'x');
      write(text);
      const auto got = read_input(path, {.most = 200'000});
      REQUIRE(got);
      CHECK(**got == text);
    }
    CHECK(why({.most = 199'999}) == path + " is larger than 199999 bytes, which no manifest needs");
  }

  TEST_CASE_FIXTURE(input_fixture, "no file is no failure; what is no file is one") {
    const auto none = read_input(path, {});
    REQUIRE(none);
    CHECK(!*none);
    CHECK(!*read_input(path + "/below", {}));
    path = dir.path();
    CHECK(why({}) == path + " is no file, but a directory");
    path = "/dev/zero";
    CHECK(why({}) == "/dev/zero is larger than 1 MiB, which no manifest needs");
  }

  TEST_CASE_FIXTURE(input_fixture, "a pipe that nobody writes to is not waited for without end") {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(why({.patience = std::chrono::milliseconds{1}})
          == path + " is a pipe, and nothing comes out of it");
  }

  TEST_CASE_FIXTURE(input_fixture, "a pipe with a writer is read to its end") {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const int writer = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(::write(writer, "text", 4) == 4);
    const int reader = ::open(path.c_str(), O_RDONLY | O_CLOEXEC); // keeps what was written
    ::close(writer);
    CHECK(**read_input(path, {}) == "text");
    ::close(reader);
  }

  TEST_CASE_FIXTURE(input_fixture, "- is standard input, where there is one") {
    write("in");
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    CHECK(**read_input("-", {.standard_input = fd}) == "in");
    ::close(fd);
    CHECK(!*read_input("-", {}));
    CHECK(input_name("-") == "standard input");
    CHECK(input_name("a\nb") == "a?b");
  }
}
