#include "runtime/doctor/checks.hpp"

#include "runtime/base/json.hpp"

#include <algorithm>

namespace codius::runtime::doctor {

const char* to_string(level l) noexcept {
  switch (l) {
    case level::ok: return "ok";
    case level::warn: return "warn";
    case level::fail: return "fail";
  }
  return "unknown";
}

std::span<const check> checks() {
  static const auto all = [] {
    std::vector<check> out(machine_checks().begin(), machine_checks().end());
    out.insert(out.end(), place_checks().begin(), place_checks().end());
    return out;
  }();
  return all;
}

std::vector<diagnosis> diagnose(const facts& f) {
  std::vector<diagnosis> out;
  for (const auto& one : checks())
    out.push_back({one.name, one.judge(f)});
  return out;
}

level worst(const std::vector<diagnosis>& all) {
  auto out = level::ok;
  for (const auto& one : all)
    out = std::max(out, one.found.how);
  return out;
}

std::string as_text(const std::vector<diagnosis>& all) {
  constexpr size_t column = 18;
  std::string out;
  size_t counts[3] = {};
  for (const auto& [name, found] : all) {
    ++counts[static_cast<size_t>(found.how)];
    std::string line{to_string(found.how)};
    line.resize(6, ' ');
    line += name;
    line.resize(6 + column, ' ');
    out += line + found.what + "\n";
    if (!found.mend.empty())
      out += std::string(6 + column, ' ') + "-> " + found.mend + "\n";
  }
  return out + std::to_string(counts[0]) + " ok, " + std::to_string(counts[1]) + " warn, "
         + std::to_string(counts[2]) + " fail\n";
}

std::string as_json(const std::vector<diagnosis>& all) {
  json_array list;
  for (const auto& [name, found] : all)
    list.emplace_back(json_object{{"name", std::string{name}},
                                  {"level", to_string(found.how)},
                                  {"what", found.what},
                                  {"mend", found.mend}});
  return dump(json_object{{"verdict", to_string(worst(all))}, {"checks", std::move(list)}}) + "\n";
}

} // namespace codius::runtime::doctor
