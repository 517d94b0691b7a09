#pragma once
#include "runtime/client/command_line.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace codius::client {

/// Reads options into values, and collects what is wrong, a line each.
class option_reader {
public:
  explicit option_reader(const given_options& given) : given_(given) {}

  /// The first value; null when it was not given.
  const std::string* value(std::string_view name) const;
  /// All values of a repeatable option, or of a positional.
  std::vector<std::string> all(std::string_view name) const;
  bool on(std::string_view name) const { return value(name) != nullptr; }

  void time(std::string_view name, std::chrono::seconds& out);
  void path(std::string_view name, std::string& out);
  void number(std::string_view name, size_t& out, size_t least, size_t most);
  /// "--name "text" why".
  void refuse(std::string_view name, std::string_view text, const std::string& why);
  void say(const std::string& line);
  /// Empty: all is well.
  const std::string& wrong() const { return wrong_; }

private:
  const given_options& given_;
  std::string wrong_;
};

} // namespace codius::client
