#include "runtime/client/upload_report.hpp"

#include "runtime/base/json.hpp"
#include "runtime/client/price.hpp"
#include "runtime/client/text.hpp"

namespace codius::client {

using runtime::json_object;

namespace {

std::string amount_of(uint64_t amount, const std::optional<asset>& unit) {
  return unit ? show_amount(amount, *unit) : std::to_string(amount) + " units";
}

bool has_moved(const upload_result& r) { return r.moved.sent > 0 || r.moved.uncertain > 0; }
bool has_credit(const upload_result& r) { return r.credit.value_or(0) > 0; }

/// What became of the money, sentences without a line break.
std::string money_text(const upload_result& r) {
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
std::string paid_text(const upload_result& r) {
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
std::string credit_advice(const upload_result& r) {
  if (has_credit(r))
    return "To spend the credit, repeat this command with --pay-token " + r.token;
  if (has_moved(r))
    return "The host knows what was paid by its pay token: repeat this command with --pay-token "
           + r.token + ", and it counts that first";
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

void add_common(json_object& to, const upload_result& r) {
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

exit_code exit_of(const upload_result& r) { return r.end ? exit_code::ok : r.end.failure().code; }

std::string success_text(const delivery& pod, const upload_result& r, utc_time now,
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

std::string failure_text(const failure& why, const upload_result& r, const text_style& style) {
  auto out = tinted(style, tint::bad, "codius upload:") + " " + why.what + "\n";
  out += indented(money_text(r));
  if (const auto advice = credit_advice(r); !advice.empty())
    out += indented(advice + ".");
  // A host that fell silent may have done all the same what it was paid for.
  if (has_moved(r) && !r.credit && !r.hash.empty())
    out += indented("Whether the pod runs tells " + r.host + "/pods?manifestHash=" + r.hash);
  if (!why.next.empty())
    out += indented(why.next + (why.next.ends_with('?') ? "" : "."));
  return out;
}

std::string report_json(const upload_result& r) {
  json_object out{{"ok", static_cast<bool>(r.end)}};
  if (r.end) {
    out.set("url", r.end->url).set("expiry", iso_time(r.end->expires_at));
    add_common(out, r);
    if (r.moved.uncertain > 0)
      out.set("maybePaid", std::to_string(r.moved.uncertain));
    return dump(out) + "\n";
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
  return dump(out) + "\n";
}

} // namespace codius::client
