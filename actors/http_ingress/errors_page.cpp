#include "actors/http_ingress/errors_page.hpp"

#include "actors/http_ingress/page.hpp"

namespace codius::actors {

using runtime::json_array;
using runtime::json_object;

namespace {

constexpr const char* about_errors
  = "Each error answer is JSON with statusCode, error, message, code and hint. The code is stable; "
    "message tells of the case at hand.";
constexpr const char* about_payments
  = "What can happen to a payment on its way: the codes of the Interledger (RFC 0027), and the "
    "faults of the host's own connection to its ledger.";

std::string statuses_text(const error_meaning& e) {
  std::string out;
  for (const auto status : e.statuses)
    if (status != 0)
      out += (out.empty() ? "" : ", ") + std::to_string(status);
  return out;
}

json_object entry(const error_meaning& e) {
  json_array statuses;
  for (const auto status : e.statuses)
    if (status != 0)
      statuses.emplace_back(status);
  return {{"code", e.name},
          {"statuses", std::move(statuses)},
          {"message", e.sentence},
          {"money", to_string(e.money)},
          {"hint", e.hint}};
}

json_object entry(const payment_fault& f) {
  return {{"code", f.code},   {"name", f.name}, {"message", f.sentence},
          {"money", f.money}, {"hint", f.hint}, {"temporary", f.is_temporary}};
}

/// One row of a table, in whatever markup.
struct row {
  std::string code, kind, what, money, hint;
};

row as_row(const error_meaning& e) {
  return {std::string{e.name}, statuses_text(e), std::string{e.sentence}, to_string(e.money),
          std::string{e.hint}};
}
row as_row(const payment_fault& f) {
  return {std::string{f.code}, std::string{f.name}, std::string{f.sentence}, std::string{f.money},
          std::string{f.hint}};
}

template <class Entries>
std::string html_table(const Entries& entries, const char* kind) {
  std::string out{"<table><tr><th>Code</th><th>"};
  out.append(kind).append("</th><th>What happened, what to do, and the money</th></tr>\n");
  for (const auto& one : entries) {
    const auto r = as_row(one);
    out += "<tr id=\"" + r.code + "\"><td><code>" + r.code + "</code></td><td>" + escaped(r.kind)
           + "</td><td>" + escaped(r.what) + "<br>" + escaped(r.hint) + "<br><span class=\"soft\">"
           + escaped(r.money) + "</span></td></tr>\n";
  }
  return out + "</table>\n";
}

template <class Entries>
std::string markdown_table(const Entries& entries, const char* kind) {
  auto out = std::string{"| code | "} + kind
             + " | what happened | the money | what to do |\n|---|---|---|---|---|\n";
  for (const auto& one : entries) {
    const auto r = as_row(one);
    out += "| `" + r.code + "` | " + r.kind + " | " + r.what + " | " + r.money + " | " + r.hint
           + " |\n";
  }
  return out;
}

} // namespace

json_object error_catalogue_json() {
  json_array errors;
  for (const auto& one : error_catalogue())
    errors.emplace_back(entry(one));
  json_array payments;
  for (const auto& one : payment_faults())
    payments.emplace_back(entry(one));
  return {{"errors", std::move(errors)}, {"payments", std::move(payments)}};
}

std::optional<json_object> error_json(std::string_view code) {
  if (const auto* known = find_meaning(code))
    return entry(*known);
  if (const auto* known = find_payment_fault(code))
    return entry(*known);
  return std::nullopt;
}

net::http_response error_catalogue_page() {
  static const auto page = page_answer(
    "Errors of this Codius host",
    "<h1>Errors</h1>\n<p class=\"soft\">" + escaped(about_errors) + "</p>\n"
      + html_table(error_catalogue(), "HTTP status") + "<h2>Payments</h2>\n<p class=\"soft\">"
      + escaped(about_payments) + "</p>\n" + html_table(payment_faults(), "Name"));
  return page;
}

std::string error_catalogue_markdown() {
  return std::string{"# Errors\n\n"} + about_errors
         + " A running host tells the same at `GET /errors` and `GET /errors/CODE`. This page is"
           " what `codiusd errors` prints.\n\n"
         + markdown_table(error_catalogue(), "HTTP status") + "\n## Payments\n\n" + about_payments
         + "\n\n" + markdown_table(payment_faults(), "name");
}

} // namespace codius::actors
