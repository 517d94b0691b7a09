#include "runtime/client/crowd.hpp"

#include "net/ilp/delay.hpp"

#include <algorithm>
#include <memory>

namespace codius::client {

namespace {

struct crowd {
  crowd(asio::any_io_executor io, std::vector<std::function<asio::awaitable<void>()>> all)
    : work(std::move(all)), over(io, net::steady_delay(io)) {}
  std::vector<std::function<asio::awaitable<void>()>> work;
  size_t next = 0;
  size_t busy = 0;
  net::wake_up over;
};

asio::awaitable<void> take_turns(std::shared_ptr<crowd> all) {
  while (all->next < all->work.size()) {
    auto job = all->work[all->next++]();
    co_await std::move(job);
  }
  if (--all->busy == 0)
    all->over.notify();
}

} // namespace

asio::awaitable<void> all_of(std::vector<std::function<asio::awaitable<void>()>> work,
                             size_t at_once) {
  if (work.empty())
    co_return;
  const asio::any_io_executor io = co_await asio::this_coro::executor;
  const auto all = std::make_shared<crowd>(io, std::move(work));
  all->busy = std::min(std::max<size_t>(at_once, 1), all->work.size());
  for (size_t i = all->busy; i > 0; --i)
    asio::co_spawn(io, take_turns(all), asio::detached);
  (void)co_await all->over.wait(std::chrono::hours{24 * 365});
}

} // namespace codius::client
