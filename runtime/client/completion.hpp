#pragma once
#include "runtime/client/command_line.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace codius::client {

/// One word that may stand next, and what it is.
struct candidate {
  std::string word;
  std::string help;
};

/// What may stand in the place of the last of `words`, which may be empty; `files`: a file's name.
struct candidates {
  std::vector<candidate> list;
  bool files = false;
};
candidates complete(std::span<const command_spec> commands, std::span<const std::string> words);

/// The script that makes a shell ask `codius completion query`; empty for an unknown shell.
std::string_view completion_script(std::string_view shell);

/// `codius completion bash|zsh|fish`.
std::span<const command_spec> completion_commands();

} // namespace codius::client
