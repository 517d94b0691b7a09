#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "actors/peer_gossip/peer_rules.hpp"
#include "messages/interfaces.hpp"
#include "net/run_on.hpp"
#include "runtime/actor/ask.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/version.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>
#include <cmath>

namespace codius::actors {

using namespace std::chrono_literals;
using net::http_request;
using net::http_response;
using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

constexpr size_t quickly_read = 16 << 10; ///< octets of a body
constexpr auto bad_query = "Invalid request query input";
constexpr auto bad_payload = "Invalid request payload input";
constexpr auto limit_rule = "must be a whole number from 1 to 1000";

/// Where the fault is: a parameter of the query, or a JSON pointer into the body.
http_response refused(const char* message, const char* member, std::string where,
                      std::string sentence) {
  json_array errors;
  errors.emplace_back(json_object{{member, std::move(where)}, {"message", std::move(sentence)}});
  return error_answer({errc::invalid, message}, {{"errors", std::move(errors)}});
}
http_response query_refused(std::string parameter, std::string sentence) {
  return refused(bad_query, "parameter", std::move(parameter), std::move(sentence));
}
http_response payload_refused(std::string pointer, std::string sentence) {
  return refused(bad_payload, "pointer", std::move(pointer), std::move(sentence));
}

result<size_t> whole_limit(double n) {
  if (!(n >= 1 && n <= double(most_told_peers)) || n != std::floor(n))
    return error{errc::invalid, limit_rule};
  return static_cast<size_t>(n);
}

/// A number as the original's validator reads one from a text: blanks around it, a sign, a point
/// and an exponent are fine ("1e2"), other notations are not ("0x10", "Infinity").
result<size_t> limit_from(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos)
    return error{errc::invalid, limit_rule};
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  if (text.starts_with('+'))
    text.remove_prefix(1);
  double n = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, bad] = std::from_chars(text.data(), end, n);
  if (bad != std::errc{} || stop != end || text.find_first_of("nN") != text.npos)
    return error{errc::invalid, limit_rule};
  return whole_limit(n);
}

/// Who sent a request, as far as one can be held to it: the address, of IPv6 the /64. Behind a TLS
/// proxy of this machine that is whom the proxy names last.
std::string source_of(const http_request& req, bool proxied) {
  std::string text = req.peer_ip;
  boost::system::error_code ec;
  const auto peer = boost::asio::ip::make_address(text, ec);
  if (!ec && proxied && peer.is_loopback()) {
    const auto list = req.fields.get("x-forwarded-for");
    const auto last = list.substr(list.rfind(',') + 1);
    const auto from = last.find_first_not_of(' ');
    if (from != last.npos)
      text = last.substr(from, last.find_last_not_of(' ') - from + 1);
  }
  const auto at = boost::asio::ip::make_address(text, ec);
  if (ec || at.is_v4())
    return text.substr(0, 64);
  const auto octets = at.to_v6().to_bytes();
  return to_hex(std::as_bytes(std::span{octets}).first(8));
}

struct discover_body {
  std::vector<std::string> offered;
  std::optional<http_response> refusal;
};

discover_body refuse_body(std::string pointer, std::string sentence) {
  return {{}, payload_refused(std::move(pointer), std::move(sentence))};
}

/// The list may also be the text of one, as in the original.
discover_body read_offered(const json& member) {
  auto list = member;
  if (const auto* text = member.text())
    if (auto parsed = runtime::parse_json(*text))
      list = std::move(*parsed);
  if (list.array() == nullptr)
    return refuse_body("/peers", "must be an array of URIs");
  discover_body out;
  size_t at = 0;
  for (const auto& one : *list.array()) {
    if (one.text() == nullptr || one.text()->empty())
      return refuse_body("/peers/" + std::to_string(at), "must be a text that is not empty");
    if (at++ < most_told_peers) // more than that nobody looks at
      out.offered.push_back(*one.text());
  }
  return out;
}

discover_body read_discover(const std::string& text) {
  const auto body = runtime::parse_json(text.empty() ? "null" : text);
  if (!body) {
    const json_object more{
      {"errors", json_array{json_object{{"pointer", ""}, {"message", body.error().detail}}}}};
    return {{}, error_answer({errc::malformed, "Invalid request payload JSON format"}, more)};
  }
  if (body->object() == nullptr)
    return refuse_body("", "must be an object with the member peers");
  for (const auto& [name, value] : *body->object()) {
    if (name == "limit") {
      const auto limit = value.number() ? whole_limit(*value.number())
                         : value.text() ? limit_from(*value.text())
                                        : result<size_t>{error{errc::invalid, limit_rule}};
      if (!limit)
        return refuse_body("/limit", limit_rule);
    } else if (name != "peers") {
      return refuse_body("/" + name.substr(0, 64), "is not allowed");
    }
  }
  const auto* peers = body->find("peers");
  return peers == nullptr ? refuse_body("/peers", "is required") : read_offered(*peers);
}

json_array as_json(const std::vector<std::string>& uris) {
  return json_array(uris.begin(), uris.end());
}

} // namespace

asio::awaitable<http_response> api::list_peers(api_call call) {
  get_peers query;
  size_t limits = 0;
  for (const auto& [name, value] : call.req.query) {
    if (name != "limit")
      co_return query_refused(name.substr(0, 64), "is not allowed");
    if (++limits > 1)
      co_return query_refused(name, "must be given once");
    const auto limit = limit_from(value);
    if (!limit)
      co_return query_refused("limit", limit.error().detail);
    query.most = *limit;
  }
  const auto peers = runtime::find<peers_actor>(system_, role::peers);
  const auto known = co_await runtime::ask<peer_list>(system_, peers, 5s, query);
  if (!known)
    co_return error_answer(known.error());
  co_return json_answer(200, json_object{{"peers", as_json(known->uris)}});
}

/// Another host says that it is there, and asks for others. What it offers is looked at later.
asio::awaitable<http_response> api::meet_peer(api_call call) {
  if (const auto type = check_json_type(call.req); !type)
    co_return error_answer(type.error());
  // A mebibyte of names takes a tenth of a second to read, and is nobody's honest need.
  discover_body body;
  if (call.req.body.size() <= quickly_read) {
    body = read_discover(call.req.body);
  } else {
    auto read = [text = std::move(call.req.body)] { return read_discover(text); };
    body = co_await net::run_on(settings_.slow_lane, std::move(read));
  }
  if (body.refusal)
    co_return std::move(*body.refusal);
  discover_peers message{std::move(body.offered), source_of(call.req, settings_.public_uri.tls)};
  const auto peers = runtime::find<peers_actor>(system_, role::peers);
  const auto known = co_await runtime::ask<peer_list>(system_, peers, 5s, std::move(message));
  if (!known && known.error().code == errc::rejected)
    co_return error_answer({errc::misconfigured, known.error().detail});
  if (!known)
    co_return error_answer(known.error());
  co_return json_answer(200, json_object{{"name", "Codiusd (C++)"},
                                         {"version", runtime::version},
                                         {"peers", as_json(known->uris)}});
}

} // namespace codius::actors
