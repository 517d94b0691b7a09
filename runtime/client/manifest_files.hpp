#pragma once
#include "messages/env.hpp"
#include "runtime/base/json.hpp"
#include "runtime/client/input_file.hpp"
#include "runtime/manifest/generate.hpp"

#include <span>
#include <string>
#include <vector>

namespace codius::client {

/// One thing wrong with a file, and where in it.
struct file_problem {
  std::string file = {};      ///< as it was named
  size_t line = 0;            ///< from 1; 0: it concerns the whole file
  size_t column = 0;          ///< in characters, from 1
  std::string line_text = {}; ///< the whole line; may hold secrets
  bool has_secrets = false;
  std::string path = {};       ///< in the JSON, as the library writes it; may be empty
  std::string message = {};    ///< for tools: the library's, where it has one
  std::string words = {};      ///< for people, who see file and path beside it
  std::string next = {};       ///< what to do; may be empty
  bool only_for_hosts = false; ///< the manifest is right, but no host takes it
  bool could_not_run = false;  ///< nothing is known about the manifest: no file, no network
};

/// One file as it was read.
struct read_source {
  std::string path; ///< empty: there is no file, and need not be
  std::string text;
  runtime::json value;
  runtime::json_path inside
    = {}; ///< where in it the manifest is: "generatedManifest" in state files
  std::vector<file_problem> problems = {};
};

/// One manifest that a command is asked about.
struct manifest_input {
  std::string name; ///< the files it comes from
  read_source codius;
  read_source vars;
  bool is_pair = false; ///< made from a codius file and a vars file; else read complete
  runtime::json complete;
  std::vector<file_problem> problems; ///< none: it is valid, also for hosts

  bool has_secrets() const;
};

/// Reads and checks the manifests in `files`. A file is a complete manifest, or has one (a state
/// file), except: a vars file and the file before it are a pair, and so are a file named
/// codius.json and the codiusvars.json beside it, if that is there. No files: codius.json of the
/// current directory. `only_pairs`: two files are a pair whatever they are named or hold, one is a
/// codius file. Private variables of a pair get fresh nonces from `world`.
std::vector<manifest_input> load_manifests(std::span<const std::string> files, bool only_pairs,
                                           const input_limits& limits, const env& world);

/// Puts digests for tags; notes in `problems` the image that has none.
void resolve_images(manifest_input& input, const runtime::image_to_digest& resolve);

} // namespace codius::client
