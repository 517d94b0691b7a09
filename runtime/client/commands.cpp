#include "runtime/client/commands.hpp"

#include "runtime/client/completion.hpp"
#include "runtime/client/cron.hpp"
#include "runtime/client/doctor.hpp"
#include "runtime/client/extend.hpp"
#include "runtime/client/hosts.hpp"
#include "runtime/client/init.hpp"
#include "runtime/client/manifest_command.hpp"
#include "runtime/client/manual.hpp"
#include "runtime/client/status.hpp"
#include "runtime/client/tail.hpp"
#include "runtime/client/upload.hpp"

namespace codius::client {

std::span<const command_spec> all_commands() {
  static const std::vector<command_spec> commands = [] {
    std::vector<command_spec> all;
    for (const auto some :
         {init_commands(), upload_commands(), status_commands(), tail_commands(), extend_commands(),
          cron_commands(), hosts_commands(), manifest_commands(), doctor_commands(),
          completion_commands(), manual_commands()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return commands;
}

} // namespace codius::client
