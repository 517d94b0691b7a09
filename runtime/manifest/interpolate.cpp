#include "runtime/manifest/interpolate.hpp"

#include "runtime/manifest/hash.hpp"

#include <algorithm>

namespace codius::runtime {

using outcome = resolved_value::outcome;

namespace {

/// Any order will do; most names differ in size.
bool is_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

} // namespace

interpolator::interpolator(const json& manifest, const json* private_part, hashes are)
  : vars_(manifest.find("vars")) {
  if (vars_) {
    variables_.reserve(vars_->object()->size());
    for (const auto& [name, var] : *vars_->object())
      variables_.push_back({.name = name,
                            .value = *var.find_text("value"),
                            .is_private = var.find("encoding") != nullptr});
    std::sort(variables_.begin(), variables_.end(),
              [](const variable& a, const variable& b) { return is_before(a.name, b.name); });
  }
  const json* secrets = private_part ? private_part->find("vars") : nullptr;
  if (!secrets)
    return;
  for (const auto& [name, secret] : *secrets->object()) {
    auto* var = const_cast<variable*>(find(name));
    if (!var || !var->is_private)
      continue;
    var->secret = secret.find_text("value");
    var->hash = are == hashes::found_right ? std::string{var->value} : hash_private_var(secret);
  }
}

const interpolator::variable* interpolator::find(std::string_view name) const {
  const auto it
    = std::lower_bound(variables_.begin(), variables_.end(), name,
                       [](const variable& v, std::string_view n) { return is_before(v.name, n); });
  return it == variables_.end() || it->name != name ? nullptr : &*it;
}

resolved_value interpolator::resolve(std::string_view value) const {
  if (!value.starts_with('$'))
    return {outcome::literal, value};
  const variable* var = find(value.substr(1));
  if (!var)
    return {outcome::undefined, {}};
  if (!var->is_private)
    return {outcome::variable, var->value};
  if (!var->secret)
    return {outcome::private_missing, {}};
  if (var->hash != var->value)
    return {outcome::hash_differs, {}};
  return {outcome::variable, *var->secret};
}

std::string interpolator::explain(const resolved_value& failure, std::string_view value) const {
  const std::string var = "var=" + std::string{value};
  const auto vars = [this] { return " manifest.vars=" + (vars_ ? dump(*vars_) : "undefined"); };
  switch (failure.is) {
    case outcome::literal: return {};
    case outcome::variable: return {};
    case outcome::undefined: return "could not interpolate var. " + var + vars();
    case outcome::private_missing: return "could not interpolate private var. " + var + vars();
    case outcome::hash_differs: break;
  }
  const variable& v = *find(value.substr(1));
  return "private var does not match hash. " + var + " encoding=private:sha256 public-hash="
         + std::string{v.value} + " hashed-value=" + v.hash;
}

bool is_reserved_name(std::string_view name) { return name.starts_with("CODIUS"); }

} // namespace codius::runtime
