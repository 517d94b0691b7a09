#include "runtime/client/host_list.hpp"

#include "runtime/client/input_file.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace codius::client {

using runtime::json;

namespace {

constexpr size_t most_peers = 1000;

constexpr std::array built_in{
  "https://codius.justmoon.com",      "https://codius.andros-connector.com",
  "https://codius.risky.business",    "https://codius.feraltc.com",
  "https://codius.tinypolarbear.com", "https://x1.codiushost.com",
};

failure about(const std::string& path, const std::string& what) {
  return {exit_code::user, printable(path) + " " + what,
          R"(It should look like {"hosts": ["https://host.example"]})"};
}

bool is_on_this_machine(const net::http_uri& uri) {
  return net::is_localhost(uri.host) || uri.host.starts_with("127.") || uri.host == "::1";
}

bool contains(const std::vector<host_place>& all, const net::http_uri& uri) {
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.uri == uri; });
}

} // namespace

std::vector<host_place> built_in_hosts() {
  std::vector<host_place> out;
  for (const char* text : built_in)
    out.emplace_back(*net::parse_http_uri(text));
  return out;
}

std::optional<net::http_uri> parse_listed_host(std::string_view text) {
  std::string whole{text};
  if (text.find("://") == text.npos)
    whole = "https://" + whole;
  const auto begin = whole.find("://") + 3;
  whole.resize(std::min(whole.find_first_of("/?#", begin), whole.size()));
  auto uri = net::parse_http_uri(whole);
  return uri ? std::optional{*std::move(uri)} : std::nullopt;
}

outcome<std::optional<std::vector<host_place>>> read_hosts_file(const std::string& path) {
  const auto text = read_input(path, {});
  if (!text)
    return text.failure();
  if (!*text)
    return std::optional<std::vector<host_place>>{};
  const auto all = runtime::parse_json(**text, {.byte_order_mark = true});
  if (!all)
    return about(path, "is not JSON: " + printable(all.error().detail));
  const auto* list = all->find("hosts");
  if (!list || !list->array() || list->array()->empty())
    return about(path, "has no list of hosts");
  std::vector<host_place> out;
  for (const auto& entry : *list->array()) {
    const auto uri = entry.text() ? parse_listed_host(*entry.text()) : std::nullopt;
    if (!uri)
      return about(path, "has something among its hosts that is none: "
                           + (entry.text() ? printable(*entry.text(), 100) : "no text"));
    if (!contains(out, *uri))
      out.emplace_back(*uri);
  }
  return std::optional{std::move(out)};
}

std::vector<host_place> read_peers(const json& answer, const host_place& from) {
  std::vector<host_place> out;
  const bool is_ours = is_on_this_machine(from.uri);
  const auto* list = answer.find("peers");
  if (!list || !list->array())
    return out;
  for (const auto& entry : *list->array()) {
    const auto uri = entry.text() ? net::parse_http_uri(*entry.text())
                                  : result<net::http_uri>{error{errc::malformed, ""}};
    if (!uri || uri->target != "/" || (!uri->tls && !is_ours) || contains(out, *uri))
      continue;
    out.emplace_back(*uri, !is_ours);
    if (out.size() == most_peers)
      break;
  }
  return out;
}

void shuffle(std::vector<host_place>& hosts, const env& world) {
  for (size_t left = hosts.size(); left > 1; --left) {
    std::array<std::byte, 8> octets{};
    world.random_bytes(octets);
    uint64_t number = 0;
    std::memcpy(&number, octets.data(), sizeof number);
    std::swap(hosts[left - 1], hosts[number % left]);
  }
}

} // namespace codius::client
