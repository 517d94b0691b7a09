#include "net/http/name_look_up.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

namespace codius::net {

namespace {

using addresses = std::vector<asio::ip::address>;

/// Who waits for a look-up. Lives on its I/O thread alone; the threads below hold it weakly.
struct waiter {
  explicit waiter(const asio::any_io_executor& io) : done(io) {}
  asio::steady_timer done;
  result<addresses> found = error{errc::timed_out, {}};
};

struct question {
  std::string host;
  asio::any_io_executor io;
  std::weak_ptr<waiter> who;
};

asio::ip::address address_of(const sockaddr& at) {
  if (at.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &at, sizeof v4);
    return asio::ip::address_v4{ntohl(v4.sin_addr.s_addr)};
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &at, sizeof v6);
  asio::ip::address_v6::bytes_type octets{};
  std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
  return asio::ip::address_v6{octets, v6.sin6_scope_id};
}

result<addresses> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); code != 0)
    return error{errc::unavailable, "could not resolve " + host + ": " + ::gai_strerror(code)};
  addresses out;
  for (const auto* one = list; one != nullptr; one = one->ai_next)
    if (one->ai_family == AF_INET || one->ai_family == AF_INET6)
      out.push_back(address_of(*one->ai_addr));
  ::freeaddrinfo(list);
  if (out.empty())
    return error{errc::unavailable, host + " has no address"};
  return out;
}

} // namespace

/// What the threads share with their owner, and outlive it with.
struct look_up_threads::office {
  size_t most_waiting = 0;
  std::mutex guard;
  std::condition_variable more;
  std::deque<question> waiting;
  bool closed = false;

  bool add(question q);
  bool still_waits(const std::shared_ptr<waiter>& who);
  void work();
  static asio::awaitable<result<addresses>> ask(std::shared_ptr<office> here, std::string host,
                                                asio::steady_timer::time_point due);
};

bool look_up_threads::office::add(question q) {
  const std::lock_guard lock{guard};
  std::erase_if(waiting, [](const question& old) { return old.who.expired(); });
  if (closed || waiting.size() >= most_waiting)
    return false;
  waiting.push_back(std::move(q));
  more.notify_one();
  return true;
}

/// Whether nobody has begun with it.
bool look_up_threads::office::still_waits(const std::shared_ptr<waiter>& who) {
  const std::lock_guard lock{guard};
  for (const auto& q : waiting)
    if (q.who.lock() == who)
      return true;
  return false;
}

void look_up_threads::office::work() {
  std::unique_lock lock{guard};
  for (;;) {
    more.wait(lock, [&] { return closed || !waiting.empty(); });
    if (closed)
      return;
    auto next = std::move(waiting.front());
    waiting.pop_front();
    if (next.who.expired()) // its time was over before anybody came to it
      continue;
    lock.unlock();
    auto found = look_up(next.host);
    lock.lock();
    if (closed) // and the context perhaps gone
      return;
    asio::post(next.io, [who = std::move(next.who), found = std::move(found)]() mutable {
      if (const auto w = who.lock()) {
        w->found = std::move(found);
        w->done.cancel();
      }
    });
  }
}

asio::awaitable<result<addresses>>
look_up_threads::office::ask(std::shared_ptr<office> here, std::string host,
                             asio::steady_timer::time_point due) {
  const auto io = co_await asio::this_coro::executor;
  const auto me = std::make_shared<waiter>(io);
  me->done.expires_at(due);
  question q{host, io, me};
  if (!here->add(std::move(q)))
    co_return error{errc::busy, "too many names are being looked up"};
  boost::system::error_code ec;
  co_await me->done.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  if (!me->found && me->found.error().code == errc::timed_out)
    co_return error{here->still_waits(me) ? errc::busy : errc::timed_out, "looking up " + host};
  co_return std::move(me->found);
}

look_up_threads::look_up_threads(size_t threads, size_t most_waiting)
  : office_(std::make_shared<office>()) {
  office_->most_waiting = most_waiting;
  for (size_t i = 0; i < threads; ++i)
    std::thread{[shared = office_] { shared->work(); }}.detach();
}

look_up_threads::~look_up_threads() {
  const std::lock_guard lock{office_->guard};
  office_->closed = true;
  office_->waiting.clear();
  office_->more.notify_all();
}

name_look_up look_up_threads::door() const {
  return [here = office_](std::string host, asio::steady_timer::time_point due) {
    return office::ask(here, std::move(host), due);
  };
}

} // namespace codius::net
