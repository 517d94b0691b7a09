// `codius`, the client: runs containers on Codius hosts and pays for them by itself.
#include "runtime/base/system_env.hpp"
#include "runtime/client/commands.hpp"

#include <malloc.h>

#include <csignal>
#include <cstdlib>

using namespace codius;

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Large texts come and go a few times in a run, and then it is over: memory that was used once
/// stays, since each fresh page costs more than what is written to it.
void keep_memory() {
  (void)::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  (void)::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  (void)::mallopt(M_TOP_PAD, 4 << 20);
}

} // namespace

int main(int argc, char** argv) {
  keep_memory();
  std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of that write, not our end
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const client::program_world world{runtime::system_env(), variable,
                                    client::system_console(variable)};
  return client::run_program(client::all_commands(), words, world);
}
