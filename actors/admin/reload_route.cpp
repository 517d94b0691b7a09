#include "actors/admin/admin_api.hpp"
#include "actors/admin/reloader.hpp"
#include "actors/http_ingress/answers.hpp"

namespace codius::actors {

using net::http_response;
using runtime::json_array;
using runtime::json_object;

namespace {

void add(json_array& out, const std::vector<setting_change>& changes, const char* applied) {
  for (const auto& c : changes)
    out.emplace_back(json_object{
      {"setting", c.setting}, {"from", c.from}, {"to", c.to}, {"applied", applied}});
}

json_array lines_of(const std::string& text) {
  json_array out;
  for (size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    out.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

} // namespace

asio::awaitable<http_response> admin_api::reload_settings(call) {
  const std::string by{"POST /reload"};
  auto done = co_await settings_.reload->reload(by);
  if (!done && done.error().code == errc::invalid)
    co_return error_answer({errc::invalid, "the settings are wrong; nothing was changed"},
                           {{"problems", lines_of(done.error().detail)}});
  if (!done)
    co_return error_answer(done.error());
  json_array changes;
  add(changes, done->applied, "now");
  add(changes, done->waiting, "restart");
  json_array warnings;
  for (auto& each : done->warnings)
    warnings.emplace_back(std::move(each));
  co_return json_answer(
    200, json_object{{"changes", std::move(changes)}, {"warnings", std::move(warnings)}});
}

} // namespace codius::actors
