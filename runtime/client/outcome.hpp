#pragma once
#include "messages/error.hpp"

#include <string>
#include <utility>
#include <variant>

namespace codius::client {

/// What the program ends with; `--help` lists them.
enum class exit_code : int {
  ok = 0,
  user = 1,          ///< options, files, images, or "no" at the question
  host = 2,          ///< the host cannot be reached, refuses, or answers nonsense
  payment = 3,       ///< no ledger, no way to the host, too dear, or not paid in full
  timed_out = 4,     ///< longer than --timeout
  interrupted = 130, ///< Ctrl-C, or a signal to end
};

/// The name that `--json` gives a failure, e.g. "payment".
const char* to_string(exit_code code) noexcept;

/// Why a command did not do what it was asked to. Sentences for people, without a full stop at the
/// end of `what`; neither holds a secret, and what others wrote is `printable`.
struct failure {
  exit_code code = exit_code::user;
  std::string what; ///< what happened, and why
  std::string next; ///< what to do next; may be empty
  bool operator==(const failure&) const = default;
};

/// A `T`, or why there is none.
template <class T>
class [[nodiscard]] outcome {
public:
  outcome(T value) : v_(std::move(value)) {}
  outcome(client::failure f) : v_(std::move(f)) {}
  explicit operator bool() const noexcept { return v_.index() == 0; }
  T& operator*() & { return std::get<0>(v_); }
  const T& operator*() const& { return std::get<0>(v_); }
  T&& operator*() && { return std::get<0>(std::move(v_)); }
  T* operator->() { return &std::get<0>(v_); }
  const T* operator->() const { return &std::get<0>(v_); }
  const client::failure& failure() const { return std::get<1>(v_); }

private:
  std::variant<T, client::failure> v_;
};

using done = outcome<std::monostate>;
/// The `done` that says all went well.
inline done well() { return std::monostate{}; }

} // namespace codius::client
