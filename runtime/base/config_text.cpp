// The settings as people read them.
#include "runtime/base/config_table.hpp"

#include <algorithm>
#include <charconv>

namespace codius::runtime {

namespace {

std::string padded(std::string_view text, size_t width) {
  std::string out{text};
  out.resize(std::max(width, out.size()), ' ');
  return out;
}

/// `text` in lines of at most `width`, each after the first indented.
std::string wrapped(std::string_view text, size_t width, const std::string& indent) {
  std::string out;
  size_t used = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (used > 0 && used + 1 + end > width) {
      out += "\n" + indent;
      used = 0;
    } else if (used > 0) {
      out += ' ';
      ++used;
    }
    out += text.substr(0, end);
    used += end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// The default for people, e.g. "60 seconds" or "off; in development mode 127.0.0.1:7768".
std::string default_text(const setting& s) {
  std::string out{s.fallback};
  if (!s.unit.empty())
    out += " " + std::string{s.unit};
  if (!s.dev_fallback.empty())
    out += "; in development mode " + std::string{s.dev_fallback};
  return out;
}

std::string variables_text(const setting& s) {
  std::string out;
  for (auto name : s.variables)
    out += (out.empty() ? "" : ", ") + std::string{name};
  return out;
}

std::string in_code(std::string_view text) {
  return text.empty() ? std::string{} : "`" + std::string{text} + "`";
}

} // namespace

std::string check_config_text(const loaded_config& loaded) {
  size_t name = 0;
  size_t value = 0;
  for (const auto& o : loaded.origins) {
    name = std::max(name, o.setting.size());
    value = std::max(value, std::min<size_t>(o.value.size(), 40));
  }
  std::string out;
  for (const auto& o : loaded.origins) {
    // Only what looks odd on a terminal is quoted.
    const auto quoted = log::quote(o.value);
    const bool plain = quoted.size() == o.value.size() + 2;
    out += padded(o.setting, name) + "  " + padded(plain ? o.value : quoted, value) + "  "
           + o.source + "\n";
  }
  for (const auto& w : loaded.warnings)
    out += "warning: " + w + "\n";
  return out;
}

std::string config_help_text() {
  const std::string indent(6, ' ');
  std::string out
    = "Usage: codiusd [--config FILE] [--check-config | --release-host] [FLAG VALUE]...\n"
      "       codiusd doctor [--json] [FLAG VALUE]...\n"
      "       codiusd ctl [--json] COMMAND...\n"
      "       codiusd errors\n\n"
      "The host daemon. Each setting is a flag, an environment variable and a key in "
      "the TOML file\n(FLAG without the dashes, - as _); flags win over variables, "
      "variables over the file.\n\n"
      "  --config FILE\n      The settings file (CODIUS_CONFIG; default: "
      "/etc/codius/codius.toml if it exists).\n"
      "  --check-config\n      Show what it would run with and where each value "
      "came from, and exit.\n"
      "  --release-host\n      Remove every pod, and the bridge and firewall table that "
      "were made for them, and exit;\n      the host must be stopped.\n"
      "  --version\n  -h, --help\n\n"
      "Exit status: 0 stopped as asked, 1 could not start or be kept running, 2 wrong "
      "setting.\n\n";
  for (const auto& s : settings()) {
    out += "  " + flag_of(s) + (s.is_switch ? "[=VALUE]" : " VALUE") + "  (" + variables_text(s)
           + ")\n";
    auto help = std::string{s.help} + " Value: " + std::string{s.right} + ".";
    if (const auto fallback = default_text(s); !fallback.empty())
      help += " Default: " + fallback + ".";
    out += indent + wrapped(help, 90, indent) + "\n";
  }
  return out;
}

std::string config_markdown_table() {
  std::string out
    = "| Flag | Variable | File | Default | What |\n| --- | --- | --- | --- | --- |\n";
  for (const auto& s : settings()) {
    std::string variables;
    for (auto name : s.variables)
      variables += (variables.empty() ? "" : ", then ") + in_code(name);
    std::string fallback = in_code(s.fallback);
    if (!s.unit.empty())
      fallback += " " + std::string{s.unit};
    if (!s.dev_fallback.empty())
      fallback += "; in development mode " + in_code(s.dev_fallback);
    out += "| " + in_code(flag_of(s)) + " | " + variables + " | " + in_code(s.key) + " | "
           + fallback + " | " + std::string{s.help} + " |\n";
  }
  return out;
}

std::string config_example_file() {
  std::string out = "# Settings of codiusd, each at its default. A flag or an environment variable "
                    "wins over a line here.\n# See what applies with: codiusd --check-config\n";
  for (const auto& s : settings()) {
    out += "\n# " + wrapped(s.help, 90, "# ") + "\n# Must be " + std::string{s.right} + ".\n";
    double number = 0;
    const auto* end = s.fallback.data() + s.fallback.size();
    const bool bare
      = s.is_switch || s.fallback == "true" || s.fallback == "false"
        || (!s.fallback.empty() && std::from_chars(s.fallback.data(), end, number).ptr == end);
    const auto value = bare ? std::string{s.fallback} : log::quote(s.fallback);
    out += "#" + std::string{s.key} + " = " + value + "\n";
  }
  return out;
}

} // namespace codius::runtime
