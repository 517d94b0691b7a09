#pragma once
#include "messages/error.hpp"

#include <string>

namespace codius::runtime::ctl {

/// Where a host's admin API is: the path of a socket, or "127.0.0.1:3001".
struct admin_place {
  std::string where;
  bool is_path() const { return where.find('/') != std::string::npos; }
};

struct admin_answer {
  unsigned status = 0;
  std::string body;
};

/// One request, and its whole answer, of at most 64 MiB. Blocks, for 70 s at the most. Errors:
/// `unavailable` with what to do, when no host is there.
result<admin_answer> ask_admin(const admin_place& at, const std::string& method,
                               const std::string& target, const std::string& body = {});

} // namespace codius::runtime::ctl
