#pragma once
// Inner header of runtime/base/config: the one declaration of every setting.
#include "runtime/base/config.hpp"

#include <string_view>

namespace codius::runtime {

/// One setting. Its key in the file is `key`; its flag is `--key` with dashes.
struct setting {
  std::string_view key;
  std::vector<std::string_view> variables; ///< the first that is not empty wins
  std::string_view fallback;               ///< the default as it would be written
  std::string_view dev_fallback;           ///< in development mode, if it differs; else empty
  std::string_view unit;                   ///< for people; may be empty
  std::string_view help;
  std::string_view right;                         ///< what a value must be, to follow "must be"
  bool (*assign)(config&, std::string_view text); ///< false: the text is not right
  bool is_switch = false;                         ///< the flag alone means "true"
  bool is_secret = false;
};

/// `dev` first, since other defaults hang on it; then as in the README.
std::span<const setting> settings();

/// "--public-uri" for "public_uri".
std::string flag_of(const setting& s);

/// Variables of the original host that mean nothing here; each is answered with one warning.
std::span<const std::string_view> unused_variables();

// --- the pieces of load_config -----------------------------------------------------------------

struct given {
  std::string text;
  std::string source;
};
using given_values = std::map<std::string, given, std::less<>>; ///< by key
using problems = std::vector<std::string>;

struct command_line {
  command wanted = command::run;
  bool readable = true; ///< false: it makes no sense at all, `values` are missing
  std::string file;     ///< of --config
  given_values values;
};
command_line read_flags(std::span<const std::string> arguments, problems& wrong);

/// The settings in a TOML file of at most 1 MiB.
given_values read_config_file(const std::string& path, problems& wrong);

/// What no single setting can tell: combinations, and what follows from several.
void finish_config(config& c, const given_values& explicit_values, problems& wrong,
                   std::vector<std::string>& warnings);

/// `text` with whatever stands before an @ in an authority replaced by ***.
std::string mask_userinfo(std::string_view text);

/// "; did you mean X?" for the word of `known` nearest to `word`, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

} // namespace codius::runtime
