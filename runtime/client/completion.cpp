#include "runtime/client/completion.hpp"

#include "runtime/client/commands.hpp"
#include "runtime/client/outcome.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>

namespace codius::client {

namespace {

constexpr std::string_view bash_script
  = R"(# bash completion of codius; load it with: source <(codius completion bash)
_codius() {
  local found line
  COMPREPLY=()
  mapfile -t found < <(codius completion query -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ ${found[0]-} == :files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
    return
  fi
  for line in "${found[@]}"; do COMPREPLY+=("${line%%$'\t'*}"); done
}
complete -F _codius codius
)";

constexpr std::string_view zsh_script = R"(#compdef codius
# zsh completion of codius; put it into your fpath as _codius, or: source <(codius completion zsh)
_codius() {
  local -a found described
  local line
  found=("${(@f)$(codius completion query -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${found[1]} == :files ]]; then
    _files
    return
  fi
  for line in $found; do
    [[ -z $line ]] || described+=("${line%%$'\t'*}:${line#*$'\t'}")
  done
  _describe codius described
}
if [[ $funcstack[1] == _codius ]]; then _codius "$@"; else compdef _codius codius; fi
)";

constexpr std::string_view fish_script
  = R"(# fish completion of codius; load it with: codius completion fish | source
function __codius_complete
    set -l before (commandline -opc)[2..-1]
    set -l found (codius completion query -- $before (commandline -ct) 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c codius -f -a '(__codius_complete)'
)";

void offer(candidates& to, std::string_view word, std::string_view help, std::string_view begun) {
  const auto same = [&](const candidate& c) { return c.word == word; };
  if (word.starts_with(begun) && std::none_of(to.list.begin(), to.list.end(), same))
    to.list.push_back({std::string{word}, std::string{help}});
}

bool is_file(std::string_view what) { return what == "FILE" || what == "PATH"; }

std::vector<std::string_view> names_of(const option_spec& option) {
  std::vector<std::string_view> out;
  for (auto names = option.names; !names.empty();) {
    const auto comma = std::min(names.find(','), names.size());
    out.push_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return out;
}

const option_spec* find_option(const command_spec& command, std::string_view word) {
  for (const auto& option : command.options)
    for (const auto name : names_of(option))
      if (name == word)
        return &option;
  return nullptr;
}

/// Of the words that begin a command line, given how many are there already.
void offer_names(std::span<const command_spec> commands, std::string_view group,
                 std::string_view begun, candidates& to) {
  for (const auto& command : commands) {
    const auto blank = command.name.find(' ');
    if (group.empty())
      offer(to, command.name.substr(0, blank),
            blank == std::string_view::npos ? command.summary : "", begun);
    else if (blank != std::string_view::npos && command.name.substr(0, blank) == group)
      offer(to, command.name.substr(blank + 1), command.summary, begun);
  }
}

candidates complete_in(const command_spec& command, std::span<const std::string> words) {
  candidates out;
  const auto& begun = words.back();
  const auto* before = words.size() > 1 ? find_option(command, words[words.size() - 2]) : nullptr;
  if (before && !before->value.empty()) {
    out.files = is_file(before->value);
    return out;
  }
  if (begun.starts_with('-')) {
    for (const auto& option : command.options)
      offer(out, names_of(option).back(), option.help, begun);
    offer(out, "--help", "Show the help.", begun);
    return out;
  }
  if (command.name == "completion")
    for (const char* shell : {"bash", "zsh", "fish"})
      offer(out, shell, "", begun);
  out.files = !command.positionals.empty() && is_file(command.positionals.front().name);
  return out;
}

int run_completion(const given_options& given, const program_world& world) {
  const auto shell = given.at("SHELL").front();
  if (shell != "query") {
    const auto script = completion_script(shell);
    if (!script.empty()) {
      world.streams.out(script);
      return 0;
    }
    world.streams.err("codius completion: there is none for \"" + printable(shell, 60)
                      + "\"\n  Try bash, zsh or fish.\n");
    return static_cast<int>(exit_code::user);
  }
  const auto it = given.find("WORD");
  const auto found
    = complete(all_commands(), it == given.end() ? std::vector<std::string>{} : it->second);
  if (found.files)
    world.streams.out(":files\n");
  for (const auto& one : found.list)
    world.streams.out(one.word + "\t" + one.help + "\n");
  return 0;
}

constexpr positional_spec places[] = {
  {"SHELL", "bash, zsh or fish; or query, which the scripts ask.", 1, 1},
  {"WORD", "For query: the command line so far.", 0, any_number},
};

constexpr command_spec table[] = {
  {"completion",
   "Print a script that lets a shell complete codius's words.",
   {},
   "bash: add \"source <(codius completion bash)\" to ~/.bashrc. zsh: the same in ~/.zshrc, after\n"
   "compinit. fish: codius completion fish > ~/.config/fish/completions/codius.fish\n",
   "  source <(codius completion bash)\n"
   "  codius completion query -- upload --du\n",
   run_completion,
   places},
};

} // namespace

candidates complete(std::span<const command_spec> commands, std::span<const std::string> words) {
  candidates out;
  const std::string nothing[] = {""};
  if (words.empty())
    words = nothing;
  if (words.size() > 1 && words[0] == "help")
    words = words.subspan(1);
  if (words.size() == 1) {
    offer_names(commands, {}, words[0], out);
    for (const char* word : {"help", "--help", "--version"})
      offer(out, word, "", words[0]);
    return out;
  }
  for (const auto& command : commands) {
    if (command.name == words[0])
      return complete_in(command, words.subspan(1));
    if (words.size() > 2 && command.name == words[0] + " " + words[1])
      return complete_in(command, words.subspan(2));
  }
  if (words.size() == 2)
    offer_names(commands, words[0], words[1], out);
  return out;
}

std::string_view completion_script(std::string_view shell) {
  return shell == "bash"   ? bash_script
         : shell == "zsh"  ? zsh_script
         : shell == "fish" ? fish_script
                           : std::string_view{};
}

std::span<const command_spec> completion_commands() { return table; }

} // namespace codius::client
