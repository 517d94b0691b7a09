// The TOML file: a flat list of settings.
#include "runtime/base/config_table.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <fstream>

namespace codius::runtime {

namespace {

constexpr size_t max_file = 1 << 20;

/// The shortest text that reads back as `n`, so that 0.025 stays 0.025.
std::string exact(double n) {
  std::array<char, 32> text{};
  const auto end
    = std::to_chars(text.data(), text.data() + text.size(), n, std::chars_format::fixed);
  return end.ec == std::errc{} ? std::string{text.data(), end.ptr} : std::string{"inf"};
}

/// A value as text; nothing for a table, a date, or an array of other things than texts.
std::optional<std::string> as_text(const toml::node& node) {
  if (const auto* s = node.as_string())
    return s->get();
  if (const auto* i = node.as_integer())
    return std::to_string(i->get());
  if (const auto* f = node.as_floating_point())
    return exact(f->get());
  if (const auto* b = node.as_boolean())
    return b->get() ? "true" : "false";
  const auto* list = node.as_array();
  if (!list)
    return std::nullopt;
  std::string joined;
  for (const auto& item : *list) {
    if (!item.is_string())
      return std::nullopt;
    joined += (joined.empty() ? "" : ",") + item.as_string()->get();
  }
  return joined;
}

std::optional<std::string> read_bounded(const std::string& path, problems& wrong) {
  std::ifstream file{path, std::ios::binary};
  std::string text;
  if (file) {
    text.resize(max_file + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad())
    wrong.push_back("the settings file " + log::quote(path) + " cannot be read");
  else if (text.size() > max_file)
    wrong.push_back("the settings file " + log::quote(path) + " is larger than 1 MiB");
  else
    return text;
  return std::nullopt;
}

std::string place(const std::string& path, const toml::source_region& where) {
  return path + ":" + std::to_string(where.begin.line);
}

void take_all(const toml::table& table, const std::string& path, given_values& out,
              problems& wrong) {
  std::vector<std::string> known;
  for (const auto& s : settings())
    known.emplace_back(s.key);
  for (const auto& [key, node] : table) {
    const std::string name{key.str()};
    const auto where = place(path, key.source());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      wrong.push_back(where + ": " + log::quote(name) + " is no setting"
                      + did_you_mean(name, known));
      continue;
    }
    if (auto text = as_text(node))
      out.emplace(name, given{std::move(*text), where});
    else
      wrong.push_back(where + ": " + name + " must be one value or a list of texts");
  }
}

} // namespace

given_values read_config_file(const std::string& path, problems& wrong) {
  given_values out;
  const auto text = read_bounded(path, wrong);
  if (!text)
    return out;
  try {
    take_all(toml::parse(*text, path), path, out, wrong);
  } catch (const toml::parse_error& e) {
    // Column and cause; the parser's own text may quote the line, and the line may hold a secret.
    wrong.push_back(place(path, e.source()) + ": this is not TOML, at column "
                    + std::to_string(e.source().begin.column));
  }
  return out;
}

} // namespace codius::runtime
