#include "runtime/client/command_line.hpp"

#include "runtime/client/text.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <deque>

namespace codius::client {

namespace {

/// "duration" of "-d,--duration".
std::string name_of(const option_spec& option) {
  return std::string{option.names.substr(option.names.rfind("--") + 2)};
}

std::vector<std::string> flags_of(std::span<const option_spec> options) {
  std::vector<std::string> out;
  for (const auto& option : options)
    for (auto names = option.names; !names.empty();) {
      const auto comma = std::min(names.find(','), names.size());
      out.emplace_back(names.substr(0, comma));
      names.remove_prefix(std::min(comma + 1, names.size()));
    }
  return out;
}

void add_line(std::string& to, const std::string& line) { to += (to.empty() ? "" : "\n") + line; }

/// What CLI11 did not recognise: the positional words, and what is wrong.
struct rest {
  std::vector<std::string> positionals;
  std::string wrong;
};

rest sort_out(const std::vector<std::string>& extras, std::span<const option_spec> options) {
  const auto known = flags_of(options);
  rest out;
  bool after_flag = false;
  for (const auto& word : extras) {
    const bool is_flag = word.size() > 1 && word.front() == '-';
    const auto flag = word.substr(0, word.find('='));
    if (is_flag) {
      const auto nearest = nearest_word(flag, known);
      add_line(out.wrong, printable(flag, 60) + " is no option"
                            + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
    } else if (!after_flag) { // else it is the unknown option's value
      out.positionals.push_back(word);
    }
    after_flag = is_flag;
  }
  return out;
}

/// Deals the words out in order: each place takes as many as it may have.
void deal(std::span<const positional_spec> places, std::span<const std::string> words,
          std::string& wrong, given_options& out) {
  for (const auto& place : places) {
    const auto taken = words.first(std::min(place.most, words.size()));
    words = words.subspan(taken.size());
    if (taken.size() < place.least)
      add_line(wrong, std::string{place.name} + " is missing: " + std::string{place.help});
    if (!taken.empty())
      out[std::string{place.name}] = {taken.begin(), taken.end()};
  }
  for (const auto& word : words)
    add_line(wrong, "unexpected word \"" + printable(word, 60) + "\"");
}

struct bound_option {
  const option_spec* spec;
  CLI::Option* option;
  std::vector<std::string>* values;
  bool* on;
};

} // namespace

result<given_options> parse_options(std::span<const option_spec> options,
                                    std::span<const std::string> words,
                                    std::span<const positional_spec> positionals) {
  const auto mark = std::find(words.begin(), words.end(), "--");
  const std::span before{words.begin(), mark};
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::deque<std::vector<std::string>> values; // CLI11 keeps references
  std::deque<bool> switches;
  std::vector<bound_option> all;
  for (const auto& spec : options) {
    auto& on = switches.emplace_back(false);
    auto& list = values.emplace_back();
    const std::string names{spec.names};
    auto* option = spec.value.empty() ? app.add_flag(names, on) : app.add_option(names, list);
    if (!spec.value.empty())
      option->expected(1)->take_all()->allow_extra_args(false);
    all.push_back({&spec, option, &list, &on});
  }
  try {
    app.parse(std::vector<std::string>{before.rbegin(), before.rend()});
  } catch (const CLI::ParseError& e) {
    return error{errc::invalid, e.what()};
  }
  auto [others, wrong] = sort_out(app.remaining(), options);
  if (mark != words.end())
    others.insert(others.end(), mark + 1, words.end());
  given_options out;
  deal(positionals, others, wrong, out);
  for (const auto& [spec, option, list, on] : all) {
    if (option->count() == 0)
      continue;
    if (list->size() > 1 && !spec->repeatable)
      add_line(wrong, "--" + name_of(*spec) + " is given " + std::to_string(list->size())
                        + " times; once is enough");
    out[name_of(*spec)] = spec->value.empty() ? std::vector<std::string>{"true"} : *list;
  }
  if (!wrong.empty())
    return error{errc::invalid, wrong};
  return out;
}

} // namespace codius::client
