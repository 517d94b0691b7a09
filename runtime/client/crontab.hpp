#pragma once
#include "runtime/client/outcome.hpp"
#include "runtime/client/price.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codius::client {

/// What a job does: keep so much time bought.
struct cron_job {
  std::string program;    ///< absolute path of codius
  std::string state_path; ///< absolute
  std::string hash;
  std::chrono::seconds keep{7200};
  whole_amount monthly;
};

/// Its line of a crontab, with the comment by which it is found again, also by the original client.
/// Nothing is left to the shell or to cron to interpret. Fails (1) for a path with a line break.
outcome<std::string> crontab_line(const cron_job& job);

/// True for a line that this program, or the original, wrote: for the pod of `hash`, or any for an
/// empty one.
bool is_own_line(std::string_view line, std::string_view hash);

/// The lines of this user's crontab; none when there is none. Fails (1) when it cannot be asked.
outcome<std::vector<std::string>> read_crontab();
/// Replaces it.
done write_crontab(const std::vector<std::string>& lines);

} // namespace codius::client
