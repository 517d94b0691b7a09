#include "runtime/client/manifest_command.hpp"

#include "runtime/client/manifest_files.hpp"
#include "runtime/client/manifest_report.hpp"
#include "runtime/client/option_reader.hpp"
#include "runtime/client/text.hpp"
#include "runtime/client/upload_options.hpp"
#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/image_name.hpp"
#include "runtime/manifest/image_resolver.hpp"
#include "runtime/manifest/simplify.hpp"

namespace codius::client {

using runtime::json;
using runtime::json_array;
using runtime::json_object;

namespace {

constexpr option_spec json_option{"--json", "",
                                  "Print problems as one JSON object on standard output."};
constexpr option_spec keep_tags{"--keep-tags", "",
                                "Leave image tags as they are, and ask no registry."};
constexpr option_spec insecure{"--insecure-registry", "HOST",
                               "Ask this image registry without TLS. Repeatable; also a list in "
                               "CODIUS_INSECURE_REGISTRIES.",
                               true};
constexpr option_spec timeout{
  "--timeout", "TIME", "Give up on a registry that does not answer in this time. Default 60."};
constexpr option_spec plain_options[] = {json_option};
constexpr option_spec registry_options[] = {keep_tags, insecure, timeout, json_option};

constexpr positional_spec any_files[]
  = {{"FILE", "Manifests; see below. - is standard input. Default codius.json.", 0, any_number}};
constexpr positional_spec two_files[]
  = {{"FILE", "A codius file and its vars file. Default codius.json and codiusvars.json.", 0, 2}};

constexpr std::string_view file_notes
  = "A FILE is a complete manifest, as generate prints it, or a state file. A codius file is one\n"
    "with its vars file behind it, or one named codius.json, which takes the codiusvars.json\n"
    "beside it if there is one.\n";
constexpr std::string_view exit_codes = "Exit codes: 0 fine, 1 a manifest is invalid, 2 could not "
                                        "run (no such file, no network, wrong\n"
                                        "options).\n";

std::vector<std::string> list(const given_options& given, std::string_view name) {
  const auto it = given.find(name);
  return it == given.end() ? std::vector<std::string>{} : it->second;
}

struct run {
  const given_options& given;
  const program_world& world;
  std::vector<manifest_input> inputs = {};

  bool is_on(std::string_view option) const { return given.contains(option); }
  const console& streams() const { return world.streams; }

  void load(bool only_pairs) {
    inputs = load_manifests(list(given, "FILE"), only_pairs,
                            {.standard_input = world.streams.input_fd}, world.world);
  }

  /// False when the options are wrong; that has been told then.
  bool resolve() {
    if (is_on("keep-tags"))
      return true;
    std::chrono::seconds time{60};
    option_reader in{given};
    in.time("timeout", time);
    if (!in.wrong().empty()) {
      streams().err("codius manifest: " + in.wrong() + "\n");
      return false;
    }
    const runtime::image_resolver resolver{
      {.insecure_registries = insecure_registries(given, world.variable), .time_limit = time}};
    for (auto& input : inputs)
      if (input.problems.empty() && input.is_pair)
        resolve_images(input, [&](const std::string& image) { return ask(resolver, image); });
    return true;
  }

  /// What only hosts have against a manifest becomes a note.
  void note_what_hosts_refuse() {
    for (auto& input : inputs)
      std::erase_if(input.problems, [&](const file_problem& p) {
        if (p.only_for_hosts)
          streams().err(input.name + ": note: for hosts it " + printable(p.words) + "\n");
        return p.only_for_hosts;
      });
  }

  result<std::string> ask(const runtime::image_resolver& resolver, const std::string& image) {
    if (streams().err_style.terminal && !runtime::has_digest(image))
      streams().err("asking for " + printable(image) + "\n");
    return resolver.resolve(image);
  }

  /// True when all is well, or tells what is not.
  bool report() const {
    const int code = manifest_exit_code(inputs);
    if (code == 0)
      return true;
    if (is_on("json"))
      streams().out(dump(report_json()) + "\n");
    else
      for (const auto& input : inputs)
        for (const auto& problem : input.problems)
          streams().err(problem_text(problem, streams().err_style));
    return false;
  }

  json report_json() const {
    json_array files;
    for (const auto& input : inputs) {
      json_array errors;
      for (const auto& problem : input.problems)
        errors.push_back(problem_json(problem));
      json_object file{{"name", input.name}, {"ok", input.problems.empty()}};
      files.emplace_back(std::move(file.set("errors", std::move(errors))));
    }
    const int code = manifest_exit_code(inputs);
    return json_object{{"ok", code == 0}, {"exitCode", code}, {"manifests", std::move(files)}};
  }

  int end() const { return manifest_exit_code(inputs); }
};

int validate(const given_options& given, const program_world& world) {
  run r{given, world};
  r.load(false);
  if (r.is_on("json")) {
    world.streams.out(dump(r.report_json()) + "\n");
    return r.end();
  }
  (void)r.report();
  for (const auto& input : r.inputs)
    if (input.problems.empty())
      world.streams.out(input.name + ": valid\n");
  return r.end();
}

int generate(const given_options& given, const program_world& world) {
  run r{given, world};
  r.load(true);
  if (!r.resolve())
    return 2;
  if (r.report())
    for (const auto& input : r.inputs)
      world.streams.out(dump_pretty(input.complete) + "\n");
  return r.end();
}

int simplify(const given_options& given, const program_world& world) {
  run r{given, world};
  r.load(false);
  if (r.report())
    for (const auto& input : r.inputs) {
      const auto simple = runtime::simplify_manifest(input.complete);
      world.streams.out((simple ? dump_pretty(*simple) : simple.error().detail) + "\n");
    }
  return r.end();
}

int hash(const given_options& given, const program_world& world) {
  run r{given, world};
  r.load(false);
  r.note_what_hosts_refuse();
  if (!r.resolve())
    return 2;
  if (!r.report())
    return r.end();
  for (const auto& input : r.inputs) {
    const auto text = runtime::hash_manifest(*input.complete.find("manifest")).text;
    world.streams.out(text + (r.inputs.size() > 1 ? "  " + input.name : "") + "\n");
    if (input.is_pair && input.has_secrets())
      world.streams.err(input.name
                        + ": note: private variables get fresh nonces each time, so no "
                          "other run has this hash. Keep what generate prints.\n");
  }
  return r.end();
}

constexpr command_spec commands[] = {
  {"manifest validate", "Say whether manifests are valid, and where they are not.", plain_options,
   file_notes,
   "  codius manifest validate\n"
   "  codius manifest validate codius.json codiusvars.json --json\n",
   validate, any_files, exit_codes, 2},
  {"manifest generate", "Print the complete manifest that a codius file and a vars file make.",
   registry_options,
   "Image tags become digests, which their registries are asked for. Each private variable gets a\n"
   "fresh nonce, so each run gives another manifest: keep it to extend its pod. It has the "
   "private\n"
   "values.\n",
   "  codius manifest generate > manifest.json\n"
   "  codius manifest generate web.json webvars.json --keep-tags\n",
   generate, two_files, exit_codes, 2},
  {"manifest simplify", "Print manifests with all variables filled in.", plain_options,
   "A FILE is as for codius manifest validate. The output has the private values, and another "
   "hash:\n"
   "it is for looking at.\n",
   "  codius manifest simplify manifest.json\n", simplify, any_files, exit_codes, 2},
  {"manifest hash", "Print the hash of manifests, which names their pods.", registry_options,
   file_notes,
   "  codius manifest hash default.codiusstate.json\n"
   "  codius manifest generate | codius manifest hash -\n",
   hash, any_files, exit_codes, 2},
};

} // namespace

std::span<const command_spec> manifest_commands() { return commands; }

} // namespace codius::client
