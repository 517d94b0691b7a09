#include "runtime/client/manifest_files.hpp"

#include "runtime/base/json_place.hpp"
#include "runtime/base/json_reader.hpp"
#include "runtime/client/memory.hpp"
#include "runtime/client/text.hpp"
#include "runtime/manifest/image_resolver.hpp"
#include "runtime/manifest/validate.hpp"

#include <algorithm>
#include <filesystem>

namespace codius::client {

using runtime::json;
using runtime::json_path;

namespace {

constexpr const char* codius_name = "codius.json";
constexpr const char* vars_name = "codiusvars.json";

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

file_problem problem_at(const read_source& in, size_t octet, std::string words) {
  const auto where = runtime::position_of(in.text, octet);
  file_problem out{.file = in.path, .line = where.line, .column = where.column};
  out.line_text = where.text;
  out.has_secrets = in.text.find("\"private\"") != std::string::npos;
  out.message = words;
  out.words = std::move(words);
  return out;
}

/// At the deepest place that there is on the way to the problem's.
file_problem problem_in(const read_source& in, const runtime::manifest_problem& what) {
  json_path place = in.inside;
  place.insert(place.end(), what.place.begin(), what.place.end());
  auto out = problem_at(in, runtime::find_json_place(in.text, place), what.words);
  out.path = what.path;
  out.message = what.message;
  return out;
}

file_problem cannot(const std::string& path, std::string what, std::string next = {}) {
  file_problem out{.file = path, .message = what, .words = std::move(what)};
  out.next = std::move(next);
  out.could_not_run = true;
  return out;
}

read_source read(const std::string& path, const input_limits& limits) {
  read_source out{.path = path, .text = {}, .value = {}};
  auto text = read_input(path, limits);
  // Taken apart it is some times as large: each member and each short text has a place of its own.
  if (text && *text && (*text)->size() > 256 << 10)
    expect_memory(5 * (*text)->size());
  if (!text) {
    const auto& why = text.failure();
    // The sentence begins with the file's name, which is shown anyway.
    out.problems.push_back(cannot(path, why.what.substr(input_name(path).size() + 1), why.next));
    return out;
  }
  if (!*text) {
    out.problems.push_back(cannot(path, "does not exist"));
    return out;
  }
  out.text = **std::move(text);
  if (out.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    out.problems.push_back({.file = path, .message = "is empty", .words = "is empty"});
    return out;
  }
  constexpr runtime::json_options options{.byte_order_mark = true};
  auto value = runtime::parse_json(out.text, options);
  if (value) {
    out.value = *std::move(value);
    return out;
  }
  const auto fault = runtime::find_json_fault(out.text, options);
  out.problems.push_back(
    problem_at(out, fault ? fault->at : 0, "not JSON: " + (fault ? fault->what : std::string{})));
  return out;
}

read_source no_vars() {
  return {.path = {}, .text = {}, .value = runtime::json_object{{"vars", runtime::json_object{}}}};
}

bool is_vars_file(const read_source& file) {
  if (file.value.object())
    return file.value.find("vars") && !file.value.find("manifest");
  return base_name(file.path) == vars_name;
}

manifest_input pair_of(read_source codius, read_source vars) {
  manifest_input out;
  out.name
    = input_name(codius.path) + (vars.path.empty() ? std::string{} : " + " + input_name(vars.path));
  out.codius = std::move(codius);
  out.vars = std::move(vars);
  out.is_pair = true;
  return out;
}

manifest_input alone(read_source file) {
  manifest_input out;
  out.name = input_name(file.path);
  out.codius = std::move(file);
  return out;
}

/// The vars file beside a codius file; it need not be there.
read_source vars_beside(const std::string& codius, const input_limits& limits) {
  const auto path = codius.substr(0, codius.size() - base_name(codius).size()) + vars_name;
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? read(path, limits) : no_vars();
}

std::vector<manifest_input> group(std::span<const std::string> paths, const input_limits& limits) {
  std::vector<read_source> files;
  for (const auto& path : paths)
    files.push_back(read(path, limits));
  std::vector<manifest_input> out;
  for (size_t i = 0; i < files.size(); ++i) {
    auto& file = files[i];
    if (is_vars_file(file) && file.problems.empty())
      file.problems.push_back(problem_at(file, 0, "a vars file must stand behind its codius file"));
    if (is_vars_file(file)) {
      out.push_back(alone(std::move(file)));
    } else if (i + 1 < files.size() && is_vars_file(files[i + 1])) {
      out.push_back(pair_of(std::move(file), std::move(files[i + 1])));
      ++i;
    } else if (base_name(file.path) == codius_name) {
      auto vars = vars_beside(file.path, limits);
      out.push_back(pair_of(std::move(file), std::move(vars)));
    } else {
      out.push_back(alone(std::move(file)));
    }
  }
  return out;
}

void check_pair(manifest_input& input, const env& world) {
  auto merged = runtime::merge_sources(input.codius.value, input.vars.value, world);
  for (const auto& p : merged.problems)
    input.problems.push_back(problem_in(p.in_vars_file ? input.vars : input.codius, p.what));
  input.complete = std::move(merged.complete);
}

void check_complete(manifest_input& input) {
  if (const json* inner = input.codius.value.find("generatedManifest")) {
    json copy = *inner;
    input.codius.value = std::move(copy);
    input.codius.inside = {"generatedManifest"};
  }
  auto problems = runtime::validate_manifest(input.codius.value);
  if (problems.empty())
    problems = runtime::check_for_hosts(input.codius.value);
  for (const auto& p : problems)
    input.problems.push_back(problem_in(input.codius, p));
  input.complete = std::move(input.codius.value);
}

void check(manifest_input& input, const env& world) {
  for (auto* file : {&input.codius, &input.vars})
    for (auto& p : file->problems)
      input.problems.push_back(std::move(p));
  if (!input.problems.empty())
    return;
  if (input.is_pair)
    check_pair(input, world);
  else
    check_complete(input);
  const auto size
    = input.problems.empty() ? runtime::explain_size(*input.complete.find("manifest")) : "";
  if (!size.empty())
    input.problems.push_back(
      {.file = input.codius.path, .message = size, .words = size, .only_for_hosts = true});
}

} // namespace

bool manifest_input::has_secrets() const {
  const json* part = complete.find("private");
  const json* secrets = part ? part->find("vars") : nullptr;
  return secrets && secrets->object() && !secrets->object()->empty();
}

std::vector<manifest_input> load_manifests(std::span<const std::string> files, bool only_pairs,
                                           const input_limits& limits, const env& world) {
  std::vector<manifest_input> out;
  const std::string usual[] = {codius_name};
  if (files.empty())
    files = usual;
  if (!only_pairs)
    out = group(files, limits);
  else
    out.push_back(pair_of(read(files[0], limits), files.size() > 1
                                                    ? read(files[1], limits)
                                                    : vars_beside(files[0], limits)));
  for (auto& input : out)
    check(input, world);
  return out;
}

void resolve_images(manifest_input& input, const runtime::image_to_digest& resolve) {
  const auto failed = runtime::resolve_images(*input.complete.find("manifest"), resolve);
  if (!failed)
    return;
  const json_path place{"manifest", "containers", std::to_string(failed->container), "image"};
  const auto detail = printable(failed->why.detail, 1000);
  input.problems.push_back(problem_in(
    input.codius, {"manifest.containers." + place[2] + ".image", detail, place, detail}));
  input.problems.back().next = runtime::image_hint(failed->why);
  const auto code = failed->why.code;
  input.problems.back().could_not_run
    = code == errc::unavailable || code == errc::timed_out || code == errc::io;
}

} // namespace codius::client
