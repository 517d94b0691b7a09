#include "actors/self_test/gate.hpp"

#include "actors/http_ingress/answers.hpp"

#include <algorithm>
#include <array>

namespace codius::actors {

namespace {

bool passed(const self_test_report& r, self_test_step step) {
  return std::any_of(r.lines.begin(), r.lines.end(), [&](const self_test_line& line) {
    return line.step == step && line.phase == self_test_phase::passed;
  });
}

bool is_running(const self_test_report& r) {
  return r.phase == self_test_phase::running || r.phase == self_test_phase::waiting;
}

/// Scheme names have no case (RFC 9110, section 11.1); the token does.
std::string_view bearer_of(std::string_view field) {
  constexpr std::string_view scheme = "bearer ";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c; };
  if (field.size() < scheme.size()
      || !std::equal(scheme.begin(), scheme.end(), field.begin(),
                     [&](char wanted, char given) { return wanted == lower(given); }))
    return {};
  return field.substr(scheme.size());
}

} // namespace

self_test_gate::self_test_gate(const env& world, std::string why_off) {
  self_test_report first;
  first.phase = why_off.empty() ? self_test_phase::waiting : self_test_phase::off;
  first.why = std::move(why_off);
  report_ = std::make_shared<self_test_report>(std::move(first));
  std::array<std::byte, 32> token{};
  world.random_bytes(token);
  credentials_ = "Bearer " + to_hex(token);
}

void self_test_gate::tell(self_test_report news) {
  const std::lock_guard lock{mutex_};
  // A run under way, or one that could not tell, changes nothing of what the last one found.
  if (news.phase == self_test_phase::passed || news.phase == self_test_phase::failed)
    success_ = news.phase == self_test_phase::passed;
  report_ = std::make_shared<self_test_report>(std::move(news));
}

self_test_report self_test_gate::report() const {
  const std::lock_guard lock{mutex_};
  return *report_;
}

bool self_test_gate::open() const {
  const std::lock_guard lock{mutex_};
  return report_->phase == self_test_phase::off || report_->passed_at.has_value();
}

bool self_test_gate::success() const {
  const std::lock_guard lock{mutex_};
  return success_;
}

bool self_test_gate::is_own(const net::http_request& req) const {
  if (req.fields.count("authorization") != 1)
    return false;
  const auto given = bearer_of(req.fields.get("authorization"));
  const auto own = bearer_of(credentials_);
  return given.size() == own.size() && equal_constant_time(as_bytes(given), as_bytes(own));
}

/// The original's two members, `message` and `stats`, in the shape of our other errors.
std::optional<net::http_response> self_test_gate::refusal(const net::http_request& req,
                                                          utc_time now) const {
  if (open() || is_own(req))
    return std::nullopt;
  const auto r = report();
  const bool running = is_running(r);
  const runtime::json_object stats{{"selfTestSuccess", false},
                                   {"uploadSuccess", passed(r, self_test_step::upload)},
                                   {"httpSuccess", passed(r, self_test_step::http)},
                                   {"wsSuccess", passed(r, self_test_step::websocket)},
                                   {"running", running}};
  const std::string reason
    = running ? "the host is trying itself out, and has not passed yet" : r.why;
  auto out
    = error_answer({errc::self_test_pending, running ? "Self Test Running" : "Self Test Failed"},
                   {{"stats", stats}, {"reason", reason}});
  using std::chrono::seconds;
  auto again = seconds{10};
  if (!running && r.next_run && *r.next_run > now)
    again += std::chrono::ceil<seconds>(*r.next_run - now);
  out.fields.set("retry-after", std::to_string(again.count()));
  return out;
}

} // namespace codius::actors
