#pragma once
// A directory with the files of an upload, and a console that remembers.
#include "runtime/base/system_env.hpp"
#include "runtime/client/upload.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace codius::tests {

inline const std::string digest
  = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
inline const std::string small_codius
  = R"({"manifest":{"name":"hello","version":"1.0.0","machine":"small","port":"80","containers":[)"
    R"({"id":"web","image":"hello)"
    + digest + R"("}]}})";
inline const std::string private_codius
  = R"({"manifest":{"name":"hello","version":"1.0.0","machine":"small","port":"80","containers":[)"
    R"({"id":"web","image":"hello)"
    + digest + R"(","environment":{"KEY":"$KEY"}}]}})";
inline const std::string private_vars = R"({"vars":{"private":{"KEY":{"value":"hush-hush"}}}})";

struct upload_fixture {
  upload_fixture() {
    std::string name = (std::filesystem::temp_directory_path() / "codius-upload-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    directory = name;
    options.codius_file = write("codius.json", small_codius);
    options.vars_file = (directory / "codiusvars.json").string();
    options.state_file = (directory / "default.codiusstate.json").string();
    options.overwrite_state = true; // most tests are not about it
    options.hosts_file = (directory / "codiushosts.json").string();
    options.assume_yes = true;
    options.time_limit = std::chrono::seconds{60};
    options.ledger = *net::parse_btp_uri("btp+ws://:x@127.0.0.1:1"); // nobody is there
  }
  ~upload_fixture() { std::filesystem::remove_all(directory); }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = directory / name;
    std::ofstream{path, std::ios::binary} << text;
    return path.string();
  }
  void use_private_values() {
    options.codius_file = write("codius.json", private_codius);
    options.vars_file = write("codiusvars.json", private_vars);
  }

  client::run_report run_all() { return client::upload(options, world); }
  /// As run_all, for one host.
  client::purchase_result run() {
    auto all = run_all();
    auto one = all.hosts.size() == 1 ? all.hosts[0] : client::purchase_result{};
    if (all.why)
      one.end = *all.why;
    return one;
  }
  /// As run, for uploads that are to fail.
  client::failure fail() {
    result = run();
    REQUIRE(!result.end);
    return result.end.failure();
  }
  std::string shown() const {
    return client::failure_text(result.end.failure(), result, world.streams.err_style);
  }

  std::filesystem::path directory;
  std::string out, err;
  client::upload_options options;
  client::purchase_result result;
  client::program_world world{runtime::system_env(),
                              [](const char*) { return std::string{}; },
                              {[this](std::string_view t) { out += t; },
                               [this](std::string_view t) { err += t; },
                               {},
                               {},
                               -1}};
};

} // namespace codius::tests
