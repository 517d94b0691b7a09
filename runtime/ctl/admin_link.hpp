#pragma once
#include "messages/error.hpp"

#include <functional>
#include <string>
#include <string_view>

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

/// A GET whose answer goes on: each of its lines is shown to `line` until that returns false or the
/// host ends the answer. A refusal comes back whole instead. Blocks; a host that sends nothing for
/// 70 s is taken for gone. Errors: as above; `unavailable` too when the host is lost on the way.
result<admin_answer> follow_admin(const admin_place& at, const std::string& target,
                                  const std::function<bool(std::string_view)>& line);

} // namespace codius::runtime::ctl
