#include "runtime/base/config.hpp"

#include "runtime/base/config_table.hpp"
#include "runtime/base/config_values.hpp"
#include "runtime/base/utf8.hpp"

#include <algorithm>
#include <filesystem>

namespace codius::runtime {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos)
    return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

/// The variable's value; null when it is unset or blank.
const std::string* variable(const environment& vars, std::string_view name) {
  const auto found = vars.find(std::string{name});
  return found == vars.end() || trimmed(found->second).empty() ? nullptr : &found->second;
}

std::string shown(const setting& s, std::string_view text) {
  return s.is_secret ? "a value that is not shown" : log::quote(shorten(mask_userinfo(text), 200));
}

std::string wrong_value(const setting& s, const given& g) {
  return std::string{s.key} + " is " + shown(s, g.text) + " (" + g.source + "), must be "
         + std::string{s.right};
}

given_values read_variables(const environment& vars, problems& wrong) {
  given_values out;
  for (const auto& s : settings())
    for (auto name : s.variables)
      if (const auto* text = variable(vars, name)) {
        out.emplace(s.key, given{*text, "environment " + std::string{name}});
        break;
      }
  // The original's switch: true means that no pods are really run.
  const auto* noop = variable(vars, "CODIUS_HYPER_NOOP");
  bool on = false;
  if (noop && !read_truth(trimmed(*noop), on))
    wrong.push_back("CODIUS_HYPER_NOOP is " + log::quote(*noop) + ", must be true or false");
  if (!on)
    return out;
  const auto [at, fresh]
    = out.try_emplace("pod_runtime", given{"noop", "environment CODIUS_HYPER_NOOP"});
  if (!fresh && trimmed(at->second.text) != "noop")
    wrong.push_back("CODIUS_HYPER_NOOP=true and CODIUS_POD_RUNTIME=" + log::quote(at->second.text)
                    + " contradict each other: unset one");
  return out;
}

std::string file_to_read(const command_line& line, const environment& vars,
                         const std::string& default_file) {
  if (!line.file.empty())
    return line.file;
  if (const auto* named = variable(vars, "CODIUS_CONFIG"))
    return *named;
  std::error_code ignored;
  return std::filesystem::exists(default_file, ignored) ? default_file : std::string{};
}

/// The default of a setting; blank where `complete` works it out.
std::string_view fallback_of(const setting& s, bool dev) {
  return dev && !s.dev_fallback.empty() ? s.dev_fallback : s.fallback;
}

void assign_all(loaded_config& out, const given_values& values, problems& wrong) {
  for (const auto& s : settings()) {
    const auto found = values.find(s.key);
    const bool is_given = found != values.end();
    const given g
      = is_given ? found->second : given{std::string{fallback_of(s, out.values.dev)}, "default"};
    const auto text = trimmed(g.text);
    if ((is_given || !text.empty()) && !s.assign(out.values, text))
      wrong.push_back(wrong_value(s, g));
    out.origins.push_back({std::string{s.key}, std::string{text}, g.source});
  }
}

void complete_ilp(loaded_config& out, const given_values& values, const env& world) {
  auto& c = out.values;
  if (!values.contains("ilp_credentials") && !c.dev) {
    std::array<std::byte, 16> token{};
    world.random_bytes(token);
    c.uplink = net::btp_uri{false, "", to_hex(token), "localhost", 7768, "/"};
  }
  if (c.dev && c.uplink && !values.contains("ilp_listen"))
    c.ilp_listen.reset();
}

/// The defaults that hang on other settings.
void complete(loaded_config& out, const given_values& values, const env& world, problems& wrong) {
  auto& c = out.values;
  if (!values.contains("public_uri")) {
    if (c.dev)
      (void)read_public_uri("http://localhost:" + std::to_string(c.port == 0 ? 80 : c.port), c);
    else
      wrong.push_back("public_uri is not set: set CODIUS_PUBLIC_URI, --public-uri or public_uri in "
                      "the file, e.g. https://host.example, or run with --dev");
  }
  complete_ilp(out, values, world);
}

std::string ilp_listen_text(const config& c) {
  if (!c.ilp_listen)
    return "off";
  const auto& ip = c.ilp_listen->ip;
  const bool v6 = ip.find(':') != std::string::npos;
  return (v6 ? "[" + ip + "]" : ip) + ":" + std::to_string(c.ilp_listen->port);
}

/// What the origins show: never a secret, and for worked-out defaults what came out.
void present(loaded_config& out) {
  const auto& c = out.values;
  for (auto& o : out.origins) {
    if (o.setting == "public_uri")
      o.value
        = c.dev && c.port == 0 && o.source == "default" ? "http://localhost:PORT" : c.public_uri;
    else if (o.setting == "ilp_listen")
      o.value = ilp_listen_text(c);
    else if (o.setting == "ilp_credentials")
      o.value = !c.uplink ? "none"
                          : std::string{c.uplink->tls ? "btp+wss" : "btp+ws"} + "://***@"
                              + c.uplink->host + ":" + std::to_string(c.uplink->port);
    else
      o.value = mask_userinfo(o.value);
  }
}

void warn_of_variables(const environment& vars, std::vector<std::string>& warnings) {
  std::vector<std::string> known{"CODIUS_CONFIG", "CODIUS_HYPER_NOOP"};
  for (const auto& s : settings())
    known.insert(known.end(), s.variables.begin(), s.variables.end());
  const auto unused = unused_variables();
  for (const auto& [name, text] : vars) {
    if (name.rfind("CODIUS_", 0) != 0 || trimmed(text).empty()
        || std::find(known.begin(), known.end(), name) != known.end())
      continue;
    if (std::find(unused.begin(), unused.end(), name) != unused.end())
      warnings.push_back(name + " has no effect: a setting of the original host that is not used");
    else
      warnings.push_back(log::quote(name) + " has no effect: no such setting"
                         + did_you_mean(name, known));
  }
}

std::string joined(const problems& wrong) {
  std::string out;
  for (const auto& line : wrong)
    out += (out.empty() ? "" : "\n") + line;
  return out;
}

} // namespace

environment read_environment(const char* const* environ) {
  environment out;
  for (; environ && *environ; ++environ) {
    const std::string_view entry{*environ};
    if (const auto equals = entry.find('='); equals != std::string_view::npos)
      out.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return out;
}

result<loaded_config> load_config(std::span<const std::string> arguments, const environment& vars,
                                  const env& world, const std::string& default_file) {
  problems wrong;
  auto line = read_flags(arguments, wrong);
  if (!line.readable)
    return error{errc::invalid, joined(wrong)};
  loaded_config out;
  out.wanted = line.wanted;
  if (wrong.empty() && (out.wanted == command::help || out.wanted == command::version))
    return out;
  auto values = std::move(line.values); // the strongest first: merge keeps what is there
  values.merge(read_variables(vars, wrong));
  if (const auto path = file_to_read(line, vars, default_file); !path.empty())
    values.merge(read_config_file(path, wrong));
  assign_all(out, values, wrong);
  complete(out, values, world, wrong);
  if (wrong.empty())
    finish_config(out.values, values, wrong, out.warnings);
  if (!wrong.empty())
    return error{errc::invalid, joined(wrong)};
  warn_of_variables(vars, out.warnings);
  present(out);
  return out;
}

std::string effective_public_uri(const config& c, uint16_t bound_port) {
  if (c.port != 0 || !c.public_uri_follows_port)
    return c.public_uri;
  return "http://localhost:" + std::to_string(bound_port);
}

} // namespace codius::runtime
