#pragma once
#include "messages/env.hpp"
#include "runtime/client/console.hpp"
#include "runtime/client/outcome.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codius::client {

/// One option of a command, from which parsing and help are made.
struct option_spec {
  std::string_view names; ///< "-d,--duration": the last one names it
  std::string_view value; ///< what follows it, for people, as "SECONDS"; empty: a switch
  std::string_view help;
  bool repeatable = false;
};

/// Words of a command that are no options, as files or a hash.
struct positional_spec {
  std::string_view name; ///< for people, in capitals: "FILE"
  std::string_view help;
  size_t least = 0; ///< so many must be given
  size_t most = 1;
};
inline constexpr size_t any_number = static_cast<size_t>(-1);

/// What was given: an option's name without dashes → its values, in order; switches have one
/// "true". Positional words stand under their `positional_spec::name`. Not given: not there.
using given_options = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What every command is handed.
struct program_world {
  env world;
  environment_lookup variable;
  console streams;
};

struct command_spec {
  std::string_view name; ///< "upload"; of one in a group both words: "manifest validate"
  std::string_view summary;
  std::span<const option_spec> options;
  std::string_view notes; ///< paragraphs between options and examples
  std::string_view examples;
  int (*run)(const given_options& options, const program_world& world);
  std::span<const positional_spec> positionals = {};
  std::string_view exit_codes = {}; ///< for the help; empty: the usual ones
  int usage_error = 1;              ///< the exit code of wrong options and missing words
};

/// Reads the words after the command's name. What follows `--` is no option, whatever it looks
/// like;
/// `-` never is one. Errors: `invalid`, one line for each thing wrong: unknown options (with the
/// one that was probably meant), missing values, stray and missing words.
result<given_options> parse_options(std::span<const option_spec> options,
                                    std::span<const std::string> words,
                                    std::span<const positional_spec> positionals = {});

std::string command_help(const command_spec& command);
/// `group`: only the commands of that group, as "manifest"; empty: all.
std::string program_help(std::span<const command_spec> commands, std::string_view group = {});

/// The whole program: finds the command, answers `--help` and `--version`, runs it. `words` are the
/// arguments without the program's name. Returns the exit code.
int run_program(std::span<const command_spec> commands, std::span<const std::string> words,
                const program_world& world);

} // namespace codius::client
