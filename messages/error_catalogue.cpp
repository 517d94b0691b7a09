#include "messages/error_catalogue.hpp"

namespace codius {

namespace {

using enum money_fate;

// Sentences speak to whoever sent the request; hints say what to do, not what is bad.
constexpr std::array catalogue{
  error_meaning{errc::malformed,
                "malformed",
                {400},
                untouched,
                "The request cannot be read: it is no HTTP, no JSON, or no URL.",
                "Send it as /openapi.json describes it; `message` and `errors` say what is wrong"
                " and where."},
  error_meaning{errc::invalid,
                "invalid",
                {400},
                untouched,
                "The request can be read, but something in it is not allowed.",
                "Correct what `message` and `errors` name, and send it again."},
  error_meaning{errc::unprocessable,
                "unprocessable",
                {422},
                untouched,
                "The request is well formed, but this host cannot do what it asks.",
                "Change what `message` names; the same request will be refused again."},
  error_meaning{errc::unknown_pod,
                "unknown_pod",
                {404, 422},
                kept,
                "No pod of this hash runs here: it was never uploaded, or its time is over.",
                "Check the hash, or upload the manifest again."},
  error_meaning{errc::not_found,
                "not_found",
                {404},
                untouched,
                "There is nothing at this path, or not any more.",
                "GET /openapi.json lists what there is."},
  error_meaning{errc::too_large,
                "too_large",
                {413},
                untouched,
                "The body is larger than this host takes.",
                "Send less: up to 1 MiB, counted after unpacking."},
  error_meaning{errc::unsupported,
                "unsupported",
                {415},
                untouched,
                "The body has a media type or a content coding that is not spoken here.",
                "Send JSON as application/json, plain or with Content-Encoding gzip or deflate."},
  error_meaning{errc::payment_required,
                "payment_required",
                {402},
                untouched,
                "This costs `price`, and nothing has been paid yet.",
                "Pay to the address in the `Pay` header by Interledger, and repeat the request with"
                " the same Pay-Token while the payment's connection is open."},
  error_meaning{errc::payment_timeout,
                "payment_timeout",
                {402},
                kept,
                "Too little money arrived in time.",
                "Repeat the request with the same Pay-Token: what arrived counts, and the rest is"
                " asked for again."},
  error_meaning{errc::conflict,
                "conflict",
                {409},
                untouched,
                "Another request holds the same thing: with a Pay-Token, one that still waits for"
                " its payment.",
                "Wait for that request to end, or use a fresh Pay-Token."},
  error_meaning{errc::no_capacity,
                "no_capacity",
                {503},
                untouched,
                "The host is full.",
                "Try again later, or another host: GET /peers names some."},
  error_meaning{errc::image_unavailable,
                "image_unavailable",
                {422},
                kept,
                "A container's image cannot be had.",
                "Check that the image is public, named by a digest that exists, and made for this"
                " host's architecture."},
  error_meaning{errc::start_failed,
                "start_failed",
                {503},
                kept,
                "The pod was paid, but could not be started.",
                "Look at what `message` says of the container; the price is credit of the Pay-Token"
                " and can be spent here on another try."},
  error_meaning{errc::busy,
                "busy",
                {503, 429},
                untouched,
                "The host, or you at this host, does too much at once just now.",
                "Try again after the seconds that Retry-After gives."},
  error_meaning{errc::unavailable,
                "unavailable",
                {503},
                kept,
                "A part of the host restarts or is out of reach.",
                "Send the same request again in a moment, with the same Pay-Token: nothing is"
                " charged twice."},
  error_meaning{errc::timed_out,
                "timed_out",
                {504},
                kept,
                "A part of the host did not answer in time.",
                "Send the same request again, with the same Pay-Token: nothing is charged twice."},
  error_meaning{errc::rejected,
                "rejected",
                {403},
                untouched,
                "This is not allowed to whoever asked.",
                "See `message`; the same request will be refused again."},
  error_meaning{errc::io,
                "io",
                {500},
                kept,
                "The host's operating system failed.",
                "Tell the operator, with the X-Request-Id of the answer.",
                true},
  error_meaning{errc::internal,
                "internal",
                {500},
                kept,
                "A fault of this host.",
                "Tell the operator, with the X-Request-Id of the answer. With the same Pay-Token"
                " nothing is charged twice.",
                true},
  error_meaning{errc::invalid_duration,
                "invalid_duration",
                {400},
                untouched,
                "`duration` is no time that is sold here.",
                "Give a whole number of seconds between the bounds that `message` names."},
  error_meaning{errc::missing_pay_token,
                "missing_pay_token",
                {400},
                untouched,
                "A sale needs a Pay-Token header.",
                "Make 16 random octets, send them as base64url in Pay-Token, and keep them: what is"
                " paid belongs to whoever knows them."},
  error_meaning{errc::invalid_pay_token,
                "invalid_pay_token",
                {400},
                untouched,
                "The Pay-Token is not the base64url of 16 octets.",
                "Make 16 random octets and send them as base64url, which is 22 characters."},
  error_meaning{errc::invalid_manifest,
                "invalid_manifest",
                {400, 422},
                untouched,
                "No pod can be made of this manifest.",
                "Correct what `errors` names; `codius manifest validate` finds the same on your"
                " machine."},
  error_meaning{errc::draining,
                "draining",
                {503},
                untouched,
                "The operator lets no new pods in just now; those that are here go on.",
                "Upload to another host: GET /peers names some. Pods that are here can be bought"
                " more time."},
  error_meaning{errc::self_test_pending,
                "self_test_pending",
                {503},
                untouched,
                "The host has not passed its own test yet, and takes no uploads before.",
                "Try again after the seconds that Retry-After gives, or another host."},
  error_meaning{errc::payments_down,
                "payments_down",
                {503},
                untouched,
                "The host cannot be paid just now: it has no connection to the Interledger.",
                "Try again later, or another host."},
  error_meaning{errc::misconfigured,
                "misconfigured",
                {403},
                untouched,
                "The host knows that it is set up wrongly, and keeps out of the network.",
                "Tell the operator: `codiusd ctl self-test` says what is wrong."},
  error_meaning{errc::logs_private,
                "logs_private",
                {403},
                untouched,
                "The pod's manifest lets nobody read its output.",
                "Upload a manifest with \"debug\": true to have readable logs."},
  error_meaning{errc::request_timeout,
                "request_timeout",
                {408},
                untouched,
                "The request came too slowly.",
                "Send it again on a new connection."},
  error_meaning{errc::header_too_large,
                "header_too_large",
                {431, 414},
                untouched,
                "The request line or the header fields are larger than this host takes.",
                "Send a request line of up to 8 KiB and up to 100 fields in 16 KiB."},
  error_meaning{errc::not_implemented,
                "not_implemented",
                {501, 505},
                untouched,
                "A method or version of HTTP that is not spoken here.",
                "Use HTTP/1.1 with the methods that /openapi.json lists."},
  error_meaning{errc::pod_starting,
                "pod_starting",
                {503},
                at_peer,
                "The pod is paid and about to run.",
                "Try again in a moment."},
  error_meaning{errc::pod_busy,
                "pod_busy",
                {503},
                at_peer,
                "The pod has as many connections as it may have.",
                "Try again in a moment."},
  error_meaning{errc::pod_not_listening,
                "pod_not_listening",
                {503},
                at_peer,
                "The pod runs, but nothing listens at the port of its manifest.",
                "Its program may still be starting. If it is yours: listen at 0.0.0.0 and the port"
                " that the manifest names."},
  error_meaning{errc::pod_timeout,
                "pod_timeout",
                {504},
                at_peer,
                "The pod did not answer in time.",
                "Try again later. If it is yours, look at its logs: GET /pods/HASH/logs."},
  error_meaning{errc::pod_bad_answer,
                "pod_bad_answer",
                {502},
                at_peer,
                "The pod closed the connection, or answered what is no HTTP.",
                "If it is yours, look at its logs: GET /pods/HASH/logs."},
};

constexpr bool is_in_order() {
  for (size_t i = 0; i < catalogue.size(); ++i)
    if (catalogue[i].code != static_cast<errc>(i + 1))
      return false;
  return catalogue.back().code == errc::pod_bad_answer;
}
static_assert(is_in_order(), "one entry for each errc, in its order");

constexpr error_meaning no_such_code{errc::internal, "?", {500}, kept, "", "", true};

} // namespace

const char* to_string(money_fate fate) noexcept {
  switch (fate) {
    case untouched: return "The request took no money.";
    case kept:
      return "What has arrived is credit of the Pay-Token (GET /credits), and is spent first by the"
             " next request with it.";
    case at_peer: return "Requests to pods cost nothing at this host.";
  }
  return "";
}

std::span<const error_meaning> error_catalogue() noexcept { return catalogue; }

const error_meaning& meaning_of(errc code) noexcept {
  const auto at = static_cast<size_t>(code) - 1;
  return at < catalogue.size() ? catalogue[at] : no_such_code;
}

const error_meaning* find_meaning(std::string_view name) noexcept {
  for (const auto& one : catalogue)
    if (one.name == name)
      return &one;
  return nullptr;
}

} // namespace codius
