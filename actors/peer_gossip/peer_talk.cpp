#include "actors/peer_gossip/peer_talk.hpp"

#include "actors/peer_gossip/peer_rules.hpp"
#include "actors/peer_gossip/peer_uri.hpp"
#include "net/http/public_address.hpp"
#include "runtime/base/json.hpp"
#include "runtime/base/version.hpp"

namespace codius::actors {

namespace {

using how = contact_outcome::kind;
using runtime::json_array;
using runtime::json_object;

contact_outcome outcome(how kind, std::string why) { return {kind, {}, std::move(why)}; }

/// A failure without an answer. Only what nobody but the peer can have caused is held to be wrong.
contact_outcome no_answer(const error& why) {
  switch (why.code) {
    case errc::busy: return outcome(how::not_asked, why.detail);
    case errc::malformed:
    case errc::too_large:
    case errc::rejected: return outcome(how::wrong, why.detail);
    default: return outcome(how::unreachable, why.detail);
  }
}

contact_outcome read_info(const peer_contact& contact, const runtime::json& body) {
  const auto* uri = body.find_text("uri");
  if (uri == nullptr)
    return outcome(how::wrong, "its /info has no uri");
  const auto name = read_peer_name(*uri, true);
  if (!name || name->uri != contact.uri)
    return outcome(how::wrong, "it goes by another name: " + uri->substr(0, 255));
  return outcome(how::good, {});
}

contact_outcome read_peers(const runtime::json& body) {
  const auto* list = body.find("peers");
  if (list == nullptr || list->array() == nullptr)
    return outcome(how::wrong, "its answer has no list of peers");
  auto out = outcome(how::good, {});
  for (const auto& one : *list->array())
    if (one.text() != nullptr && out.offered.size() < most_told_peers)
      out.offered.push_back(*one.text());
  return out;
}

} // namespace

net::http_client_request peer_request(const peer_manners& manners, const peer_contact& contact) {
  net::http_client_request out;
  out.timeout = manners.timeout;
  out.look_up = manners.look_up;
  if (!manners.dev)
    out.may_connect = net::is_public_address;
  out.fields.add("Accept", "application/json");
  out.fields.add("User-Agent", std::string{"codiusd/"} + runtime::version);
  if (contact.what == peer_contact::kind::check) {
    out.uri = contact.uri + "/info";
    out.max_body = manners.most_info;
    return out;
  }
  out.method = "POST";
  out.uri = contact.uri + "/peers/discover";
  out.fields.add("Content-Type", "application/json");
  out.max_body = manners.most_peers;
  out.body = dump(json_object{{"peers", json_array{manners.own_uri}}});
  return out;
}

contact_outcome read_peer_answer(const peer_contact& contact,
                                 const result<net::http_response>& answer) {
  if (!answer)
    return no_answer(answer.error());
  if (answer->status != 200)
    return outcome(how::unreachable, "answered with status " + std::to_string(answer->status));
  const auto body = runtime::parse_json(answer->body);
  if (!body || body->object() == nullptr)
    return outcome(how::wrong, "its answer is no JSON object");
  return contact.what == peer_contact::kind::check ? read_info(contact, *body) : read_peers(*body);
}

asio::awaitable<result<contact_outcome>> ask_peer(peer_fetch fetch, peer_manners manners,
                                                  peer_contact contact) {
  auto request = peer_request(manners, contact);
  const auto answer = co_await fetch(std::move(request));
  co_return read_peer_answer(contact, answer);
}

} // namespace codius::actors
