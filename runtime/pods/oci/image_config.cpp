#include "runtime/pods/oci/image_config.hpp"

#include "runtime/base/json.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>

namespace codius::runtime::oci {
namespace {

constexpr std::string_view default_path
  = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::vector<std::string> texts(const json* list) {
  std::vector<std::string> out;
  if (const auto* items = list != nullptr ? list->array() : nullptr)
    for (const auto& item : *items)
      if (const auto* text = item.text())
        out.push_back(*text);
  return out;
}

std::string text_of(const json& config, std::string_view name) {
  const auto* text = config.find_text(name);
  return text != nullptr ? *text : std::string{};
}

std::string_view name_of(std::string_view line) { return line.substr(0, line.find('=')); }

// The last definition of a name wins, where the first one stood.
void define(std::vector<std::string>& env, std::string line) {
  const auto same
    = std::ranges::find_if(env, [&](const auto& other) { return name_of(other) == name_of(line); });
  if (same == env.end())
    env.push_back(std::move(line));
  else
    *same = std::move(line);
}

void define_if_missing(std::vector<std::string>& env, std::string_view line) {
  const auto same = [&](const auto& other) { return name_of(other) == name_of(line); };
  if (std::ranges::none_of(env, same))
    env.emplace_back(line);
}

bool has_nul(const std::vector<std::string>& words) {
  return std::ranges::any_of(words,
                             [](const auto& word) { return word.find('\0') != std::string::npos; });
}

} // namespace

result<image_config> parse_image_config(std::string_view text) {
  const auto parsed = parse_json(text);
  if (!parsed || parsed->object() == nullptr)
    return error{errc::image_unavailable, "the image's configuration is no JSON object"};
  image_config out;
  const auto* config = parsed->find("config");
  if (config == nullptr || config->object() == nullptr)
    return out;
  out.entrypoint = texts(config->find("Entrypoint"));
  out.cmd = texts(config->find("Cmd"));
  out.env = texts(config->find("Env"));
  out.working_dir = text_of(*config, "WorkingDir");
  out.user = text_of(*config, "User");
  out.stop_signal = signal_number(text_of(*config, "StopSignal"));
  return out;
}

result<process_plan> merge_process(const image_config& image, const container_spec& container,
                                   const std::string& hostname, const std::string& home) {
  process_plan plan;
  plan.args = image.entrypoint;
  const auto& rest = container.command ? *container.command : image.cmd;
  plan.args.insert(plan.args.end(), rest.begin(), rest.end());
  if (plan.args.empty() || plan.args[0].empty())
    return error{errc::start_failed, "no command: the image has none, and so has the manifest"};
  for (const auto& line : image.env)
    if (line.find('=') != std::string::npos && line[0] != '=')
      define(plan.env, line);
  for (const auto& [name, value] : container.environment)
    define(plan.env, name + "=" + value);
  define_if_missing(plan.env, default_path);
  define_if_missing(plan.env, "HOSTNAME=" + hostname);
  define_if_missing(plan.env, "HOME=" + (home.empty() ? std::string{"/"} : home));
  plan.cwd = container.workdir.empty() ? image.working_dir : container.workdir;
  if (plan.cwd.empty())
    plan.cwd.push_back('/');
  if (plan.cwd[0] != '/')
    return error{errc::start_failed, "the working directory must begin with /"};
  if (has_nul(plan.args) || has_nul(plan.env) || has_nul({plan.cwd}))
    return error{errc::start_failed, "a NUL character in the command or the environment"};
  return plan;
}

int signal_number(std::string_view name) {
  int number = 0;
  const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (bad == std::errc{} && end == name.data() + name.size())
    return number > 0 && number <= SIGRTMAX ? number : SIGTERM;
  if (name.starts_with("SIG"))
    name.remove_prefix(3);
  if (name.starts_with("RTMIN+")) {
    name.remove_prefix(6);
    const auto more = std::from_chars(name.data(), name.data() + name.size(), number);
    return more.ec == std::errc{} && number >= 0 && SIGRTMIN + number <= SIGRTMAX
             ? SIGRTMIN + number
             : SIGTERM;
  }
  for (int candidate = 1; candidate < 32; ++candidate)
    if (const char* known = ::sigabbrev_np(candidate); known != nullptr && name == known)
      return candidate;
  return SIGTERM;
}

} // namespace codius::runtime::oci
