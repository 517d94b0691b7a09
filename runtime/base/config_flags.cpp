// The command line.
#include "runtime/base/config_table.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <deque>

namespace codius::runtime {

namespace {

/// What CLI11 did not recognise, in our words.
void report_extras(const std::vector<std::string>& extras, problems& wrong) {
  std::vector<std::string> known{"--config", "--check-config", "--release-host", "--help",
                                 "--version"};
  for (const auto& s : settings())
    known.push_back(flag_of(s));
  bool after_flag = false;
  for (const auto& word : extras) {
    const bool is_flag = word.size() > 1 && word.front() == '-';
    const auto name = word.substr(0, word.find('='));
    if (is_flag)
      wrong.push_back(log::quote(name) + " is no flag" + did_you_mean(name, known));
    else if (!after_flag) // else it is the unknown flag's value
      wrong.push_back("unexpected argument " + log::quote(word));
    after_flag = is_flag;
  }
}

} // namespace

command_line read_flags(std::span<const std::string> arguments, problems& wrong) {
  command_line out;
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  bool help = false;
  bool version = false;
  bool check = false;
  bool release = false;
  app.add_flag("-h,--help", help);
  app.add_flag("--version", version);
  app.add_flag("--check-config", check);
  app.add_flag("--release-host", release);
  app.add_option("--config", out.file);
  std::deque<std::string> texts; // CLI11 writes into them
  std::vector<CLI::Option*> options;
  for (const auto& s : settings()) {
    auto& text = texts.emplace_back();
    options.push_back(s.is_switch ? app.add_flag(flag_of(s), text)
                                  : app.add_option(flag_of(s), text));
  }
  try {
    app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});
  } catch (const CLI::ParseError& e) {
    wrong.push_back(e.what());
    out.readable = false;
    return out;
  }
  report_extras(app.remaining(), wrong);
  for (size_t i = 0; i < options.size(); ++i)
    if (options[i]->count() > 0)
      out.values.emplace(settings()[i].key, given{texts[i], "flag " + flag_of(settings()[i])});
  out.wanted = help      ? command::help
               : version ? command::version
               : check   ? command::check_config
               : release ? command::release_host
                         : command::run;
  return out;
}

} // namespace codius::runtime
