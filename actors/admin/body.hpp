#pragma once
#include "messages/money.hpp"
#include "net/http/message.hpp"
#include "runtime/base/json.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace codius::actors {

/// Reads the members of a JSON body, and remembers all that is wrong with it. A member that is
/// absent or wrong leaves its target alone.
class body_reader {
public:
  explicit body_reader(const std::string& text);

  void decimal_member(const char* name, decimal& out); ///< "12.5", or a number
  void seconds_member(const char* name, std::chrono::seconds& out); ///< whole, 1 to 10 years
  void fraction_member(const char* name, double& out); ///< more than 0, at most 1
  void count_member(const char* name, size_t& out, size_t least, size_t most);
  void bool_member(const char* name, bool& out);
  void text_member(const char* name, std::string& out); ///< must be there
  void wrong(std::string pointer, std::string sentence);

  /// The answer if anything was wrong, unknown members too. Ask last.
  std::optional<net::http_response> refusal() &&;

private:
  const runtime::json* take(const char* name);

  std::optional<runtime::json_object> members_;
  std::string broken_; ///< why it is no JSON object
  runtime::json_array faults_;
  std::vector<std::string> known_;
};

} // namespace codius::actors
