// The event log: page by page, or as it grows.
#include "actors/admin/admin_api.hpp"
#include "actors/http_ingress/answers.hpp"
#include "net/http/event_stream.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/store/event_chain.hpp"

#include <algorithm>
#include <charconv>

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;
using runtime::json_array;
using runtime::json_object;

namespace {

constexpr uint64_t most_listed = 1000;
constexpr size_t followed_at_once = 100;
// Numbers of rows are JSON numbers, which are whole up to here.
constexpr uint64_t most_seq = 1ull << 53;

std::optional<uint64_t> read_number(const std::string& text, uint64_t least, uint64_t most) {
  uint64_t n = 0;
  const auto* end = text.data() + text.size();
  const auto [at, bad] = std::from_chars(text.data(), end, n);
  if (text.empty() || bad != std::errc{} || at != end || n < least || n > most)
    return std::nullopt;
  return n;
}

struct follower {
  caf::actor_system& system;
  std::shared_ptr<runtime::event_bell::seat> seat;
  get_events query;
};

asio::awaitable<net::event_batch> next_events(std::shared_ptr<follower> f,
                                              std::function<void()> again) {
  net::event_batch out;
  const auto keeper = runtime::find<keeper_actor>(f->system, role::keeper);
  auto query = f->query;
  const auto page = co_await runtime::ask<event_list>(f->system, keeper, 10s, std::move(query));
  if (!page)
    co_return out; // it restarts: asked again with the next news, or heartbeat
  if (std::exchange(f->query.latest, false)) {
    f->query.after = page->head.seq;
    f->query.limit = followed_at_once;
    again(); // what came since
    co_return out;
  }
  for (const auto& e : page->events)
    out.events.push_back({std::to_string(e.seq), e.kind, dump(runtime::event_json(e))});
  if (page->events.empty()) {
    f->query.after = std::min(f->query.after, page->head.seq); // asked for from the future on
  } else {
    f->query.after = page->events.back().seq;
    again(); // there may be more than one page
  }
  co_return out;
}

asio::awaitable<void> send_news(net::body_writer& to, std::shared_ptr<follower> f) {
  const auto wake = to.waker();
  f->seat->on_news(wake);
  const std::function<asio::awaitable<net::event_batch>()> next
    = [f, wake] { return next_events(f, wake); };
  co_await net::send_events(to, next);
}

} // namespace

/// With `after` what follows that row, else the latest; with `follow=true` without end.
asio::awaitable<http_response> admin_api::list_events(call c) {
  get_events query;
  const auto* follow = c.req.find_query("follow");
  const bool on = follow != nullptr && *follow == "true";
  const auto* after = c.req.find_query("after");
  if (on && after == nullptr)
    after = c.req.fields.find("last-event-id"); // an EventSource that lost its connection
  query.latest = after == nullptr;
  if (after != nullptr) {
    const auto n = read_number(*after, 0, most_seq);
    if (!n)
      co_return error_answer({errc::invalid, "after must be the number of a row, or 0"});
    query.after = *n;
  }
  if (const auto* limit = c.req.find_query("limit")) {
    const auto n = read_number(*limit, 1, most_listed);
    if (!n)
      co_return error_answer({errc::invalid, "limit must be a whole number from 1 to 1000"});
    query.limit = *n;
  }
  if (on)
    co_return follow_events(std::move(query));
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  const auto page = co_await runtime::ask<event_list>(system_, keeper, 10s, std::move(query));
  if (!page)
    co_return error_answer(page.error());
  json_array events;
  for (const auto& e : page->events)
    events.emplace_back(runtime::event_json(e));
  co_return json_answer(200, json_object{{"events", std::move(events)},
                                         {"anchor", runtime::point_json(page->anchor)},
                                         {"head", runtime::point_json(page->head)}});
}

http_response admin_api::follow_events(get_events query) {
  auto seat = settings_.bell->sit();
  if (!seat) {
    auto out = error_answer({errc::no_capacity, "too many follow the event log already; end one"});
    out.fields.set("retry-after", "10");
    return out;
  }
  query.limit = query.latest ? 1 : followed_at_once;
  auto f = std::make_shared<follower>(follower{system_, std::move(seat), std::move(query)});
  return net::event_stream_response(
    net::produce([f](net::body_writer& to) { return send_news(to, f); }));
}

} // namespace codius::actors
