#include "runtime/doctor/probe.hpp"

#include "net/http/client.hpp"
#include "net/http/uri.hpp"
#include "runtime/base/config_values.hpp"
#include "runtime/base/json.hpp"
#include "runtime/client/ledger.hpp"
#include "runtime/client/stopper.hpp"
#include "runtime/client/text.hpp"
#include "runtime/pods/oci/files.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace codius::runtime::doctor {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto uplink_limit = 10s;
constexpr auto reach_limit = 10s;

/// The name of the program that has the socket with that inode; empty when it cannot be seen.
std::string holder_of(uint64_t inode) {
  const auto wanted = "socket:[" + std::to_string(inode) + "]";
  const auto processes = oci::names_in("/proc");
  if (inode == 0 || !processes)
    return {};
  for (const auto& pid : *processes) {
    const auto dir = "/proc/" + pid;
    const auto open = pid.find_first_not_of("0123456789") == pid.npos
                        ? oci::names_in(dir + "/fd")
                        : result<std::vector<std::string>>{std::vector<std::string>{}};
    for (const auto& fd : open ? *open : std::vector<std::string>{}) {
      std::array<char, 64> target{};
      const auto size = ::readlink((dir + "/fd/" + fd).c_str(), target.data(), target.size());
      if (size > 0 && std::string_view{target.data(), static_cast<size_t>(size)} == wanted)
        if (auto name = oci::read_text(dir + "/comm"))
          return name->substr(0, name->find('\n'));
    }
  }
  return {};
}

port look_at(const char* setting, const std::string& ip, uint16_t number) {
  port out{setting, ip, number, {}, {}};
  asio::io_context io;
  error_code ec;
  const tcp::endpoint at{asio::ip::make_address(ip, ec), number};
  tcp::acceptor probe{io};
  if (!ec)
    probe.open(at.protocol(), ec);
  if (!ec)
    probe.set_option(tcp::acceptor::reuse_address{true}, ec);
  if (!ec)
    probe.bind(at, ec);
  if (!ec)
    probe.listen(1, ec);
  out.free = ec ? status{error{errc::io, ec.message()}} : ok();
  if (!ec)
    return out;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"})
    if (const auto text = oci::read_text(table, 16 << 20); text && out.holder.empty())
      out.holder = holder_of(listener_inode(*text, number));
  return out;
}

std::vector<std::string> look_up(const std::string& name, std::string& failure) {
  asio::io_context io;
  tcp::resolver resolver{io};
  error_code ec;
  const auto found = resolver.resolve(name, "80", ec);
  std::vector<std::string> out;
  for (const auto& one : found)
    out.push_back(one.endpoint().address().to_string());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.empty())
    failure = ec ? ec.message() : "no address";
  return out;
}

names look_at_names(const config& c, const env& world) {
  names out;
  out.needed = !is_ip(c.public_host) && !net::is_localhost(c.public_host);
  if (!out.needed)
    return out;
  out.host = look_up(c.public_host, out.host_failure);
  std::array<std::byte, 8> label{};
  world.random_bytes(label);
  out.wildcard = look_up("doctor-" + to_hex(label) + "." + c.public_host, out.wildcard_failure);
  return out;
}

asio::awaitable<void> look_at_uplink(facts& f, env world) {
  const auto io = co_await asio::this_coro::executor;
  client::stopper never;
  auto connecting = client::ledger::connect(io, std::move(world), *f.settings.uplink);
  const auto got = co_await client::within(uplink_limit, never, std::move(connecting));
  const auto place = client::place_of(*f.settings.uplink);
  if (!got)
    f.uplink = status{error{errc::timed_out, place + " does not answer"}};
  else if (!*got)
    f.uplink = status{got->error()};
  if (!got || !*got)
    co_return;
  f.uplink = ok();
  f.uplink_address = client::printable((**got)->address());
  (**got)->stop();
}

asio::awaitable<void> look_from_outside(facts& f) {
  net::http_client_request ask;
  ask.uri = f.settings.public_uri + "/version";
  ask.timeout = reach_limit;
  ask.max_body = 64 * 1024;
  const auto answer = co_await net::fetch(std::move(ask));
  f.reached = answer ? ok() : status{answer.error()};
  const auto body = answer ? parse_json(answer->body) : result<json>{answer.error()};
  if (const auto* name = body ? body->find_text("name") : nullptr)
    f.reached_name = client::printable(*name, 100);
}

} // namespace

uint64_t listener_inode(std::string_view table, uint16_t port) {
  std::istringstream lines{std::string{table}};
  std::string line;
  std::getline(lines, line); // the heading
  while (std::getline(lines, line)) {
    // "sl local remote st queues timers retransmits uid timeout inode …"
    std::istringstream words{line};
    std::string slot, local, remote, state, rest;
    uint64_t inode = 0;
    words >> slot >> local >> remote >> state;
    for (int i = 0; i < 5; ++i)
      words >> rest;
    words >> inode;
    const auto colon = local.rfind(':');
    unsigned number = 0;
    if (words && state == "0A" && colon != local.npos)
      std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
    if (number == port && port != 0)
      return inode;
  }
  return 0;
}

void probe_network(facts& f, const env& world) {
  const auto& c = f.settings;
  f.ports.push_back(look_at("port", c.bind_ip, c.port));
  if (c.ilp_listen)
    f.ports.push_back(look_at("ilp_listen", c.ilp_listen->ip, c.ilp_listen->port));
  f.dns = look_at_names(c, world);
  asio::io_context io;
  if (c.uplink)
    asio::co_spawn(io, look_at_uplink(f, world), asio::detached);
  const auto& http = f.ports.front();
  if (f.host_runs && http.number != 0 && http.free && !*http.free)
    asio::co_spawn(io, look_from_outside(f), asio::detached);
  io.run_for(uplink_limit + reach_limit);
}

facts probe(const config& settings, const env& world) {
  facts out;
  out.settings = settings;
  probe_machine(out, world);
  probe_network(out, world);
  return out;
}

} // namespace codius::runtime::doctor
