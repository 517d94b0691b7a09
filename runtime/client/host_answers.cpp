#include "runtime/client/host_answers.hpp"

#include "net/http/uri.hpp"
#include "runtime/base/json.hpp"
#include "runtime/client/price.hpp"
#include "runtime/client/text.hpp"

namespace codius::client {

using runtime::json;

namespace {

constexpr size_t most_details = 10;

constexpr const char* not_a_host = "Is this the address of a Codius host?";

failure nonsense(const std::string& host, const std::string& what) {
  return {exit_code::host, host + " " + what, not_a_host};
}

/// The JSON object of a 200.
outcome<json> read_object(const net::http_response& answer, const std::string& host) {
  if (answer.status != 200)
    return explain_refusal(answer, host);
  auto body = runtime::parse_json(answer.body);
  if (!body || !body->object())
    return nonsense(host, "does not answer with a JSON object");
  return *std::move(body);
}

/// The hash must be there, and ours: a host that runs something else must not be paid, or praised.
done check_hash(const json& body, const std::string& host, std::string_view hash, bool required) {
  const auto* told = body.find_text("manifestHash");
  if (!body.find("manifestHash") && !required)
    return well();
  if (told && *told == hash)
    return well();
  const auto theirs = told ? printable(*told, 60) : "none";
  return failure{exit_code::host,
                 host + " tells another manifest hash (" + theirs + ") than this manifest has ("
                   + std::string{hash} + ")",
                 "Do not trust this host with it"};
}

outcome<std::optional<asset>> read_unit(const json& body, const std::string& host) {
  const auto* code = body.find("assetCode");
  const auto* scale = body.find("assetScale");
  if (!code && !scale)
    return std::optional<asset>{};
  const auto* text = code ? code->text() : nullptr;
  const auto* number = scale ? scale->number() : nullptr;
  const bool good = text && !text->empty() && text->size() <= 32 && number && *number >= 0
                    && *number <= 255
                    && *number == static_cast<double>(static_cast<unsigned>(*number));
  if (!good)
    return nonsense(host, "does not say in which asset it wants to be paid");
  return std::optional<asset>{asset{*text, static_cast<uint8_t>(*number)}};
}

std::vector<std::string> read_details(const json& body) {
  std::vector<std::string> out;
  const auto* errors = body.find("errors");
  if (!errors || !errors->array())
    return out;
  for (const auto& e : *errors->array()) {
    const auto* pointer = e.find_text("pointer");
    const auto* message = e.find_text("message");
    if (message && out.size() < most_details)
      out.push_back((pointer ? printable(*pointer, 100) + ": " : "") + printable(*message));
  }
  return out;
}

std::string advice_for(const refusal& r) {
  if (r.code == "no_capacity" || r.code == "busy" || r.status == 503)
    return "Try again later, or another host";
  if (r.code == "image_unavailable")
    return "The host must be able to fetch each image by its digest";
  if (r.status == 400 || r.status == 422)
    return "Correct what it complains of, and try again";
  if (r.code == "conflict")
    return "Wait for the other upload with this token to end";
  if (r.code.empty() && (r.status == 404 || r.status == 405))
    return not_a_host;
  auto hint = r.hint;
  while (hint.ends_with('.'))
    hint.pop_back();
  return hint;
}

} // namespace

outcome<quote> read_quote(const net::http_response& answer, const std::string& host,
                          std::string_view hash) {
  const auto body = read_object(answer, host);
  if (!body)
    return body.failure();
  if (const auto same = check_hash(*body, host, hash, false); !same)
    return same.failure();
  const auto* price = body->find("price");
  if (!price)
    return nonsense(host, "does not tell a price");
  const auto amount = parse_price(*price);
  if (!amount)
    return failure{exit_code::host, amount.error().detail, "Try another host"};
  auto unit = read_unit(*body, host);
  if (!unit)
    return unit.failure();
  return quote{*amount, *std::move(unit)};
}

outcome<delivery> read_delivery(const net::http_response& answer, const std::string& host,
                                std::string_view hash) {
  const auto body = read_object(answer, host);
  if (!body)
    return body.failure();
  if (const auto same = check_hash(*body, host, hash, true); !same)
    return same.failure();
  const auto* url = body->find_text("url");
  const auto* expiry = body->find_text("expiry");
  const auto time = expiry ? parse_iso_time(*expiry) : std::nullopt;
  if (!url || !net::parse_http_uri(*url))
    return nonsense(host, "took the upload, but does not tell the pod's URL");
  if (!time)
    return nonsense(host, "took the upload, but does not tell when the pod ends");
  return delivery{*url, std::string{hash}, *time};
}

refusal read_refusal(const net::http_response& answer) {
  refusal out;
  out.status = answer.status;
  const auto body = runtime::parse_json(answer.body);
  if (body) {
    if (const auto* code = body->find_text("code"))
      out.code = printable(*code, 40);
    if (const auto* hint = body->find_text("hint"))
      out.hint = printable(*hint, 300);
    if (const auto* message = body->find_text("message"))
      out.message = printable(*message);
    if (const auto* credit = body->find("credit"))
      if (const auto amount = parse_price(*credit))
        out.credit = *amount;
    out.details = read_details(*body);
  }
  if (out.message.empty())
    out.message = net::reason_phrase(answer.status);
  return out;
}

failure explain_refusal(const net::http_response& answer, const std::string& host) {
  if (answer.status >= 300 && answer.status < 400) {
    const auto to = printable(answer.fields.get("location"), 200);
    return {exit_code::host, host + " sends us to " + (to.empty() ? "another place" : to),
            "If you trust that place, give its address with --host"};
  }
  if (answer.status < 300)
    return nonsense(host,
                    "answers " + std::to_string(answer.status) + ", which means nothing here");
  const auto refused = read_refusal(answer);
  auto what = host + " refuses: " + refused.message + " (" + std::to_string(refused.status) + ")";
  for (const auto& detail : refused.details)
    what += "\n  " + detail;
  const auto code = answer.status == 402 ? exit_code::payment : exit_code::host;
  return {code, std::move(what), advice_for(refused)};
}

outcome<std::optional<uint64_t>> read_asked_price(const net::http_response& answer) {
  const auto body = runtime::parse_json(answer.body);
  const auto* price = body ? body->find("price") : nullptr;
  if (!price)
    return std::optional<uint64_t>{};
  const auto amount = parse_price(*price);
  if (!amount)
    return failure{exit_code::host, amount.error().detail, "Try another host"};
  return std::optional<uint64_t>{*amount};
}

failure explain_silence(const error& why, const std::string& host) {
  const auto said = printable(why.detail);
  switch (why.code) {
    case errc::timed_out:
      return {exit_code::timed_out,
              host + " does not answer in time" + (said.empty() ? "" : ": " + said),
              "Try again later, or another host"};
    case errc::malformed:
    case errc::too_large:
      return {exit_code::host, host + " does not speak HTTP as it should: " + said, not_a_host};
    default:
      if (said.starts_with(host)) // "… closed the connection"
        return {exit_code::host, said, "Try again later, or another host"};
      return {exit_code::host, "cannot reach " + host + ": " + said,
              "Is the address right, and is the host running?"};
  }
}

} // namespace codius::client
