// Sales that nobody waits for, and the records of all.
#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "actors/http_ingress/upload_text.hpp"
#include "net/http/event_stream.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"

#include <array>
#include <charconv>

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;

namespace {

http_response later(http_response out) {
  out.fields.set("retry-after", "10");
  return out;
}

error no_such_upload(const std::string& id) {
  return {errc::not_found, "no upload with id " + id + ", or not any more"};
}

/// Who follows a record, and what was sent of it.
struct follower {
  caf::actor_system& system;
  net::http_uri public_uri;
  std::string id;
  std::shared_ptr<upload_watch::seat> seat;
  uint64_t seen = 0; ///< the version that the client has
};

/// Each event is the whole record: who missed some has missed nothing.
asio::awaitable<net::event_batch> news_of(std::shared_ptr<follower> f) {
  net::event_batch out;
  const auto keeper = runtime::find<keeper_actor>(f->system, role::keeper);
  get_upload query{f->id};
  const auto view = co_await runtime::ask<upload_view>(f->system, keeper, 10s, std::move(query));
  if (!view) {
    // A ledger that restarts rings when it is back.
    out.last = view.error().code == errc::not_found;
    co_return out;
  }
  if (view->version != f->seen)
    out.events.push_back({std::to_string(view->version), to_string(view->state),
                          dump(upload_json(*view, f->public_uri))});
  f->seen = view->version;
  out.last = view->over();
  co_return out;
}

asio::awaitable<void> send_news(net::body_writer& to, std::shared_ptr<follower> f) {
  f->seat->on_news(to.waker());
  std::function<asio::awaitable<net::event_batch>()> next = [f] { return news_of(f); };
  co_await net::send_events(to, std::move(next));
}

/// Versions begin at 1, so that 0 is what nobody has seen.
uint64_t last_seen(const net::http_request& req) {
  const auto text = req.fields.get("last-event-id");
  uint64_t out = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
  return bad == std::errc{} && end == text.data() + text.size() ? out : 0;
}

} // namespace

std::string api::new_upload_id() const {
  std::array<std::byte, 16> octets{};
  world_.random_bytes(octets);
  return to_hex(octets);
}

asio::awaitable<result<upload_view>> api::find_upload(std::string id) {
  if (!is_upload_id(id))
    co_return no_such_upload(id);
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  get_upload query{id};
  auto view = co_await runtime::ask<upload_view>(system_, keeper, 10s, std::move(query));
  if (!view && view.error().code == errc::not_found)
    co_return no_such_upload(id);
  co_return view;
}

/// Refused at once for what costs nothing to see; the rest is in the record.
asio::awaitable<http_response> api::run_sale_later(sell request) {
  if (request.kind == sale_kind::upload && settings_.terms.board->current()->draining) {
    const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
    get_record query{request.pod};
    const auto pod = co_await runtime::ask<pod_record>(system_, keeper, 10s, std::move(query));
    const error refused{errc::draining, draining_text};
    if (!pod || pod->phase == pod_phase::expiring)
      co_return error_answer(refused);
  }
  request.waits = true;
  const auto sales = runtime::find<sales_actor>(system_, role::sales);
  sell_later order{std::move(request)};
  const auto record = co_await runtime::ask<upload_view>(system_, sales, 20s, std::move(order));
  if (!record)
    co_return later(error_answer(record.error()));
  auto out = json_answer(202, upload_json(*record, settings_.public_uri));
  out.fields.set("location", upload_path(record->id));
  out.fields.set("preference-applied", "respond-async");
  out.fields.set("cache-control", "no-store");
  co_return out;
}

/// Whoever knows its id may read a record.
asio::awaitable<http_response> api::show_upload(api_call call) {
  const auto view = co_await find_upload(std::move(call.segments.at(0)));
  if (!view)
    co_return error_answer(view.error());
  auto out = json_answer(200, upload_json(*view, settings_.public_uri));
  out.fields.set("cache-control", "no-store");
  co_return out;
}

asio::awaitable<http_response> api::follow_upload(api_call call) {
  const auto view = co_await find_upload(std::move(call.segments.at(0)));
  if (!view)
    co_return error_answer(view.error());
  const auto seen = last_seen(call.req);
  if (view->over() && view->version == seen) {
    http_response end;
    end.status = 204; // tells an EventSource not to come again
    co_return end;
  }
  auto seat = settings_.uploads->follow(view->id);
  if (!seat) {
    const auto& why = seat.error();
    co_return later(error_answer(why, {}, why.code == errc::busy ? 429 : 503));
  }
  auto f = std::make_shared<follower>(
    follower{system_, settings_.public_uri, view->id, std::move(*seat), seen});
  co_return net::event_stream_response(
    net::produce([f](net::body_writer& to) { return send_news(to, f); }));
}

} // namespace codius::actors
