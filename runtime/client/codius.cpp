// `codius`, the client: runs containers on Codius hosts and pays for them by itself.
#include "runtime/base/system_env.hpp"
#include "runtime/client/command_line.hpp"
#include "runtime/client/cron.hpp"
#include "runtime/client/extend.hpp"
#include "runtime/client/hosts.hpp"
#include "runtime/client/manifest_command.hpp"
#include "runtime/client/status.hpp"
#include "runtime/client/tail.hpp"
#include "runtime/client/upload.hpp"
#include "runtime/client/upload_options.hpp"

#include <csignal>
#include <cstdlib>

using namespace codius;

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of that write, not our end
  std::vector<client::command_spec> commands{
    {"upload", "Pay hosts to run a pod, and say where it is.", client::upload_option_specs(),
     client::upload_notes(), client::upload_examples(), client::run_upload},
  };
  for (const auto some :
       {client::extend_commands(), client::status_commands(), client::tail_commands(),
        client::hosts_commands(), client::cron_commands(), client::manifest_commands()})
    commands.insert(commands.end(), some.begin(), some.end());
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const client::program_world world{runtime::system_env(), variable,
                                    client::system_console(variable)};
  return client::run_program(commands, words, world);
}
