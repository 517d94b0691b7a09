#pragma once
#include "runtime/base/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime {

/// What an environment value of a manifest stands for.
struct resolved_value {
  enum class outcome : uint8_t {
    literal,         ///< does not begin with `$`: itself
    variable,        ///< `$NAME` of `manifest.vars`
    undefined,       ///< there is no such variable
    private_missing, ///< it is private, and `private.vars` does not have it
    hash_differs,    ///< its private value is not the one that the manifest was made with
  };
  outcome is;
  std::string_view value; ///< literal, variable: borrowed from the input or the manifest
  bool found() const { return is == outcome::literal || is == outcome::variable; }
};

/// Fills in the variables of one manifest.
///
/// A value that begins with `$` names a variable of `manifest.vars` by all the rest of it; there is
/// no escape, and values are not filled in again. A variable with an encoding takes its value from
/// `private.vars`, whose hash must be the public value. Own members only: `$toString` is undefined.
///
/// Borrows both arguments. Their shape must have been checked. Hashes each private value once.
class interpolator {
public:
  /// Whether somebody has compared the private values with their hashes before.
  enum class hashes : uint8_t { unknown, found_right };

  /// `private_part` is the `private` member; null when the request has none.
  interpolator(const json& manifest, const json* private_part, hashes = hashes::unknown);

  resolved_value resolve(std::string_view value) const;

  /// The sentence that hosts answer (422) when `value` resolved to a failure. As long as all the
  /// manifest's variables, so make it once, not for each failure.
  std::string explain(const resolved_value& failure, std::string_view value) const;

private:
  struct variable {
    std::string_view name;
    std::string_view value; ///< as published
    bool is_private = false;
    const std::string* secret = nullptr; ///< the private value, if it was sent
    std::string hash = {};               ///< of the private variable, if it was sent
  };

  const variable* find(std::string_view name) const;

  const json* vars_;
  std::vector<variable> variables_; ///< sorted
};

/// True for a name that only the host may set: it begins with `CODIUS`.
bool is_reserved_name(std::string_view name);

} // namespace codius::runtime
