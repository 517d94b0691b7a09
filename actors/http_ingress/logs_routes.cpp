#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "actors/log_hub/send_log.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_response;

namespace {

http_response no_such_pod(const std::string& id) {
  return error_answer({errc::unknown_pod, "no pod found with this id. id=" + id});
}

/// Too many readers: of this pod, which is the asker's affair, or of the whole host.
http_response full(const error& why) {
  auto out = error_answer(why, {}, why.code == errc::busy ? 429 : 503);
  out.fields.set("retry-after", "10");
  return out;
}

http_response log_answer(std::shared_ptr<log_seat> seat, asio::any_io_executor disk, bool follow) {
  http_response out;
  out.fields.set("content-type", "application/vnd.codius.raw-stream");
  out.fields.set("cache-control", "no-cache");
  out.fields.set("x-accel-buffering", "no"); // nginx in front would hold lines back
  out.stream = net::produce(
    [seat, disk, follow](net::body_writer& to) { return send_log(to, seat, disk, follow); });
  return out;
}

} // namespace

/// The output of a pod whose manifest says that anyone may read it.
asio::awaitable<http_response> api::show_logs(api_call call) {
  const auto id = call.segments.at(0);
  if (!is_pod_id(id))
    co_return no_such_pod(id);
  const auto keeper = runtime::find<keeper_actor>(system_, role::keeper);
  get_record query{{id}};
  const auto record = co_await runtime::ask<pod_record>(system_, keeper, 10s, std::move(query));
  if (!record && record.error().code != errc::unknown_pod)
    co_return error_answer(record.error());
  if (!record || record->phase == pod_phase::expiring || record->expires_at <= world_.utc_now())
    co_return no_such_pod(id);
  if (!record->offer->debug)
    co_return error_answer({errc::logs_private, "pod manifest does not allow debugging. id=" + id});
  const auto* asked = call.req.find_query("follow");
  open_log which{{id}, {}, asked != nullptr && *asked == "true"};
  for (const auto& container : record->offer->spec.containers)
    which.containers.push_back(container.id);
  const bool follow = which.follow;
  const auto logs = runtime::find<log_actor>(system_, role::logs);
  auto opened = co_await runtime::ask<log_opened>(system_, logs, 10s, std::move(which));
  if (opened)
    co_return log_answer(std::move(opened->seat), settings_.disk, follow);
  const auto why = opened.error();
  if (why.code == errc::busy || why.code == errc::no_capacity)
    co_return full(why);
  if (why.code == errc::unavailable || why.code == errc::timed_out)
    co_return error_answer(why);
  // What the disk or the kernel said is for the operator.
  log::write(log::level::error, "log.not_opened",
             {{"pod", id}, {"req", call.id}, {"err", to_string(why.code)}, {"why", why.detail}});
  const error hidden{errc::internal, {}};
  co_return error_answer(hidden);
}

} // namespace codius::actors
