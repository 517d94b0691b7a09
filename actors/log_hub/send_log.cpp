#include "actors/log_hub/send_log.hpp"

#include "runtime/base/on_pool.hpp"

#include <stdexcept>

namespace codius::actors {

namespace {

constexpr std::chrono::seconds ping_every{1};
constexpr int most_pings_held = 9;

/// The literal line `ping`, each second. It would not be a line behind one that has not ended, so
/// it is held back then, but not for ever: a client that vanished shows only when it is written to.
struct heart {
  net::body_writer::time_point due;
  int held = 0;
  bool inside_line = false;

  /// True when it is time to say so; counts on.
  bool beats(net::body_writer::time_point now) {
    if (now < due)
      return false;
    // Not `now`, or the beat would drift; but what was missed is not made up for.
    due += ping_every;
    if (due <= now)
      due = now + ping_every;
    return true;
  }
  bool may_speak() {
    if (inside_line && ++held <= most_pings_held)
      return false;
    held = 0;
    inside_line = false;
    return true;
  }
};

asio::awaitable<log_seat::text> next_text(std::shared_ptr<log_seat> seat,
                                          asio::any_io_executor disk, bool flush) {
  if (auto known = seat->peek(flush))
    co_return known;
  std::function<result<log_seat::text>()> fetch = [seat, flush] { return seat->fetch(flush); };
  auto read = co_await runtime::on_pool(std::move(disk), std::move(fetch));
  if (!read)
    throw std::runtime_error("log: " + read.error().detail);
  co_return std::move(*read);
}

} // namespace

asio::awaitable<void> send_log(net::body_writer& to, std::shared_ptr<log_seat> seat,
                               asio::any_io_executor disk, bool follow) {
  seat->on_news(to.waker());
  heart ping{to.now() + ping_every};
  bool flush = false; // once a second also the line that has not ended
  for (bool on = true; on && !(follow && to.over());) {
    // Asked before reading: what came before the end is still to be read.
    const bool last = seat->ended();
    const auto text = co_await next_text(seat, disk, flush || last);
    flush = false;
    if (!text->empty()) {
      ping.inside_line = text->back() != '\n';
      on = co_await to.write(*text);
    } else if (last) {
      co_return;
    }
    if (follow && on && ping.beats(to.now())) {
      flush = true;
      if (ping.may_speak())
        on = co_await to.write("ping\n");
    } else if (on && text->empty()) {
      on = co_await to.wait_until(ping.due);
    }
  }
}

} // namespace codius::actors
