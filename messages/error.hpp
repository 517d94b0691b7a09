#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace codius {

/// Expected failures. Each maps to one HTTP status and one log level; its name is the stable
/// `code` of an HTTP error body. Add a code when a caller would act differently, otherwise write
/// a better detail.
enum class errc : uint8_t {
  malformed = 1,     ///< bytes that do not parse
  invalid,           ///< parses, but breaks the rules of the request
  unprocessable,     ///< well formed, but cannot be done as asked (HTTP 422)
  unknown_pod,       ///< no pod of that hash
  not_found,         ///< no such thing
  too_large,         ///< over a size limit
  unsupported,       ///< media type, method or version that is not spoken here
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
