#pragma once
#include "runtime/base/json.hpp"
#include "runtime/base/json_place.hpp"
#include "runtime/manifest/schema.hpp"

#include <string>
#include <vector>

namespace codius::runtime {

/// One thing wrong with a manifest; `path` as in `manifest.containers[0].environment.KEY`.
struct manifest_problem {
  std::string path;
  std::string message;
  json_path place = {};   ///< the culprit from the top of the JSON text, or where it is missing
  std::string words = {}; ///< the message for a person who sees the path beside it
  bool operator==(const manifest_problem&) const = default;
};

/// Everything wrong with the complete manifest `{manifest, private?}`, in the order and the words
/// of the library that clients use; empty when it is valid. Broken shape hides the rest.
///
/// Unlike that library it looks at own members alone: `$toString` is an undefined variable.
std::vector<manifest_problem> validate_manifest(const json& complete);

/// What a host refuses of a manifest that the library takes: ports that are none, descriptions,
/// names that JavaScript would drop.
std::vector<manifest_problem> check_for_hosts(const json& complete);

/// `[{path: message}, …]`, as clients print them.
json problems_json(const std::vector<manifest_problem>& problems);

/// One violation as the library's validator describes it: `{path, keyword}`, and before them the
/// name of a member that must not be there.
json violation_json(const violation& v);
json violations_json(const std::vector<violation>& violations);

/// The same as a problem: the path is the value's, the message the library's.
manifest_problem violation_problem(const violation& v);

} // namespace codius::runtime
