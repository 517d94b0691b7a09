#include "runtime/client/purchase_report.hpp"

#include "runtime/base/json.hpp"
#include "runtime/client/price.hpp"
#include "runtime/client/text.hpp"

namespace codius::client {

using runtime::json_object;

namespace {

std::string amount_of(uint64_t amount, const std::optional<asset>& unit) {
  return unit ? show_amount(amount, *unit) : std::to_string(amount) + " units";
}

bool has_moved(const purchase_result& r) { return r.moved.sent > 0 || r.moved.uncertain > 0; }
bool has_credit(const purchase_result& r) { return r.credit.value_or(0) > 0; }

/// What became of the money, sentences without a line break.
std::string money_text(const purchase_result& r) {
  std::string out;
  if (!has_moved(r))
    out = "Nothing was paid.";
  if (r.moved.sent > 0)
    out = "Paid: " + amount_of(r.moved.sent, r.payer) + ".";
  if (r.moved.uncertain > 0)
    out += std::string{out.empty() ? "" : " "} + amount_of(r.moved.uncertain, r.payer)
           + (r.moved.sent > 0 ? " more" : "") + " may have been paid: no answer told.";
  if (has_credit(r))
    out += " " + amount_of(*r.credit, r.host_unit) + " are kept as credit of pay token " + r.token
           + ".";
  return out;
}

/// For a pod that runs.
std::string paid_text(const purchase_result& r) {
  if (!has_moved(r))
    return amount_of(0, r.payer) + ": the pay token had paid before";
  if (r.moved.sent == 0) // no answer told, but the pod does
    return amount_of(r.moved.uncertain, r.payer);
  if (r.moved.uncertain == 0)
    return amount_of(r.moved.sent, r.payer);
  return amount_of(r.moved.sent, r.payer) + ", and perhaps " + amount_of(r.moved.uncertain, r.payer)
         + " more: no answer told";
}

/// What to do with money that is with the host.
std::string credit_advice(const purchase_result& r, std::string_view command) {
  // These keep the token in the state file, and look there.
  const bool is_recorded = command == "extend" || command == "cron create";
  const auto again = is_recorded ? std::string{"repeat this command"}
                                 : "repeat this command with --pay-token " + r.token;
  if (has_credit(r))
    return "To spend the credit, " + again;
  if (has_moved(r))
    return "The host knows what was paid by its pay token: " + again + ", and it counts that first";
  return {};
}

/// The lines of `text`, each but the first after the indent.
std::string indented(const std::string& text) {
  std::string out = "  ";
  for (char c : text)
    out += c == '\n' ? std::string{"\n  "} : std::string{c};
  return out + "\n";
}

json_object asset_json(const asset& unit) {
  return {{"code", printable(unit.code, 32)}, {"scale", unit.scale}};
}

void add_common(json_object& to, const purchase_result& r) {
  if (!r.host.empty())
    to.set("host", r.host);
  if (!r.hash.empty())
    to.set("manifestHash", r.hash);
  if (r.price)
    to.set("price", std::to_string(*r.price));
  if (r.host_unit)
    to.set("priceAsset", asset_json(*r.host_unit));
  to.set("totalPaid", std::to_string(r.moved.sent));
  if (r.payer)
    to.set("asset", asset_json(*r.payer));
}

} // namespace

exit_code exit_of(const purchase_result& r) { return r.end ? exit_code::ok : r.end.failure().code; }

std::string success_text(const delivery& pod, const purchase_result& r, utc_time now,
                         const text_style& style) {
  const auto line = [&](const char* label, const std::string& what) {
    return "  " + tinted(style, tint::faint, label) + what + "\n";
  };
  auto out = tinted(style, tint::good, "Your pod runs.") + "\n";
  out += line("url    ", tinted(style, tint::strong, pod.url));
  out
    += line("until  ", iso_time(pod.expires_at) + " (" + relative_time(pod.expires_at, now) + ")");
  out += line("paid   ", paid_text(r));
  out += line("hash   ", pod.hash);
  return out;
}

std::string failure_text(const failure& why, const purchase_result& r, const text_style& style,
                         std::string_view command) {
  auto out
    = tinted(style, tint::bad, "codius " + std::string{command} + ":") + " " + why.what + "\n";
  out += indented(money_text(r));
  if (const auto advice = credit_advice(r, command); !advice.empty())
    out += indented(advice + ".");
  // A host that fell silent may have done all the same what it was paid for.
  if (has_moved(r) && !r.credit && !r.hash.empty())
    out += indented("Whether the pod runs tells " + r.host + "/pods?manifestHash=" + r.hash);
  if (!why.next.empty())
    out += indented(why.next + (why.next.ends_with('?') ? "" : "."));
  return out;
}

namespace {

json_object report_object(const purchase_result& r) {
  json_object out{{"ok", static_cast<bool>(r.end)}};
  if (r.end) {
    out.set("url", r.end->url).set("expiry", iso_time(r.end->expires_at));
    add_common(out, r);
    if (r.moved.uncertain > 0)
      out.set("maybePaid", std::to_string(r.moved.uncertain));
    return out;
  }
  const auto& why = r.end.failure();
  out.set("exitCode", static_cast<int>(why.code)).set("error", to_string(why.code));
  out.set("message", why.what);
  if (!why.next.empty())
    out.set("hint", why.next);
  add_common(out, r);
  if (r.moved.uncertain > 0)
    out.set("maybePaid", std::to_string(r.moved.uncertain));
  if (r.credit)
    out.set("credit", std::to_string(*r.credit));
  if (has_moved(r) || has_credit(r))
    out.set("payToken", r.token);
  return out;
}

/// One result for all: the only one, or that of a run that ended before there were several.
purchase_result as_one(const run_report& r) {
  purchase_result out = r.hosts.size() == 1 ? r.hosts[0] : purchase_result{};
  if (r.why)
    out.end = *r.why;
  return out;
}

bool is_one(const run_report& r) { return r.why || r.hosts.size() <= 1; }

json_object report_of_all(const run_report& r) {
  json_object out{{"ok", exit_of(r) == exit_code::ok},
                  {"exitCode", static_cast<int>(exit_of(r))},
                  {"manifestHash", r.hosts.front().hash}};
  runtime::json_array hosts;
  for (const auto& one : r.hosts)
    hosts.push_back(report_object(one));
  out.set("hosts", std::move(hosts));
  return out;
}

void tell_all(const run_report& r, utc_time now, const console& streams) {
  size_t good = 0;
  for (const auto& one : r.hosts) {
    const auto& style = streams.out_style;
    if (!one.end) {
      streams.err(failure_text(one.end.failure(), one, streams.err_style, r.command));
      continue;
    }
    ++good;
    streams.out(tinted(style, tint::strong, one.end->url) + "\n  " + "until "
                + iso_time(one.end->expires_at) + " (" + relative_time(one.end->expires_at, now)
                + "), paid " + paid_text(one) + "\n");
  }
  streams.out("The pod runs at " + std::to_string(good) + " of " + std::to_string(r.hosts.size())
              + " hosts. Hash: " + r.hosts.front().hash + "\n");
}

} // namespace

std::string report_json(const purchase_result& r) { return dump(report_object(r)) + "\n"; }

exit_code exit_of(const run_report& r) {
  if (r.why)
    return r.why->code;
  for (const auto& one : r.hosts)
    if (!one.end)
      return one.end.failure().code;
  return exit_code::ok;
}

int tell(const run_report& r, bool as_json, utc_time now, const console& streams) {
  const auto only = as_one(r);
  if (as_json)
    streams.out(is_one(r) ? report_json(only) : dump(report_of_all(r)) + "\n");
  else if (!is_one(r))
    tell_all(r, now, streams);
  else if (only.end)
    streams.out(success_text(*only.end, only, now, streams.out_style));
  else
    streams.err(failure_text(only.end.failure(), only, streams.err_style, r.command));
  return static_cast<int>(exit_of(r));
}

} // namespace codius::client
