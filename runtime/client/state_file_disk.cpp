// State files on disk, and the time that stands in them.
#include "runtime/base/unique_fd.hpp"
#include "runtime/client/input_file.hpp"
#include "runtime/client/state_file.hpp"
#include "runtime/client/text.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>

namespace codius::client {

namespace fs = std::filesystem;

namespace {

constexpr size_t max_state_bytes = 4 << 20;
constexpr std::string_view state_ending = ".codiusstate.json";

failure not_written(const std::string& path) {
  return {exit_code::user, printable(path) + " cannot be written: " + std::strerror(errno),
          "Look at the directory's permissions and the disk's free space"};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

} // namespace

done write_file_safely(const std::string& path, std::string_view text) {
  std::error_code ignored;
  // A link goes on pointing where it does.
  const auto real = fs::is_symlink(path, ignored) ? fs::canonical(path, ignored).string() : "";
  const auto target = real.empty() ? path : real;
  std::string fresh = target + ".XXXXXX";
  runtime::unique_fd file{::mkostemp(fresh.data(), O_CLOEXEC)}; // mode 0600
  if (file.get() < 0)
    return not_written(path);
  const bool good = write_all(file.get(), text) && ::fsync(file.get()) == 0
                    && ::rename(fresh.c_str(), target.c_str()) == 0;
  if (!good) {
    const auto why = not_written(path);
    ::unlink(fresh.c_str());
    return why;
  }
  const auto parent = fs::path{target}.parent_path();
  runtime::unique_fd directory{
    ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.get() >= 0)
    (void)::fsync(directory.get()); // else the name may be lost with the power
  return well();
}

outcome<std::string> find_state_file(const std::optional<std::string>& named,
                                     const std::string& directory) {
  if (named && *named != usual_state_file)
    return *named;
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator{directory, failed})
    if (entry.path().filename().string().ends_with(state_ending))
      found.push_back(directory == "." ? entry.path().filename().string() : entry.path().string());
  std::sort(found.begin(), found.end());
  if (found.size() == 1)
    return found.front();
  if (found.empty())
    return failure{exit_code::user, "there is no file here that ends in .codiusstate.json",
                   "Go where codius upload was run, or name the file with --codius-state-file"};
  std::string names;
  for (const auto& name : found)
    names += (names.empty() ? "" : ", ") + printable(name);
  return failure{exit_code::user, "there are several records of uploads here: " + names,
                 "Name one with --codius-state-file"};
}

outcome<pod_state> read_state_file(const std::string& path) {
  const auto text = read_input(path, {.most = max_state_bytes});
  if (!text)
    return text.failure();
  if (!*text)
    return failure{exit_code::user, printable(path) + " does not exist",
                   "codius upload writes it; name another with --codius-state-file"};
  return pod_state::parse(**text, path);
}

std::string state_time(utc_time t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
  const std::time_t whole = seconds;
  std::tm local{};
  char text[64] = "";
  if (::localtime_r(&whole, &local))
    (void)std::strftime(text, sizeof text, "%m-%d-%Y %H:%M:%S %z", &local);
  return text;
}

std::optional<utc_time> parse_state_time(std::string_view text) {
  int month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0, offset = 0;
  char sign = 0, end = 0;
  const std::string copy{text.substr(0, 64)};
  const int n = std::sscanf(copy.c_str(), "%2d-%2d-%4d %2d:%2d:%2d %c%4d%c", &month, &day, &year,
                            &hour, &minute, &second, &sign, &offset, &end);
  if (n != 8 || (sign != '+' && sign != '-') || offset < 0 || offset % 100 > 59)
    return {};
  namespace chrono = std::chrono;
  const chrono::year_month_day date{chrono::year{year}, chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return {};
  const auto local = chrono::sys_days{date} + chrono::hours{hour} + chrono::minutes{minute}
                     + chrono::seconds{second};
  const auto shift = chrono::hours{offset / 100} + chrono::minutes{offset % 100};
  return sign == '+' ? local - shift : local + shift;
}

} // namespace codius::client
