#pragma once
#include "actors/admin/settings_desk.hpp"
#include "runtime/base/config.hpp"

namespace codius::actors {

/// The terms that a configuration asks for; not drained.
runtime::host_terms terms_of(const runtime::config& cfg);

/// The settings as they were read at the start, and how to read them again.
struct settings_source {
  runtime::loaded_config started;
  std::function<result<runtime::loaded_config>()> read; ///< may block on the disk
};

/// Settings that are other than those the host runs with and that it cannot change while it runs.
/// Secrets are masked.
std::vector<setting_change> waiting_for_restart(const runtime::loaded_config& running,
                                                const runtime::loaded_config& wanted);

/// Reads the settings again and changes what can be changed while the host runs: all of it, or,
/// when anything is wrong, nothing. The certificates that other hosts are trusted by are read
/// again, too. Any thread.
class reloader {
public:
  /// `disk` is where reading may block. Without `source.read` each reload is refused.
  reloader(std::shared_ptr<settings_desk> desk, settings_source source, asio::any_io_executor disk)
    : desk_(std::move(desk)), source_(std::move(source)), disk_(std::move(disk)) {}

  struct report {
    std::vector<setting_change> applied;
    std::vector<setting_change> waiting; ///< for a restart
    std::vector<std::string> warnings;
  };
  /// `by` is who wanted it: "POST /reload". Errors: `invalid`, a line for each thing that is wrong;
  /// `busy` and `unavailable` as by `settings_desk`.
  asio::awaitable<result<report>> reload(std::string by);

private:
  std::shared_ptr<settings_desk> desk_;
  settings_source source_;
  asio::any_io_executor disk_;
};

} // namespace codius::actors
