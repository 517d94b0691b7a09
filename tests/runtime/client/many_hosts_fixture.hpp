#pragma once
// Commands as a person gives them, against hosts that behave as each test asks.
#include "runtime/client/command_line.hpp"
#include "tests/runtime/client/paid_fixture.hpp"

#include <sstream>

namespace codius::tests {

struct many_hosts_fixture : paid_fixture {
  using words = std::vector<std::string>;

  /// Runs a command of the table; its exit code.
  int give(std::span<const client::command_spec> table, std::string_view name, words given) {
    for (const auto& command : table)
      if (command.name == name) {
        out.clear();
        err.clear();
        return run_program(std::span{&command, 1}, joined(name, std::move(given)), world);
      }
    FAIL("no such command");
    return -1;
  }
  int upload_by_hand(words more) {
    const client::command_spec table[] = {
      {"upload", "", client::upload_option_specs(), "", "  codius upload\n", client::run_upload}};
    words all{"-y",
              "--codius-file",
              (directory / "codius.json").string(),
              "--codius-vars-file",
              (directory / "codiusvars.json").string(),
              "--codius-state-file",
              options.state_file};
    if (!std::filesystem::exists(directory / "codiusvars.json"))
      write("codiusvars.json", R"({"vars":{}})");
    all.insert(all.end(), more.begin(), more.end());
    return give(table, "upload", std::move(all));
  }

  std::string read(const std::string& path) const {
    std::ostringstream all;
    all << std::ifstream{path}.rdbuf();
    return all.str();
  }
  runtime::json state() const {
    const auto parsed = runtime::parse_json(read(options.state_file));
    REQUIRE(parsed);
    return *parsed;
  }
  static size_t count(const std::vector<tiny_request>& all, std::string_view method) {
    return static_cast<size_t>(
      std::count_if(all.begin(), all.end(), [&](const auto& r) { return r.method == method; }));
  }

private:
  static words joined(std::string_view name, words more) {
    words out;
    for (size_t at = 0; at < name.size();) {
      const auto end = std::min(name.find(' ', at), name.size());
      out.emplace_back(name.substr(at, end - at));
      at = end + 1;
    }
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
};

} // namespace codius::tests
