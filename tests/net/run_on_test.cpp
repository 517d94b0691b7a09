#include "net/run_on.hpp"

#include "tests/net/http/http_fixture.hpp"

#include <string>

using namespace codius;
using namespace codius::test;

namespace {

struct threads {
  std::thread::id before, during, after;
  std::string said;
};

asio::awaitable<threads> go_there_and_back(asio::any_io_executor there) {
  threads out;
  out.before = std::this_thread::get_id();
  auto work = [] { return std::pair{std::this_thread::get_id(), std::string(1000, 'x')}; };
  auto [during, said] = co_await net::run_on(there, work);
  out.during = during;
  out.said = std::move(said);
  out.after = std::this_thread::get_id();
  co_return out;
}

} // namespace

TEST_SUITE("net/run_on") {
  TEST_CASE("the work is done elsewhere, and the coroutine goes on where it was") {
    io_threads here;
    io_threads there;
    for (int i = 0; i < 100; ++i) {
      const auto went = here.wait(go_there_and_back(there.front().get_executor()));
      CHECK(went.before == went.after);
      CHECK(went.during != went.before);
      CHECK(went.said == std::string(1000, 'x'));
    }
  }
}
