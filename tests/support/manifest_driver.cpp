// What the manifest library says of one JSON text a line, for a comparison with another library:
// one JSON object a line, {"hash", "hash_of_all", "errors", "simple"}; {"syntax": …} for no JSON.
//
//   manifest_driver [SECONDS] < texts      with SECONDS: repeats the first text that long, and
//   prints
//                                          how often it was checked, hashed and simplified a second
#include "runtime/manifest/canonical_json.hpp"
#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/simplify.hpp"
#include "runtime/manifest/validate.hpp"

#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

using namespace codius;
using namespace codius::runtime;

namespace {

constexpr json_options options{.depth = 512, .surrogates = lone_surrogates::keep};

std::string answer_to(const std::string& text) {
  const auto value = parse_json(text, options);
  if (!value)
    return dump(json_object{{"syntax", value.error().detail}});
  const auto errors = validate_manifest(*value);
  json_object out{{"hash_of_all", hash_manifest(*value).text}, {"errors", problems_json(errors)}};
  if (const json* manifest = value->find("manifest"))
    out.set("hash", hash_manifest(*manifest).text);
  if (const auto simple = simplify_manifest(*value))
    out.set("simple", dump(*simple));
  else
    out.set("refusal", simple.error().detail);
  return dump(out);
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Hashes to a number that is printed, so that no work can be left away.
size_t work_on(const json& value) {
  const auto hash = hash_manifest(*value.find("manifest"));
  const auto simple = simplify_manifest(value); // which validates
  return hash.text.size() + (simple ? 1 : 0);
}

void measure(const std::string& text, double seconds) {
  const auto value = parse_json(text, options);
  if (!value || !simplify_manifest(*value)) {
    std::puts("the manifest is not valid");
    std::exit(1);
  }
  size_t count = 0, sum = 0;
  const double began = processor_seconds();
  double now = began;
  for (; now - began < seconds; now = processor_seconds())
    for (int i = 0; i < 100; ++i, ++count)
      sum += work_on(*value);
  std::printf("%.0f %zu\n", static_cast<double>(count) / (now - began), sum);
}

} // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    if (argc > 1) {
      measure(line, std::atof(argv[1]));
      return 0;
    }
    std::cout << answer_to(line) << '\n';
  }
  return 0;
}
