#include "actors/http_ingress/api.hpp"

#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/request_id.hpp"
#include "actors/http_ingress/routes.hpp"
#include "actors/http_ingress/web_pages.hpp"
#include "net/http/content_coding.hpp"
#include "net/http/limits.hpp"
#include "net/run_on.hpp"
#include "runtime/base/log.hpp"

namespace codius::actors {

using net::http_request;
using net::http_response;

namespace {

// The same for a body that comes packed.
constexpr size_t largest_body = net::server_limits{}.body_bytes;

} // namespace

api::api(caf::actor_system& system, env world, api_settings settings)
  : system_(system), world_(std::move(world)), settings_(std::move(settings)),
    started_at_(world_.utc_now()) {}

asio::awaitable<http_response> api::answer(http_request req) {
  auto id = request_id_of(req, world_);
  const bool told = log::enabled(log::level::debug);
  const auto what = told ? req.method + " " + req.path : std::string{};
  const bool of_web_page = req.fields.find("origin") != nullptr;
  api_call call{std::move(req), id, {}};
  auto out = co_await route_or_fault(std::move(call));
  out.fields.add("x-request-id", id);
  if (of_web_page)
    open_to_web_pages(out);
  if (told)
    log::write(log::level::debug, "http.answered",
               {{"req", id}, {"what", what}, {"status", std::to_string(out.status)}});
  co_return out;
}

/// A fault of ours is told in the log, under the id that the client gets.
asio::awaitable<http_response> api::route_or_fault(api_call call) {
  const auto id = call.id;
  std::string why = "not an exception";
  try {
    co_return co_await route(std::move(call));
  } catch (const std::exception& e) {
    why = e.what();
  } catch (...) {
  }
  log::write(log::level::error, "http.fault", {{"req", id}, {"why", why}});
  const error hidden{errc::internal, {}};
  co_return error_answer(hidden);
}

asio::awaitable<http_response> api::route(api_call call) {
  const auto* found = find_route(call.req.method, call.req.path, call.segments);
  if (is_preflight(call.req) || (found == nullptr && call.req.method == "OPTIONS")) {
    const auto methods = methods_of(call.req.path);
    if (!methods.empty())
      co_return options_answer(methods);
    found = nullptr;
  }
  if (found == nullptr)
    co_return error_answer(404, to_string(errc::not_found), "Not Found");
  if (found->gated && settings_.gate)
    if (auto closed = settings_.gate(call.req))
      co_return std::move(*closed);
  if (auto refused = co_await unpack(call.req))
    co_return std::move(*refused);
  co_return co_await (this->*found->run)(std::move(call));
}

/// Takes the content coding off a body, if it has one; elsewhere, as a small body may become large.
asio::awaitable<std::optional<http_response>> api::unpack(http_request& req) {
  const auto coding = net::read_content_coding(req.fields.get("content-encoding"));
  if (req.body.empty() || (coding && *coding == net::content_coding::none))
    co_return std::nullopt;
  if (!coding || req.fields.count("content-encoding") > 1) {
    const error several{errc::unsupported, "a body has one Content-Encoding"};
    auto out = error_answer(coding ? several : coding.error());
    out.fields.set("accept-encoding", "gzip, deflate");
    co_return out;
  }
  auto job = [coded = std::move(req.body), how = *coding] {
    return net::decode_content(coded, how, largest_body);
  };
  auto plain = co_await net::run_on(settings_.slow_lane, std::move(job));
  if (!plain)
    co_return error_answer(plain.error());
  req.body = std::move(*plain);
  req.fields.remove("content-encoding");
  co_return std::nullopt;
}

} // namespace codius::actors
