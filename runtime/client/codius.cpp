// `codius`, the client: runs containers on Codius hosts and pays for them by itself.
#include "runtime/base/system_env.hpp"
#include "runtime/client/commands.hpp"
#include "runtime/client/memory.hpp"

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
  client::keep_memory();
  std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of that write, not our end
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const client::program_world world{runtime::system_env(), variable,
                                    client::system_console(variable)};
  return client::run_program(client::all_commands(), words, world);
}
