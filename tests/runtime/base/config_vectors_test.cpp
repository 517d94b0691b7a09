// The original host's environment, variable by variable: where we agree, and where not, and why.
#include "tests/runtime/base/config_fixture.hpp"

#include <simdjson.h>

#include <map>

using namespace codius;
using namespace codius::tests;

namespace {

/// Cases that end otherwise here. Text: part of our complaint. "": accepted here, refused there.
const std::map<std::string, std::string> differences{
  // 1 is a yes, too.
  {"dev-1", ""},
  // NODE_ENV belongs to another program.
  {"node-env-test", "public_uri is not set"},
  // A wrong number is refused instead of replaced by the default or believed.
  {"CODIUS_PORT=\"0\"", "port is 0"},
  {"CODIUS_PORT=\"abc\"", "port is \"abc\""},
  {"CODIUS_PORT=\"0x50\"", "port is \"0x50\""},
  {"CODIUS_PORT=\"80.5\"", "port is \"80.5\""},
  {"CODIUS_PORT=\"-1\"", "port is \"-1\""},
  {"CODIUS_COST_PER_MONTH=\"abc\"", "cost_per_month is \"abc\""},
  {"CODIUS_COST_PER_MONTH=\"1e3\"", "cost_per_month is \"1e3\""},
  {"CODIUS_COST_PER_MONTH=\"-5\"", "cost_per_month is \"-5\""},
  {"CODIUS_MAX_MEMORY_FRACTION=\"0\"", "max_memory_fraction is \"0\""},
  {"CODIUS_MAX_MEMORY_FRACTION=\"2\"", "max_memory_fraction is \"2\""},
  {"CODIUS_MAX_MEMORY_FRACTION=\"x\"", "max_memory_fraction is \"x\""},
  {"CODIUS_ADDITIONAL_HOST_INFO=\"TRUE\"", "additional_host_info is \"TRUE\""},
  // A list of peers is a list.
  {"CODIUS_BOOTSTRAP_PEERS=\"{}\"", "bootstrap_peers is"},
  // Whole numbers from 1 on.
  {"CODIUS_SELF_TEST_RETRIES=\"0\"", "self_test_retries is \"0\""},
  {"CODIUS_SELF_TEST_RETRIES=\"x\"", "self_test_retries is \"x\""},
  {"CODIUS_SELF_TEST_INTERVAL=\"0\"", "self_test_interval is \"0\""},
  {"CODIUS_SELF_TEST_INTERVAL=\"0.5\"", "self_test_interval is \"0.5\""},
  {"CODIUS_SELF_TEST_INTERVAL=\"x\"", "self_test_interval is \"x\""},
  // Only BTP is spoken.
  {"ilp", "ilp_plugin is \"p\""},
};

std::string decimal_text(simdjson::dom::element e) {
  double n = 0;
  REQUIRE(!e.get(n));
  auto text = std::to_string(n);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.')
    text.pop_back();
  return text;
}

void compare(const runtime::config& ours, simdjson::dom::element theirs, const std::string& id) {
  const auto text
    = [&](const char* key) { return std::string{std::string_view{theirs[key].get_string()}}; };
  const bool dev = theirs["devMode"].get_bool();
  CHECK(ours.dev == dev);
  CHECK(ours.port == uint64_t{theirs["port"].get_uint64()});
  if (!dev) // theirs was a public name for the loopback address
    CHECK(ours.public_uri == text("publicUri"));
  CHECK(ours.bind_ip == text("bindIp"));
  CHECK(ours.root == text("codiusRoot"));
  CHECK(to_string(ours.cost_per_month) == decimal_text(theirs["hostCostPerMonth"]));
  CHECK(ours.max_memory_fraction == double{theirs["maxMemoryFraction"].get_double()});
  // "1" and "yes" are a yes here.
  if (id != "CODIUS_ADDITIONAL_HOST_INFO=\"1\"")
    CHECK(ours.additional_host_info == bool{theirs["showAdditionalHostInfo"].get_bool()});
  if (id != "CODIUS_HYPER_NOOP=\"yes\"")
    CHECK((ours.pod_runtime == runtime::pod_runtime_kind::noop) == bool{theirs["noop"].get_bool()});
}

} // namespace

TEST_SUITE("runtime/base/config_vectors") {
  TEST_CASE("each environment of the original is understood, or refused for a reason") {
    simdjson::dom::parser parser;
    const std::string path = std::string{CODIUS_TEST_DATA} + "/host-api/11-config.json";
    simdjson::dom::element document;
    REQUIRE(!parser.load(path).get(document));
    size_t cases = 0;
    size_t differing = 0;
    for (simdjson::dom::element one : document["cases"].get_array()) {
      ++cases;
      const std::string id{std::string_view{one["id"].get_string()}};
      CAPTURE(id);
      runtime::environment vars;
      for (auto [name, value] : one["env"].get_object())
        vars.emplace(std::string{name}, std::string{std::string_view{value.get_string()}});
      const auto ours = load({}, vars);
      simdjson::dom::element theirs;
      const bool accepted_there = !one["config"].get(theirs);
      if (const auto known = differences.find(id); known != differences.end()) {
        ++differing;
        CHECK(static_cast<bool>(ours) == known->second.empty());
        CHECK(complaint(ours).find(known->second) != std::string::npos);
        continue;
      }
      CHECK(static_cast<bool>(ours) == accepted_there);
      if (ours && accepted_there)
        compare(ours->values, theirs, id);
    }
    CHECK(cases == 63);
    CHECK(differing == differences.size());
  }
}
