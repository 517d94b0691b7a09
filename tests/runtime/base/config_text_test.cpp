#include "runtime/base/config_table.hpp"
#include "tests/runtime/base/config_fixture.hpp"

#include <sstream>

using namespace codius;
using namespace codius::tests;

namespace {

std::string file_text(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream{path, std::ios::binary}.rdbuf();
  return out.str();
}

} // namespace

TEST_SUITE("runtime/base/config_text") {
  TEST_CASE("--check-config shows each value and where it came from, and no secret") {
    const settings_file file{"\nthreads = 2\n"};
    const auto c = load({"--port", "4000", "--config", file.path},
                        {{"CODIUS_PUBLIC_URI", "HTTPS://H.Example/"},
                         {"ILP_CREDENTIALS", "btp+ws://me:s3cret@m.example:7768/x"},
                         {"CODIUS_ADMIN_API", "true"}});
    REQUIRE(complaint(c) == "");
    const auto text = runtime::check_config_text(*c);
    std::istringstream lines{text};
    std::map<std::string, std::string> seen;
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words{line};
      std::string name, value, source;
      words >> name >> value;
      std::getline(words >> std::ws, source);
      seen[name] = value + " | " + source;
    }
    CHECK(seen["port"] == "4000 | flag --port");
    CHECK(seen["public_uri"] == "https://h.example | environment CODIUS_PUBLIC_URI");
    CHECK(seen["threads"] == "2 | " + file.path + ":2");
    CHECK(seen["asset_code"] == "XRP | default");
    CHECK(seen["ilp_credentials"] == "btp+ws://***@m.example:7768 | environment ILP_CREDENTIALS");
    CHECK(seen["ilp_listen"] == "off | default");
    CHECK(text.find("warning: CODIUS_ADMIN_API") != std::string::npos);
    CHECK(text.find("s3cret") == std::string::npos);
    CHECK(seen.size() == runtime::settings().size() + 1);
  }

  TEST_CASE("the random token of the default uplink is a secret, too") {
    const auto c = load({}, {{"CODIUS_PUBLIC_URI", "https://h.example"}});
    const auto text = runtime::check_config_text(*c);
    CHECK(text.find("btp+ws://***@localhost:7768") != std::string::npos);
    CHECK(text.find("abab") == std::string::npos);
  }

  TEST_CASE("help names every flag and variable") {
    const auto help = runtime::config_help_text();
    for (const auto& s : runtime::settings()) {
      CAPTURE(s.key);
      CHECK(help.find("\n  " + runtime::flag_of(s)) != std::string::npos);
      for (auto name : s.variables)
        CHECK(help.find(name) != std::string::npos);
    }
    for (size_t from = 0; from < help.size();) {
      const auto end = std::min(help.find('\n', from), help.size());
      CHECK(end - from <= 100);
      from = end + 1;
    }
  }

  TEST_CASE("the example file says the defaults, and reads back to them") {
    const auto example = runtime::config_example_file();
    std::string active;
    std::istringstream lines{example};
    size_t settings = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.size() < 2 || line[0] != '#' || line[1] == ' ')
        continue;
      ++settings;
      // Two have no default that could be written down.
      if (line.rfind("#public_uri", 0) != 0 && line.rfind("#ilp_credentials", 0) != 0)
        active += line.substr(1) + "\n";
    }
    CHECK(settings == runtime::settings().size());
    const settings_file file{active};
    const runtime::environment vars{{"CODIUS_PUBLIC_URI", "https://h.example"}};
    const auto from_file = load({"--config", file.path}, vars);
    REQUIRE(complaint(from_file) == "");
    const auto plain = load({}, vars);
    for (const auto& o : plain->origins)
      CHECK(origin_of(*from_file, o.setting).value == o.value);
  }

  TEST_CASE("the README's table is the one the program has") {
    const auto readme = file_text(std::string{CODIUS_TEST_DATA} + "/../../README.md");
    const std::string begin = "<!-- settings -->\n";
    const auto from = readme.find(begin);
    const auto table = runtime::config_markdown_table();
    const auto rows = std::count(table.begin(), table.end(), '\n');
    CHECK(static_cast<size_t>(rows) == runtime::settings().size() + 2);
    REQUIRE(from != std::string::npos);
    const auto end = readme.find("<!-- /settings -->", from);
    REQUIRE(end != std::string::npos);
    const auto start = from + begin.size();
    CHECK(readme.substr(start, end - start) == table);
  }

  TEST_CASE("the example file is the one the program would write") {
    const auto example = file_text(std::string{CODIUS_TEST_DATA} + "/../../deploy/codius.toml");
    CHECK(example == runtime::config_example_file());
  }
}
