#include "actors/http_ingress/home_page.hpp"

#include "actors/http_ingress/page.hpp"
#include "actors/http_ingress/routes.hpp"
#include "messages/money.hpp"
#include "runtime/base/version.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace codius::actors {

namespace {

std::string decimals(double value, int places) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

/// As the original's page says it.
std::string memory_text(double bytes) {
  if (bytes == 0)
    return "N/A";
  return std::abs(bytes) >= 1e9 ? decimals(bytes / 1e9, 3) + " gigabytes"
                                : decimals(bytes / 1e6, 3) + " megabytes";
}

std::string time_text(double seconds) {
  const auto all = static_cast<long long>(seconds);
  const auto part = [](long long n, const char* what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
  };
  if (all >= 86'400)
    return part(all / 86'400, "day") + " " + part(all % 86'400 / 3600, "hour");
  if (all >= 3600)
    return part(all / 3600, "hour") + " " + part(all % 3600 / 60, "minute");
  return all >= 60 ? part(all / 60, "minute") : part(all, "second");
}

/// What `seconds` cost, e.g. "0.013698631 XRP".
std::string price_text(const host_view& host, uint64_t seconds) {
  const auto& unit = host.ledger.unit;
  const auto price = price_of(host.terms->cost_per_month, unit.scale, 1, seconds);
  return price ? whole_units(*price, unit.scale) + " " + unit.code : "more than can be counted";
}

std::string fact(std::string_view name, std::string_view id, std::string_view value) {
  std::string out{"<div><dt>"};
  out.append(name).append("</dt><dd");
  if (!id.empty())
    out.append(" id=\"").append(id).append("\"");
  return out.append(">").append(escaped(value)).append("</dd></div>\n");
}

std::string state_line(const host_view& host) {
  if (host.accepting())
    return "<p class=\"state\">This host takes uploads.</p>\n";
  const char* why = host.terms->draining ? "its operator lets no new pods in"
                    : host.full()        ? "it is full"
                                         : "its ledger cannot be reached";
  return "<p class=\"state no\">This host takes no uploads just now: " + std::string{why}
         + ".</p>\n";
}

std::string facts(const host_view& host) {
  std::string out{"<dl>\n"};
  out += fact("A pod for an hour", {}, price_text(host, 3600));
  out += fact("A pod for a month of 730 hours", "costPerMonth",
              to_string(host.terms->cost_per_month) + " " + host.ledger.unit.code);
  out += fact("Currency", "currency", host.ledger.unit.code);
  out += fact("Memory for more pods", "memory", memory_text(host.free_bytes()));
  out += fact("Full", "fullMem", host.full() ? "true" : "false");
  out += fact("Other hosts known", "numPeers", std::to_string(host.known_peers));
  out += fact("Host up for", "serviceUptime", time_text(host.service_seconds));
  out += fact("Machine up for", "serverUptime", time_text(host.machine_seconds));
  out += fact("Load for each processor", "avgLoad", decimals(host.load, 2));
  return out + "</dl>\n";
}

std::string how_to(const host_view& host) {
  const auto uri = escaped(host.uri);
  std::string out{"<h2>Upload</h2>\n"};
  out += "<p>With <code>codius.json</code> and <code>codiusvars.json</code> in a directory, for one"
         " hour, paid over Interledger:</p>\n<pre>codius upload --host "
         + uri + " --duration 3600</pre>\n";
  out += "<p>What a manifest would cost; this needs no payment:</p>\n<pre>curl -X OPTIONS '" + uri
         + "/pods?duration=3600' \\\n  -H 'Content-Type: application/json' --data "
           "@manifest.json</pre>\n";
  out += "<p>Any HTTP client can upload that pays for requests over Interledger, the answer to"
         " <code>POST /pods</code> says where:</p>\n<pre>curl -i -X POST '"
         + uri
         + "/pods?duration=3600' \\\n  -H 'Content-Type: application/json' \\\n"
           "  -H \"Pay-Token: $(head -c 16 /dev/urandom | base64)\" --data @manifest.json</pre>\n";
  return out;
}

/// Only what this host has.
std::string links() {
  constexpr std::array<std::pair<const char*, const char*>, 6> all{
    {{"/info", "facts as JSON"},
     {"/version", "version"},
     {"/memory", "memory"},
     {"/peers", "other hosts"},
     {"/openapi.json", "the API, described"},
     {"/errors", "what errors mean"}}};
  std::string out{"<h2>For programs</h2>\n<nav>"};
  std::vector<std::string> none;
  for (const auto& [path, name] : all)
    if (find_route("GET", path, none) != nullptr)
      out.append("<a href=\"").append(path).append("\">").append(name).append("</a> ");
  return out + "</nav>\n";
}

} // namespace

net::http_response home_page(const host_view& host) {
  const auto uri = escaped(host.uri);
  std::string body = "<h1 id=\"header\">Codius host <span id=\"uri\">" + uri + "</span></h1>\n";
  body += "<p class=\"soft\">It runs what anybody uploads, as isolated pods, for as long as is paid"
          " over Interledger. No account is needed. Codiusd (C++) "
          + std::string{runtime::version} + ".</p>\n";
  body += state_line(host) + facts(host) + how_to(host) + links();
  return page_answer("Codius host " + uri, body);
}

} // namespace codius::actors
