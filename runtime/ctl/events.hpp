#pragma once
#include "runtime/base/json.hpp"
#include "runtime/ctl/admin_link.hpp"

#include <span>
#include <string>

namespace codius::runtime::ctl {

/// `codiusd ctl events …`: shows the event log, follows it, or checks its chain. Blocks; with
/// `--follow` until the host ends. Returns the exit status.
int show_events(std::span<const std::string> words, const admin_place& at, bool as_json);

/// One row as a line of words, without the line's end.
std::string event_line(const json& event);

} // namespace codius::runtime::ctl
