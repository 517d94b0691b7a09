#pragma once
#include "runtime/base/config.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace codius::tests {

/// A world in which every random octet is 0xab.
inline env still_world() {
  return {[] { return utc_time{}; },
          [](std::span<std::byte> out) { std::fill(out.begin(), out.end(), std::byte{0xab}); }};
}

inline result<runtime::loaded_config> load(std::vector<std::string> arguments,
                                           runtime::environment vars = {},
                                           const std::string& default_file = "/nowhere/x.toml") {
  return runtime::load_config(arguments, vars, still_world(), default_file);
}

/// What is complained of; empty if nothing is.
inline std::string complaint(const result<runtime::loaded_config>& r) {
  return r ? std::string{} : r.error().detail;
}

inline const runtime::origin& origin_of(const runtime::loaded_config& c, std::string_view setting) {
  for (const auto& o : c.origins)
    if (o.setting == setting)
      return o;
  FAIL("no origin for ", std::string{setting});
  return c.origins.front();
}

/// A settings file that is gone at the end.
struct settings_file {
  std::string path;
  explicit settings_file(const std::string& text) {
    char name[] = "/tmp/codius-config-XXXXXX";
    const int fd = mkstemp(name);
    REQUIRE(fd >= 0);
    close(fd);
    path = name;
    std::ofstream{path, std::ios::binary} << text;
  }
  settings_file(const settings_file&) = delete;
  settings_file& operator=(const settings_file&) = delete;
  ~settings_file() { std::remove(path.c_str()); }
};

} // namespace codius::tests
