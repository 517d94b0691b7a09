#include "net/http/unix_door.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace codius;

TEST_SUITE("net/http/unix_door") {
  TEST_CASE("the socket is its owner's alone") {
    const tests::temp_dir dir;
    const auto path = dir.path() + "/door.sock";
    const auto fd = net::listen_at_path(path);
    REQUIRE(fd);
    struct stat what {};
    REQUIRE(::stat(path.c_str(), &what) == 0);
    CHECK(S_ISSOCK(what.st_mode));
    CHECK((what.st_mode & 0777) == 0600);
    CHECK(::access((path + ".new").c_str(), F_OK) != 0);
    ::close(*fd);
  }

  TEST_CASE("one that listens is left alone, one of the dead is replaced") {
    const tests::temp_dir dir;
    const auto path = dir.path() + "/door.sock";
    const auto first = net::listen_at_path(path);
    REQUIRE(first);
    const auto second = net::listen_at_path(path);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == errc::conflict);
    ::close(*first);
    const auto third = net::listen_at_path(path);
    REQUIRE(third);
    ::close(*third);
  }

  TEST_CASE("what cannot be is said") {
    const tests::temp_dir dir;
    CHECK(net::listen_at_path(dir.path() + "/no/such/door").error().code == errc::io);
    CHECK(net::listen_at_path("/" + std::string(200, 'x')).error().code == errc::invalid);
  }
}
