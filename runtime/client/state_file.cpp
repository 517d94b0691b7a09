#include "runtime/client/state_file.hpp"

#include "messages/bytes.hpp"
#include "net/http/uri.hpp"
#include "runtime/client/text.hpp"
#include "runtime/manifest/hash.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace codius::client {

using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

constexpr const char* description
  = "The record of a pod that was uploaded with codius. It has private values, and what is needed "
    "to extend the pod: keep it, and show it to nobody.";

uint64_t amount_in(const json* value) {
  const auto amount = value ? parse_price(*value) : result<uint64_t>{0};
  return amount ? *amount : 0;
}

const json* path(const json* at, std::initializer_list<std::string_view> names) {
  for (const auto& name : names)
    at = at ? at->find(name) : nullptr;
  return at;
}

failure about(const std::string& file, const std::string& what) {
  return {exit_code::user, printable(file) + " " + what,
          "It should be the record that codius upload writes; name another with "
          "--codius-state-file"};
}

} // namespace

pod_state pod_state::for_upload(const json& complete, std::string_view hash) {
  pod_state out;
  out.all_.set("description", description)
    .set("manifestHash", hash)
    .set("generatedManifest", complete)
    .set("options", json_object{})
    .set("hostList", json_array{})
    .set("status", json_object{{"hostDetails", json_object{}}});
  return out;
}

outcome<pod_state> pod_state::parse(std::string_view text, const std::string& path) {
  if (text.find_first_not_of(" \t\r\n") == text.npos)
    return about(path, "is empty");
  auto all = runtime::parse_json(text, {.byte_order_mark = true});
  if (!all)
    return about(path, "is not JSON: " + printable(all.error().detail));
  if (!all->object())
    return about(path, "holds no JSON object");
  const auto* generated = all->find("generatedManifest");
  const auto* manifest = generated ? generated->find("manifest") : nullptr;
  const auto* hash = all->find_text("manifestHash");
  if (!manifest || !manifest->object())
    return about(path, "has no manifest in generatedManifest");
  const auto real = runtime::hash_manifest(*manifest).text;
  if (!hash || *hash != real)
    return about(path, "tells another manifestHash than its manifest has");
  const auto* hosts = all->find("hostList");
  if (!hosts || !hosts->array())
    return about(path, "has no hostList");
  for (const auto& host : *hosts->array())
    if (!host.text() || !net::parse_http_uri(*host.text()))
      return about(path, "has something in its hostList that is no host");
  pod_state out;
  out.all_ = *std::move(*all).object();
  return out;
}

std::string pod_state::text() const { return dump_pretty(all_) + "\n"; }
const json& pod_state::complete() const { return *all_.find("generatedManifest"); }
const std::string& pod_state::hash() const { return *all_.find("manifestHash")->text(); }

std::vector<std::string> pod_state::hosts() const {
  std::vector<std::string> out;
  for (const auto& host : *all_.find("hostList")->array()) {
    const auto uri = net::parse_http_uri(*host.text());
    const auto name = uri ? uri->origin() : *host.text();
    if (std::find(out.begin(), out.end(), name) == out.end())
      out.push_back(name);
  }
  return out;
}

const json* pod_state::details_of(const std::string& host) const {
  const auto* details = path(all_.find("status"), {"hostDetails"});
  const auto* found = details ? details->find(host) : nullptr;
  return found || !details ? found : details->find(host + "/");
}

std::optional<utc_time> pod_state::expiry(const std::string& host) const {
  const auto* details = details_of(host);
  const auto* text = details ? details->find_text("expirationDate") : nullptr;
  return text ? parse_state_time(*text) : std::nullopt;
}

std::string pod_state::url(const std::string& host) const {
  const auto* details = details_of(host);
  const auto* text = details ? details->find_text("url") : nullptr;
  return text ? printable(*text) : "";
}

std::string pod_state::total_paid(const std::string& host) const {
  const auto* price = path(details_of(host), {"price"});
  const auto* total = price ? price->find("totalPaid") : nullptr;
  const auto* units = price ? price->find_text("units") : nullptr;
  if (!total)
    return {};
  return std::to_string(amount_in(total)) + (units ? " " + printable(*units, 40) : "");
}

std::optional<std::chrono::seconds> pod_state::duration() const {
  const auto* value = path(all_.find("options"), {"duration"});
  const auto* number = value ? value->number() : nullptr;
  const auto* text = value ? value->text() : nullptr;
  return parse_duration(text ? *text : number ? runtime::number_text(*number) : "");
}

std::optional<whole_amount> pod_state::monthly() const {
  const auto* rate = path(all_.find("options"), {"maxMonthlyRate"});
  const auto* units = path(all_.find("options"), {"units"});
  if (!rate || !units || !units->text())
    return {};
  const auto amount = parse_decimal(rate->text()     ? *rate->text()
                                    : rate->number() ? runtime::number_text(*rate->number())
                                                     : "");
  if (!amount || amount->mantissa == 0)
    return {};
  return whole_amount{*amount, *units->text()};
}

void pod_state::set_options(std::chrono::seconds duration,
                            const std::optional<whole_amount>& monthly) {
  auto& options = member(all_, "options");
  if (monthly) {
    const auto text = to_string(monthly->amount);
    double rate = 0;
    std::from_chars(text.data(), text.data() + text.size(), rate);
    options.set("maxMonthlyRate", rate).set("units", monthly->code);
  }
  options.set("duration", duration.count());
}

json_object& pod_state::member(json_object& in, const char* name) {
  auto* there = in.find(name);
  if (!there || !there->object())
    in.set(name, json_object{});
  return *in.find(name)->object();
}

json_object& pod_state::status_of(const std::string& host) {
  auto& all = member(member(all_, "status"), "hostDetails");
  return member(all, host.c_str());
}

std::vector<std::string> pod_state::unfinished() const {
  std::vector<std::string> out;
  const auto* all = all_.find("unfinished");
  if (all && all->object())
    for (const auto& [host, what] : *all->object())
      if (net::parse_http_uri(host))
        out.push_back(host);
  return out;
}

std::optional<pay_token> pod_state::token_of(const std::string& host) const {
  const auto* token = path(all_.find("unfinished"), {host, "payToken"});
  const auto octets = from_base64_lenient(token && token->text() ? *token->text() : "");
  pay_token out{};
  if (octets.size() != out.size())
    return {};
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

void pod_state::set_unfinished(const std::string& host, const std::string& token) {
  member(member(all_, "unfinished"), host.c_str()).set("payToken", token);
}

void pod_state::add_to_unfinished(const std::string& host, uint64_t paid) {
  auto& entry = member(member(all_, "unfinished"), host.c_str());
  entry.set("paid", std::to_string(amount_in(entry.find("paid")) + paid));
}

void pod_state::forget_unfinished(const std::string& host) {
  auto& all = member(all_, "unfinished");
  all.erase(host);
  if (all.empty())
    all_.erase("unfinished");
}

void pod_state::record(const std::string& host, const delivery& pod, uint64_t paid,
                       const asset& unit) {
  paid += amount_in(path(all_.find("unfinished"), {host, "paid"}));
  forget_unfinished(host);
  auto& entry = status_of(host);
  const auto* before = entry.find("price");
  const auto* units = before ? before->find_text("units") : nullptr;
  // Sums of different units would be nonsense.
  const auto earlier
    = units && *units == unit_name(unit) ? amount_in(before->find("totalPaid")) : 0;
  entry.set("url", pod.url).set("expirationDate", state_time(pod.expires_at));
  entry.set("price", json_object{{"totalPaid", std::to_string(earlier + paid)},
                                 {"lastPaid", std::to_string(paid)},
                                 {"units", unit_name(unit)}});
  const auto all = hosts();
  if (std::find(all.begin(), all.end(), host) == all.end())
    all_.find("hostList")->array()->push_back(host);
}

void pod_state::add_cron_job(const std::string& job, utc_time now) {
  auto& status = member(all_, "status");
  auto* jobs = status.find("cronJobs");
  if (!jobs || !jobs->array())
    status.set("cronJobs", json_array{});
  status.find("cronJobs")
    ->array()
    ->push_back(json_object{{"job", job}, {"creationDate", state_time(now)}});
}

void pod_state::clear_cron_jobs() { member(all_, "status").set("cronJobs", json_array{}); }

std::string unit_name(const asset& unit) {
  switch (unit.scale) {
    case 0: return unit.code;
    case 1: return "d" + unit.code;
    case 2: return "c" + unit.code;
    case 3: return "m" + unit.code;
    case 6: return "µ" + unit.code;
    case 9: return "n" + unit.code;
    default: return unit.code + "e-" + std::to_string(unit.scale);
  }
}

} // namespace codius::client
