#include "runtime/client/init.hpp"

#include "runtime/base/unique_fd.hpp"
#include "runtime/client/option_reader.hpp"
#include "runtime/client/outcome.hpp"
#include "runtime/client/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace codius::client {

namespace {

constexpr std::string_view codius_text = R"({
  "manifest": {
    "name": "my-first-pod",
    "version": "1.0.0",
    "machine": "small",
    "port": "80",
    "containers": [
      {
        "id": "web",
        "image": "nginx:1.25-alpine",
        "environment": {
          "GREETING": "$GREETING",
          "PASSWORD": "$PASSWORD"
        }
      }
    ]
  }
}
)";

constexpr std::string_view vars_text = R"({
  "vars": {
    "public": {
      "GREETING": {
        "value": "Hello! Everybody can read this."
      }
    },
    "private": {
      "PASSWORD": {
        "value": "only the hosts that run the pod learn this: change it"
      }
    }
  }
}
)";

constexpr option_spec specs[] = {
  option_spec{"--codius-file", "FILE", "What to run. Default codius.json."},
  option_spec{"--codius-vars-file", "FILE", "Values of its variables. Default codiusvars.json."},
};

/// Never in the place of a file that is there.
done write_new(const std::string& path, std::string_view text) {
  runtime::unique_fd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()))
    return well();
  return failure{
    exit_code::user, printable(path) + " cannot be written: " + std::strerror(errno), {}};
}

int run_init(const given_options& given, const program_world& world) {
  option_reader in{given};
  std::string codius_file = "codius.json", vars_file = "codiusvars.json";
  in.path("codius-file", codius_file);
  in.path("codius-vars-file", vars_file);
  const auto refuse = [&](const std::string& what, const std::string& next) {
    world.streams.err("codius init: " + what + "\n" + (next.empty() ? "" : "  " + next + "\n"));
    return static_cast<int>(exit_code::user);
  };
  if (!in.wrong().empty())
    return refuse(in.wrong(), "Try codius init --help.");
  for (const auto& path : {codius_file, vars_file})
    if (::access(path.c_str(), F_OK) == 0)
      return refuse(printable(path) + " is there already, and is left as it is",
                    "Go to an empty directory, or name other files.");
  if (const auto fine = write_new(codius_file, codius_text); !fine)
    return refuse(fine.failure().what, "");
  if (const auto fine = write_new(vars_file, vars_text); !fine) {
    ::unlink(codius_file.c_str());
    return refuse(fine.failure().what, "");
  }
  world.streams.out("Wrote " + printable(codius_file) + " (what to run) and " + printable(vars_file)
                    + " (values of its variables).\n"
                      "Change them, then:\n"
                      "  codius manifest validate\n"
                      "  codius upload\n");
  return 0;
}

constexpr command_spec commands[] = {
  {"init", "Write an example of the two files that codius upload reads.", specs,
   "Files that are there are never changed.\n",
   "  codius init\n  codius init --codius-file web.json --codius-vars-file webvars.json\n",
   run_init},
};

} // namespace

std::span<const command_spec> init_commands() { return commands; }

} // namespace codius::client
