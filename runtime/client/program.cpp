// The frame around the commands: help, version, and finding the command.
#include "runtime/base/version.hpp"
#include "runtime/client/command_line.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>

namespace codius::client {

namespace {

constexpr size_t help_column = 28;
constexpr size_t help_width = 96;

constexpr std::string_view exit_codes
  = "Exit codes: 0 done, 1 wrong options or files, or declined, 2 the host failed or refused,\n"
    "3 payment failed, 4 time-out, 130 interrupted.\n";

/// `text` broken into lines that begin at `help_column`; the cursor is there already.
std::string wrapped(std::string_view text) {
  std::string out;
  size_t column = help_column;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (column > help_column && column + 1 + word.size() > help_width) {
      out += "\n" + std::string(help_column, ' ');
      column = help_column;
    }
    if (column > help_column) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return out + "\n";
}

std::string entry(std::string left, std::string_view help) {
  left = "  " + left;
  if (left.size() + 2 > help_column)
    left += "\n" + std::string(help_column, ' ');
  else
    left.resize(help_column, ' ');
  return left + wrapped(help);
}

std::string option_entry(const option_spec& option) {
  std::string names{option.names};
  if (names.starts_with("--"))
    names = "    " + names; // below the long names of those with a short one
  for (auto comma = names.find(','); comma != names.npos; comma = names.find(',', comma + 1))
    names.insert(comma + 1, " ");
  if (!option.value.empty())
    names += " " + std::string{option.value};
  return entry(std::move(names), option.help);
}

int say_unknown(std::string_view word, std::span<const command_spec> commands,
                const console& streams) {
  std::vector<std::string> names;
  for (const auto& command : commands)
    names.emplace_back(command.name);
  const auto nearest = nearest_word(word, names);
  streams.err("codius: \"" + printable(word, 60) + "\" is no command"
              + (nearest.empty() ? "" : "; did you mean " + nearest + "?")
              + "\nTry codius --help.\n");
  return static_cast<int>(exit_code::user);
}

bool asks_for(std::span<const std::string> words, std::string_view shorter,
              std::string_view longer) {
  return std::any_of(words.begin(), words.end(),
                     [&](const auto& word) { return word == shorter || word == longer; });
}

int run_command(const command_spec& command, std::span<const std::string> words,
                const program_world& world) {
  if (asks_for(words, "-h", "--help")) {
    world.streams.out(command_help(command));
    return 0;
  }
  const auto options = parse_options(command.options, words);
  if (options)
    return command.run(*options, world);
  world.streams.err("codius " + std::string{command.name} + ": " + options.error().detail
                    + "\nTry codius " + std::string{command.name} + " --help.\n");
  return static_cast<int>(exit_code::user);
}

} // namespace

std::string command_help(const command_spec& command) {
  const std::string name{command.name};
  std::string out = "codius " + name + ": " + std::string{command.summary} + "\n\nUsage: codius "
                    + name + " [options]\n\n";
  for (const auto& option : command.options)
    out += option_entry(option);
  out += entry("-h, --help", "Show this text.");
  out += "\n" + std::string{command.notes} + "\nExamples:\n" + std::string{command.examples} + "\n";
  return out + std::string{exit_codes};
}

std::string program_help(std::span<const command_spec> commands) {
  std::string out = "codius: runs containers on Codius hosts and pays for them by Interledger\n\n"
                    "Usage: codius COMMAND [options]\n\nCommands:\n";
  for (const auto& command : commands)
    out += entry(std::string{command.name}, command.summary);
  out += entry("help [COMMAND]", "Show this text, or that of a command.");
  out += "\nOptions:\n";
  out += entry("-h, --help", "Show this text.");
  out += entry("    --version", "Show the version.");
  for (const auto& command : commands)
    out += "\nExamples:\n" + std::string{command.examples};
  return out + "\n" + std::string{exit_codes};
}

int run_program(std::span<const command_spec> commands, std::span<const std::string> words,
                const program_world& world) {
  if (words.empty()) {
    world.streams.err(program_help(commands));
    return static_cast<int>(exit_code::user);
  }
  const bool help = words[0] == "help";
  if ((help && words.size() == 1) || words[0] == "--help" || words[0] == "-h") {
    world.streams.out(program_help(commands));
    return 0;
  }
  if (words[0] == "--version" || words[0] == "version") {
    world.streams.out(std::string{"codius "} + runtime::version + "\n");
    return 0;
  }
  const auto& name = words[help ? 1 : 0];
  const auto command
    = std::find_if(commands.begin(), commands.end(), [&](const auto& c) { return c.name == name; });
  if (command == commands.end())
    return say_unknown(name, commands, world.streams);
  if (help) {
    world.streams.out(command_help(*command));
    return 0;
  }
  return run_command(*command, words.subspan(1), world);
}

} // namespace codius::client
