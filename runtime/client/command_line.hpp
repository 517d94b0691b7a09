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

/// The options that were given: name without dashes → values, in order; switches have one "true".
using given_options = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What every command is handed.
struct program_world {
  env world;
  environment_lookup variable;
  console streams;
};

struct command_spec {
  std::string_view name;
  std::string_view summary;
  std::span<const option_spec> options;
  std::string_view notes; ///< paragraphs between options and examples
  std::string_view examples;
  int (*run)(const given_options& options, const program_world& world);
};

/// Reads the words after the command's name. Errors: `invalid`, one line for each thing wrong:
/// unknown options (with the one that was probably meant), missing values, stray words.
result<given_options> parse_options(std::span<const option_spec> options,
                                    std::span<const std::string> words);

std::string command_help(const command_spec& command);
std::string program_help(std::span<const command_spec> commands);

/// The whole program: finds the command, answers `--help` and `--version`, runs it. `words` are the
/// arguments without the program's name. Returns the exit code.
int run_program(std::span<const command_spec> commands, std::span<const std::string> words,
                const program_world& world);

} // namespace codius::client
