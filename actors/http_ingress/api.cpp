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

/// What the answer to a request needs to know of it at the end.
class api::ending {
public:
  ending(const http_request& req, const env& world)
    : id(request_id_of(req.fields, world)), of_web_page_(req.fields.find("origin") != nullptr),
      told_(log::enabled(log::level::debug)) {
    if (told_)
      what_ = req.method + " " + req.path;
  }

  void finish(http_response& out) const {
    out.fields.add("x-request-id", id);
    if (of_web_page_)
      open_to_web_pages(out);
    if (told_)
      log::write(log::level::debug, "http.answered",
                 {{"req", id}, {"what", what_}, {"status", std::to_string(out.status)}});
  }

  const std::string id;

private:
  bool of_web_page_;
  bool told_;
  std::string what_;
};

// Monitors and peers ask for these two in crowds: a coroutine costs as much as the rest of them.
std::optional<http_response> api::answer_at_once(const http_request& req) {
  if (req.method != "GET" || !req.body.empty())
    return std::nullopt;
  std::optional<http_response> out;
  if (req.path == "/version")
    out = version_answer();
  else if (const auto text = req.path == "/info" ? info_at_once(req) : nullptr)
    out = json_text_answer(200, *text);
  if (out)
    ending{req, world_}.finish(*out);
  return out;
}

asio::awaitable<http_response> api::answer(http_request req) {
  const ending end{req, world_};
  api_call call{std::move(req), end.id, {}};
  auto out = co_await route_or_fault(std::move(call));
  end.finish(out);
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
    co_return error_answer({errc::not_found, "Not Found"});
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
