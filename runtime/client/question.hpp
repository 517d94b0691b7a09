#pragma once
#include "net/asio.hpp"
#include "runtime/client/console.hpp"
#include "runtime/client/stopper.hpp"

#include <string>

namespace codius::client {

/// Asks a person; true for "y" or "yes". No is the default: also for an empty line, the end of the
/// input, or a stop. `text` ends with a question mark; " [y/N] " is added. Needs a `question_fd`.
asio::awaitable<bool> ask_yes(const console& where, std::string text, stopper& stop);

/// What an answer means.
bool means_yes(std::string_view line);

} // namespace codius::client
