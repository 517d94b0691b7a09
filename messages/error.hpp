#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace codius {

/// Expected failures. The name of each is the stable `code` of an HTTP error body, and the error
/// catalogue (messages/error_catalogue.hpp) says what it means to a person. Add a code when a
/// caller or a person would act differently, otherwise write a better detail.
enum class errc : uint8_t {
  malformed = 1,     ///< bytes that do not parse
  invalid,           ///< parses, but breaks the rules of the request
  unprocessable,     ///< well formed, but cannot be done as asked
  unknown_pod,       ///< no pod of that hash
  not_found,         ///< no such thing
  too_large,         ///< over a size limit
  unsupported,       ///< media type or coding that is not spoken here
  payment_required,  ///< nothing paid yet
  payment_timeout,   ///< too little arrived in time
  conflict,          ///< another request holds the same thing
  no_capacity,       ///< the host is full
  image_unavailable, ///< a container image cannot be had
  start_failed,      ///< the pod could not be started
  busy,              ///< try again soon
  unavailable,       ///< a part of the host, or a peer, is not there right now
  timed_out,         ///< no answer within the deadline
  rejected,          ///< the other side said no
  io,                ///< the operating system said no
  internal,          ///< a fault of ours
  invalid_duration,  ///< no number of seconds that is sold
  missing_pay_token, ///< a sale without a `Pay-Token`
  invalid_pay_token, ///< a `Pay-Token` that is no 16 octets
  invalid_manifest,  ///< a manifest, or what comes with it, that no pod can be made of
  draining,          ///< no new pods: the operator wants it so
  self_test_pending, ///< no uploads and gossip before the host has passed its self-test
  payments_down,     ///< the host cannot be paid: it has no way to the ledger
  misconfigured,     ///< the host knows that its settings are wrong
  logs_private,      ///< the pod's manifest lets nobody read its output
  request_timeout,   ///< a request that comes too slowly
  header_too_large,  ///< a request line or header fields over a limit
  not_implemented,   ///< a method or version of HTTP that is not spoken here
  pod_starting,      ///< the pod is paid, and not up yet
  pod_busy,          ///< the pod has as many connections as it may
  pod_not_listening, ///< the pod runs, but nothing listens at its port
  pod_timeout,       ///< the pod does not answer
  pod_bad_answer,    ///< the pod answers what is no HTTP, or cuts its answer off
};

/// The name as it appears in answers and logs, e.g. "unknown_pod".
const char* to_string(errc code) noexcept;

/// What went wrong, and where: `detail` names the input or peer, never a secret.
struct error {
  errc code{};
  std::string detail;
  bool operator==(const error&) const = default;
};

/// A `T`, or the reason there is none. Checking it is not optional.
template <class T>
class [[nodiscard]] result {
public:
  using value_type = T;
  result(T value) : v_(std::move(value)) {}
  result(codius::error e) : v_(std::move(e)) {}
  explicit operator bool() const noexcept { return v_.index() == 0; }
  T& operator*() & { return std::get<0>(v_); }
  const T& operator*() const& { return std::get<0>(v_); }
  T&& operator*() && { return std::get<0>(std::move(v_)); }
  T* operator->() { return &std::get<0>(v_); }
  const T* operator->() const { return &std::get<0>(v_); }
  const codius::error& error() const { return std::get<1>(v_); }

private:
  std::variant<T, codius::error> v_;
};

using status = result<std::monostate>;
/// The `status` that says all went well.
inline status ok() { return std::monostate{}; }

} // namespace codius
