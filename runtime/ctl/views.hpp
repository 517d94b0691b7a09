#pragma once
#include "runtime/base/json.hpp"

#include <string>
#include <vector>

namespace codius::runtime::ctl {

/// Tables for people, from what the admin API says. Pure. What the answer lacks shows as "-".
std::string status_view(const json& status);
std::string pods_view(const json& pods);
std::string pod_view(const json& pod);
std::string earnings_view(const json& earnings);
std::string peers_view(const json& peers);
std::string tree_view(const json& tree);
std::string terms_view(const json& terms);
std::string self_test_view(const json& report);
std::string reload_view(const json& answer);
std::string evicted_view(const json& answer);
std::string events_view(const json& page);

/// Columns side by side, two blanks between them; the first row is the head.
std::string table(const std::vector<std::vector<std::string>>& rows);

} // namespace codius::runtime::ctl
