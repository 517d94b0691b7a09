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

/// "manifest" of "manifest validate"; empty for a command that stands alone.
std::string_view group_of(const command_spec& command) {
  const auto blank = command.name.find(' ');
  return command.name.substr(0, blank == std::string_view::npos ? 0 : blank);
}

bool is_group(std::string_view word, std::span<const command_spec> commands) {
  return !word.empty() && std::any_of(commands.begin(), commands.end(), [&](const auto& c) {
    return group_of(c) == word;
  });
}

/// How many words of `words` name something: a command, or a group and what should be in it.
size_t name_length(std::span<const std::string> words, std::span<const command_spec> commands) {
  const bool two = words.size() > 1 && is_group(words[0], commands);
  return two && !words[1].starts_with('-') ? 2 : std::min<size_t>(words.size(), 1);
}

std::string joined(std::span<const std::string> words) {
  std::string out;
  for (const auto& word : words)
    out += (out.empty() ? "" : " ") + word;
  return out;
}

int say_unknown(std::string_view word, std::span<const command_spec> commands,
                const console& streams) {
  std::vector<std::string> names;
  for (const auto& command : commands)
    names.emplace_back(command.name);
  for (const auto& command : commands)
    names.emplace_back(group_of(command));
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
  const auto mark = std::find(words.begin(), words.end(), "--");
  if (asks_for({words.begin(), mark}, "-h", "--help")) {
    world.streams.out(command_help(command));
    return 0;
  }
  const auto options = parse_options(command.options, words, command.positionals);
  if (options)
    return command.run(*options, world);
  world.streams.err("codius " + std::string{command.name} + ": " + options.error().detail
                    + "\nTry codius " + std::string{command.name} + " --help.\n");
  return command.usage_error;
}

std::string usage_of(const positional_spec& place) {
  const std::string word = std::string{place.name} + (place.most > 1 ? "..." : "");
  return place.least > 0 ? " " + word : " [" + word + "]";
}

/// Of each command the first example.
std::string first_lines(std::span<const command_spec> commands) {
  std::string out;
  for (const auto& command : commands)
    out += std::string{command.examples.substr(0, command.examples.find('\n'))} + "\n";
  return out;
}

/// Those of a group's commands, where they are the same for all.
std::string_view group_exit_codes(std::span<const command_spec> commands) {
  const auto& first = commands.front().exit_codes;
  const bool same = std::all_of(commands.begin(), commands.end(),
                                [&](const auto& c) { return c.exit_codes == first; });
  return same && !first.empty() ? first : exit_codes;
}

/// What is asked for by `codius WORD` alone, and is an error, or with `--help`.
int say_program_help(std::span<const command_spec> commands, std::string_view group, bool asked,
                     const console& streams) {
  (asked ? streams.out : streams.err)(program_help(commands, group));
  return static_cast<int>(asked ? exit_code::ok : exit_code::user);
}

} // namespace

std::string command_help(const command_spec& command) {
  const std::string name{command.name};
  std::string out = "codius " + name + ": " + std::string{command.summary} + "\n\nUsage: codius "
                    + name + " [options]";
  for (const auto& place : command.positionals)
    out += usage_of(place);
  out += "\n\n";
  for (const auto& place : command.positionals)
    out += entry(std::string{place.name}, place.help);
  for (const auto& option : command.options)
    out += option_entry(option);
  out += entry("-h, --help", "Show this text.");
  out += "\n" + std::string{command.notes} + "\nExamples:\n" + std::string{command.examples} + "\n";
  return out + std::string{command.exit_codes.empty() ? exit_codes : command.exit_codes};
}

std::string program_help(std::span<const command_spec> commands, std::string_view group) {
  std::vector<command_spec> shown;
  for (const auto& command : commands)
    if (group.empty() || group_of(command) == group)
      shown.push_back(command);
  std::string out = "codius: runs containers on Codius hosts and pays for them by Interledger\n\n"
                    "Usage: codius "
                    + (group.empty() ? "" : std::string{group} + " ")
                    + "COMMAND [options]\n\nCommands:\n";
  for (const auto& command : shown)
    out += entry(std::string{command.name}, command.summary);
  out += entry("help [COMMAND]", "Show this text, or that of a command.");
  out += "\nOptions:\n";
  out += entry("-h, --help", "Show this text.");
  out += entry("    --version", "Show the version.");
  out += "\nExamples:\n" + first_lines(shown) + "\n";
  return out + std::string{group.empty() ? exit_codes : group_exit_codes(shown)};
}

int run_program(std::span<const command_spec> commands, std::span<const std::string> words,
                const program_world& world) {
  const auto& streams = world.streams;
  if (words.empty())
    return say_program_help(commands, {}, false, streams);
  const bool help = words[0] == "help";
  if ((help && words.size() == 1) || words[0] == "--help" || words[0] == "-h")
    return say_program_help(commands, {}, true, streams);
  if (words[0] == "--version" || words[0] == "version") {
    streams.out(std::string{"codius "} + runtime::version + "\n");
    return 0;
  }
  if (help)
    words = words.subspan(1);
  const auto length = name_length(words, commands);
  const auto name = joined(words.first(length));
  words = words.subspan(length);
  const auto command
    = std::find_if(commands.begin(), commands.end(), [&](const auto& c) { return c.name == name; });
  if (command == commands.end() && is_group(name, commands))
    return say_program_help(commands, name, help || asks_for(words, "-h", "--help"), streams);
  if (command == commands.end())
    return say_unknown(name, commands, streams);
  if (help) {
    streams.out(command_help(*command));
    return 0;
  }
  return run_command(*command, words, world);
}

} // namespace codius::client
