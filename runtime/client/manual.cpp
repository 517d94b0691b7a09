#include "runtime/client/manual.hpp"

#include "runtime/base/version.hpp"
#include "runtime/client/commands.hpp"

namespace codius::client {

namespace {

/// Text that troff takes as it is.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  if (out.starts_with('.') || out.starts_with('\''))
    out.insert(0, "\\&");
  return out;
}

std::string example_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out += escaped(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void add_entry(std::string& to, const std::string& name, std::string_view value,
               std::string_view help) {
  to += ".TP\n\\fB" + escaped(name) + "\\fR"
        + (value.empty() ? "" : " \\fI" + escaped(value) + "\\fR") + "\n" + escaped(help) + "\n";
}

void add_command(std::string& to, const command_spec& command) {
  to += ".SS \"codius " + escaped(command.name) + "\"\n" + escaped(command.summary) + "\n";
  for (const auto& place : command.positionals)
    add_entry(to, std::string{place.name}, {}, place.help);
  for (const auto& option : command.options) {
    std::string names{option.names};
    for (auto comma = names.find(','); comma != names.npos; comma = names.find(',', comma + 1))
      names.insert(comma + 1, " ");
    add_entry(to, names, option.value, option.help);
  }
  if (!command.notes.empty())
    to += ".PP\n" + example_lines(command.notes);
  if (!command.exit_codes.empty())
    to += ".PP\n" + example_lines(command.exit_codes);
  to += ".PP\n.nf\n" + example_lines(command.examples) + ".fi\n";
}

constexpr std::string_view ends = R"(.SH FILES
.TP
codius.json, codiusvars.json
What to run, and the values of its variables.
.TP
codiushosts.json
Hosts to use.
.TP
*.codiusstate.json
The record of an upload. It has private values.
.SH ENVIRONMENT
.TP
ILP_CREDENTIALS
The ledger account that pays: a BTP URL, or a JSON object whose member "server" is one. Default:
moneyd on this machine.
.TP
CODIUS_INSECURE_REGISTRIES
Image registries to ask without TLS.
.TP
NO_COLOR
Turns colours off.
.SH "EXIT STATUS"
0 done; 1 wrong options or files, or declined; 2 the host failed or refused; 3 payment failed;
4 time-out; 130 interrupted.
)";

int run_manual(const given_options&, const program_world& world) {
  world.streams.out(manual_page(all_commands()));
  return 0;
}

constexpr command_spec table[] = {
  {"manual",
   "Print the manual page codius(1).",
   {},
   "",
   "  codius manual | man -l -\n",
   run_manual},
};

} // namespace

std::string manual_page(std::span<const command_spec> commands) {
  std::string out
    = ".TH CODIUS 1 2026-11-27 \"codius " + std::string{runtime::version}
      + "\" \"User Commands\"\n.SH NAME\ncodius \\- run containers on Codius hosts, and "
        "pay for them by Interledger\n.SH SYNOPSIS\n\\fBcodius\\fR "
        "\\fICOMMAND\\fR [\\fIoptions\\fR]\n.SH COMMANDS\n";
  for (const auto& command : commands)
    add_command(out, command);
  return out + std::string{ends};
}

std::span<const command_spec> manual_commands() { return table; }

} // namespace codius::client
