#include "actors/admin/admin_api.hpp"

#include "actors/admin/scrape.hpp"
#include "actors/http_ingress/answers.hpp"
#include "runtime/base/log.hpp"

#include <array>

namespace codius::actors {

using net::http_request;
using net::http_response;

namespace {

/// "localhost:3001" → "localhost", "[::1]:3001" → "[::1]"
std::string_view name_of(std::string_view authority) {
  if (authority.starts_with('['))
    return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

/// A page in the operator's browser can send requests here too, and a name of its own may lead to
/// this machine. It cannot hide its origin, nor the name that it used.
std::string why_foreign(const http_request& req) {
  const auto name = name_of(req.host);
  const bool address
    = name.starts_with("127.") && name.find_first_not_of("0123456789.") == name.npos;
  if (name != "localhost" && name != "[::1]" && !address)
    return "Host must be localhost or a loopback address";
  if (req.fields.find("origin") != nullptr || req.fields.get("sec-fetch-site") == "cross-site")
    return "web pages may not use the admin API";
  return {};
}

bool changes_something(std::string_view method) { return method != "GET" && method != "HEAD"; }

} // namespace

void edge_view::show(std::weak_ptr<const net::http_server> server) {
  const std::lock_guard lock{guard_};
  server_ = std::move(server);
}

std::shared_ptr<const net::http_server> edge_view::server() const {
  const std::lock_guard lock{guard_};
  return server_.lock();
}

admin_api::admin_api(caf::actor_system& system, env world, admin_settings settings)
  : system_(system), world_(std::move(world)), settings_(std::move(settings)),
    started_at_(world_.utc_now()), scrape_(std::make_unique<scrape>()) {}

admin_api::~admin_api() = default;

std::span<const admin_api::route> admin_api::routes() {
  static constexpr std::array all{
    route{"GET", "/", &admin_api::hello},
    route{"GET", "/getPods", &admin_api::get_pods},
    route{"GET", "/getPodInfo", &admin_api::get_pod_info},
    route{"GET", "/getAllUptime", &admin_api::get_all_uptime},
    route{"POST", "/config", &admin_api::set_config},
    route{"GET", "/healthz", &admin_api::healthz},
    route{"GET", "/readyz", &admin_api::readyz},
    route{"GET", "/metrics", &admin_api::metrics},
    route{"GET", "/status", &admin_api::show_status},
    route{"GET", "/earnings", &admin_api::show_earnings},
    route{"GET", "/tree", &admin_api::show_tree},
    route{"GET", "/terms", &admin_api::show_terms},
    route{"PATCH", "/terms", &admin_api::change_terms},
    route{"POST", "/reload", &admin_api::reload_settings},
    route{"GET", "/events", &admin_api::list_events},
    route{"GET", "/self-test", &admin_api::show_self_test},
    route{"POST", "/self-test", &admin_api::begin_self_test},
    route{"GET", "/pods", &admin_api::list_pods},
    route{"GET", "/pods/", &admin_api::show_pod},
    route{"DELETE", "/pods/", &admin_api::drop_pod},
    route{"GET", "/peers", &admin_api::list_peers},
    route{"POST", "/peers", &admin_api::put_peer},
    route{"DELETE", "/peers", &admin_api::drop_peer},
  };
  return all;
}

asio::awaitable<http_response> admin_api::answer(http_request req) {
  const auto what = req.method + " " + req.path;
  const bool change = changes_something(req.method);
  auto out = co_await dispatch(std::move(req));
  log::write(change ? log::level::info : log::level::debug, "admin.answered",
             {{"what", what}, {"status", out.status}});
  co_return out;
}

asio::awaitable<http_response> admin_api::dispatch(http_request req) {
  if (const auto why = why_foreign(req); !why.empty())
    co_return error_answer({errc::rejected, why});
  const auto method = req.method == "HEAD" ? std::string_view{"GET"} : std::string_view{req.method};
  for (const auto& r : routes()) {
    const bool longer = r.path.size() > 1 && r.path.ends_with('/');
    const bool here = longer ? req.path.starts_with(r.path) && req.path.size() > r.path.size()
                                 && req.path.find('/', r.path.size()) == req.path.npos
                             : req.path == r.path;
    if (!here || r.method != method)
      continue;
    if (!req.body.empty() || r.method == "POST" || r.method == "PATCH")
      if (const auto type = check_json_type(req); !type)
        co_return error_answer(type.error());
    call c{std::move(req), {}};
    if (longer)
      c.rest = c.req.path.substr(r.path.size());
    co_return co_await (this->*r.run)(std::move(c));
  }
  co_return error_answer({errc::not_found, "Not Found"});
}

} // namespace codius::actors
