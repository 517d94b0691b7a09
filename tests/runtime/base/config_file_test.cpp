#include "tests/runtime/base/config_fixture.hpp"

using namespace codius;
using namespace codius::tests;

namespace {

const runtime::environment real{{"CODIUS_PUBLIC_URI", "https://h.example"}};

} // namespace

TEST_SUITE("runtime/base/config_file") {
  TEST_CASE("the file is the flag's, else the variable's, else the usual one if there is one") {
    const settings_file a{"port = 1\n"}, b{"port = 2\n"}, usual{"port = 3\n"};
    const auto vars
      = runtime::environment{{"CODIUS_PUBLIC_URI", "https://h.example"}, {"CODIUS_CONFIG", b.path}};
    CHECK(load({"--config", a.path}, vars, usual.path)->values.port == 1);
    CHECK(load({}, vars, usual.path)->values.port == 2);
    CHECK(load({}, real, usual.path)->values.port == 3);
    CHECK(complaint(load({"--config", "/nowhere.toml"}, real))
          == "the settings file \"/nowhere.toml\" cannot be read");
    CHECK(complaint(load({"--config", "/tmp"}, real))
          == "the settings file \"/tmp\" cannot be read");
  }

  TEST_CASE("a file has numbers, truth values and lists of texts") {
    const settings_file file{"cost_per_month = 0.025\nmax_memory_fraction = 1\ndev = true\n"
                             "insecure_registries = ['127.0.0.1:5000', 'r.example']\n"
                             "asset_scale = 6\n"};
    const auto c = load({"--config", file.path});
    REQUIRE(complaint(c) == "");
    CHECK(c->values.cost_per_month == decimal{25, 3});
    CHECK(c->values.insecure_registries == std::vector<std::string>{"127.0.0.1:5000", "r.example"});
    CHECK(c->values.ledger.scale == 6);
  }

  TEST_CASE("whatever is wrong with a file is named with its line") {
    const std::pair<std::string, std::string> rows[] = {
      {"prot = 1", ":1: \"prot\" is no setting; did you mean port?"},
      {"\n\nnonsense_here = 1", ":3: \"nonsense_here\" is no setting"},
      {"[port]\nx = 1", ":1: port must be one value or a list of texts"},
      {"port = [1, 2]", ":1: port must be one value or a list of texts"},
      {"port = 2020-01-01", ":1: port must be one value or a list of texts"},
      {"port = 1\nport = 2", ":2: this is not TOML, at column"},
      {"port = ", ":1: this is not TOML, at column"},
      {"\nilp_credentials = \"btp+ws://:s3cret@x", ":2: this is not TOML, at column"},
      {"port = \"\xff\"", ":1: this is not TOML, at column"},
      {std::string(2 << 20, '#'), " is larger than 1 MiB"},
    };
    for (const auto& [text, expected] : rows) {
      CAPTURE(expected);
      const settings_file file{text};
      const auto why = complaint(load({"--config", file.path}, real));
      CHECK(why.find(expected) != std::string::npos);
      CHECK(why.find("s3cret") == std::string::npos);
    }
  }
}
