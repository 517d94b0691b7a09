// Where the host stands: disk, memory, clock, ports, names, ledger.
#include "runtime/doctor/checks.hpp"

#include <algorithm>
#include <array>

namespace codius::runtime::doctor {

namespace {

using namespace std::chrono_literals;

constexpr uint64_t gib = 1ull << 30;
constexpr uint64_t mib = 1ull << 20;
constexpr uint64_t pod_bytes = 512 * mib;

finding fine(std::string what) { return {level::ok, std::move(what), {}}; }

std::string size_text(uint64_t bytes) {
  return bytes >= 10 * gib || (bytes >= gib && bytes % gib == 0) ? std::to_string(bytes / gib) + " GiB"
                           : std::to_string(bytes / mib) + " MiB";
}

finding check_directory(const directory& d, const std::string& path, const char* setting,
                        uint64_t least, uint64_t enough) {
  if (!d.writable)
    return {level::fail, path + " cannot be written: " + d.why_not,
            "run as root, or choose another directory with --" + std::string{setting}};
  const auto room = size_text(d.free_bytes) + " free at " + path;
  if (d.free_bytes < least)
    return {level::fail, room + ": too little to begin with",
            "free some space, or choose another directory with --" + std::string{setting}};
  if (d.free_bytes < enough)
    return {level::warn, room + ", which images and logs fill soon",
            "have " + size_text(enough) + " or more there"};
  return fine(room);
}

finding check_root(const facts& f) {
  auto out = check_directory(f.root, f.settings.root, "root", 512 * mib, 5 * gib);
  if (out.how == level::ok && f.root.in_memory)
    return {level::warn, f.settings.root + " is in memory: what was sold is lost with the power",
            "choose a directory on a disk with --root"};
  return out;
}

finding check_run_dir(const facts& f) {
  return check_directory(f.run, f.settings.run_dir, "run-dir", 16 * mib, 64 * mib);
}

finding check_secret(const facts& f) {
  const auto file = f.settings.root + "/secret";
  if (!f.secret_mode)
    return fine("none yet; made at the first start");
  if ((*f.secret_mode & 077) != 0)
    return {level::fail, file + " can be read by others: they could take payments for this host",
            "chmod 600 " + file};
  return fine("for its owner alone");
}

finding check_memory(const facts& f) {
  const auto sold = static_cast<uint64_t>(static_cast<double>(f.memory_bytes)
                                          * f.settings.max_memory_fraction);
  const auto pods = sold / pod_bytes;
  if (pods == 0)
    return {level::fail,
            size_text(f.memory_bytes) + " at max_memory_fraction "
              + std::to_string(f.settings.max_memory_fraction) + " is not room for one pod",
            "raise --max-memory-fraction, or use a machine with 1 GiB or more"};
  const auto text = size_text(f.memory_bytes) + ", room for " + std::to_string(pods) + " pods";
  if (!f.host_runs && f.available_bytes < pod_bytes)
    return {level::warn, text + ", but only " + size_text(f.available_bytes) + " are free now",
            "end what else runs here"};
  return fine(text);
}

finding check_clock(const facts& f) {
  if (f.now < f.built)
    return {level::fail, "the clock is wrong: it shows a time before this program was built",
            "timedatectl set-ntp true"};
  if (!f.clock_synchronised)
    return {level::warn, "the kernel does not say whether the clock is right",
            "timedatectl status"};
  if (!*f.clock_synchronised)
    return {level::warn,
            "nobody keeps the clock right: packets that seem expired are refused",
            "apt-get install systemd-timesyncd && timedatectl set-ntp true"};
  return fine("kept right by NTP");
}

finding check_port(const facts& f, const char* setting) {
  const auto found = std::find_if(f.ports.begin(), f.ports.end(),
                                  [&](const port& p) { return p.setting == setting; });
  if (found == f.ports.end())
    return fine("not listened at");
  const auto at = found->ip + " port " + std::to_string(found->number);
  if (found->number == 0)
    return fine(found->ip + ", any free port");
  if (!found->free || *found->free)
    return fine(at + " is free");
  if (found->holder == "codiusd" && f.host_runs)
    return fine(at + " is held by the codiusd that runs here");
  const auto flag = std::string{setting} == "port" ? "--port" : "--ilp-listen";
  return {level::fail,
          at + " cannot be had: "
            + (found->holder.empty() ? found->free->error().detail : found->holder + " has it"),
          "end " + (found->holder.empty() ? std::string{"what has it"} : found->holder)
            + ", or choose another with " + flag};
}

finding check_http_port(const facts& f) { return check_port(f, "port"); }
finding check_ilp_port(const facts& f) { return check_port(f, "ilp_listen"); }

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all)
    out += (out.empty() ? "" : ", ") + one;
  return out;
}

finding check_dns(const facts& f) {
  const auto& host = f.settings.public_host;
  if (!f.dns.needed)
    return fine(host + " needs none");
  if (f.dns.host.empty())
    return {level::fail, host + " has no address: " + f.dns.host_failure,
            "add an A record for " + host + " at your DNS provider"};
  return fine(host + " is " + joined(f.dns.host));
}

finding check_wildcard(const facts& f) {
  const auto& host = f.settings.public_host;
  if (!f.dns.needed)
    return fine("*." + host + " needs none");
  if (f.dns.wildcard.empty())
    return {level::fail, "names below " + host + " have no address: " + f.dns.wildcard_failure
                           + "; pods could not be reached",
            "add a CNAME record *." + host + " that points to " + host};
  if (!f.dns.host.empty() && f.dns.wildcard != f.dns.host)
    return {level::fail,
            "names below " + host + " lead elsewhere than it: to " + joined(f.dns.wildcard),
            "let the record *." + host + " point to " + host};
  return fine("*." + host + " is " + joined(f.dns.wildcard));
}

finding check_uplink(const facts& f) {
  if (!f.settings.uplink)
    return fine("none: the host is a private ledger of its own");
  const auto place = f.settings.uplink->host + ":" + std::to_string(f.settings.uplink->port);
  if (!f.uplink)
    return {level::warn, place + " was not tried", "codiusd doctor"};
  if (!*f.uplink)
    return {level::fail, f.uplink->error().detail,
            "start moneyd, or say with --ilp-credentials where the uplink is"};
  return fine(place + " knows us as " + f.uplink_address);
}

finding check_public(const facts& f) {
  const auto& uri = f.settings.public_uri;
  if (!f.reached)
    return {f.settings.dev ? level::ok : level::warn,
            "not tried: no codiusd runs here that could answer at " + uri,
            f.settings.dev ? "" : "systemctl start codiusd && codiusd doctor"};
  const auto to = f.settings.bind_ip + ":" + std::to_string(f.settings.port);
  const auto mend = "let the reverse proxy pass " + f.settings.public_host + " and *."
                    + f.settings.public_host + " on to " + to + ", with the field Host as it is";
  if (!*f.reached)
    return {level::fail, uri + "/version is not answered: " + f.reached->error().detail, mend};
  if (f.reached_name.find("Codius") == std::string::npos)
    return {level::fail, uri + " is answered by something that is no Codius host", mend};
  return fine(uri + " is answered by " + f.reached_name);
}

constexpr std::array all{
  check{"root-directory", check_root}, check{"run-directory", check_run_dir},
  check{"secret", check_secret},       check{"memory", check_memory},
  check{"clock", check_clock},         check{"port", check_http_port},
  check{"ilp-port", check_ilp_port},   check{"dns", check_dns},
  check{"wildcard-dns", check_wildcard}, check{"uplink", check_uplink},
  check{"public-uri", check_public},
};

} // namespace

std::span<const check> place_checks() { return all; }

} // namespace codius::runtime::doctor
