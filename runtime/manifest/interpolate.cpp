#include "runtime/manifest/interpolate.hpp"

#include "runtime/manifest/hash.hpp"

namespace codius::runtime {

using outcome = resolved_value::outcome;

interpolator::interpolator(const json& manifest, const json* private_part)
  : vars_(manifest.find("vars")) {
  if (vars_)
    for (const auto& [name, var] : *vars_->object())
      variables_.emplace(name, variable{.value = *var.find_text("value"),
                                        .is_private = var.find("encoding") != nullptr});
  const json* secrets = private_part ? private_part->find("vars") : nullptr;
  if (!secrets)
    return;
  for (const auto& [name, secret] : *secrets->object()) {
    const auto it = variables_.find(name);
    if (it == variables_.end() || !it->second.is_private)
      continue;
    it->second.secret = secret.find_text("value");
    it->second.hash = hash_private_var(secret);
  }
}

resolved_value interpolator::resolve(std::string_view value) const {
  if (!value.starts_with('$'))
    return {outcome::literal, value};
  const auto it = variables_.find(value.substr(1));
  if (it == variables_.end())
    return {outcome::undefined, {}};
  const variable& var = it->second;
  if (!var.is_private)
    return {outcome::variable, var.value};
  if (!var.secret)
    return {outcome::private_missing, {}};
  if (var.hash != var.value)
    return {outcome::hash_differs, {}};
  return {outcome::variable, *var.secret};
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
  const variable& v = variables_.at(value.substr(1));
  return "private var does not match hash. " + var + " encoding=private:sha256 public-hash="
         + std::string{v.value} + " hashed-value=" + v.hash;
}

bool is_reserved_name(std::string_view name) { return name.starts_with("CODIUS"); }

} // namespace codius::runtime
