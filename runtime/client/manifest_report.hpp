#pragma once
#include "runtime/base/json.hpp"
#include "runtime/client/console.hpp"
#include "runtime/client/manifest_files.hpp"

#include <span>
#include <string>

namespace codius::client {

/// A problem as compilers tell it: "codius.json:12:7: manifest.port: must be …", then the line and
/// a caret below the place. In files with private variables the line's values are hidden.
std::string problem_text(const file_problem& problem, const text_style& style);

/// The same for tools, a member each; lines are left out.
runtime::json problem_json(const file_problem& problem);

/// 0 all are fine, 1 one is invalid, 2 of one it cannot be said.
int manifest_exit_code(std::span<const manifest_input> inputs);

} // namespace codius::client
