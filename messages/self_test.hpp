#pragma once
#include "messages/money.hpp"
#include "messages/pod.hpp"
#include "messages/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace codius {

/// The steps of a self-test, in their order.
enum class self_test_step : uint8_t {
  version,   ///< the public URI answers
  quote,     ///< the host says a price
  upload,    ///< a paid upload runs a pod
  http,      ///< the pod's page can be read at its public name
  websocket, ///< and it answers WebSockets there
};
const char* to_string(self_test_step step) noexcept;
inline constexpr self_test_step all_self_test_steps[] = {
  self_test_step::version, self_test_step::quote, self_test_step::upload, self_test_step::http,
  self_test_step::websocket};

/// How far a step is, or a whole run.
enum class self_test_phase : uint8_t {
  off,     ///< not to be tested
  waiting, ///< its turn has not come
  running,
  passed,
  failed,
  skipped, ///< could not be told: the host is full
};
const char* to_string(self_test_phase phase) noexcept;

struct self_test_line {
  self_test_step step{};
  self_test_phase phase = self_test_phase::waiting;
  unsigned tries = 0;
  utc_time began{};
  std::chrono::milliseconds took{0}; ///< so far, from the first try on
  std::string said;                  ///< what came of it, for people; why not, when it failed
};

/// Reply: `self_test_report`, as it is now.
struct get_self_test {};
/// Begins a run now, unless one is under way. Reply: `self_test_report` of the run that is under
/// way then; its end is seen by `get_self_test`. Errors: `unprocessable` where it is off.
struct run_self_test {};
struct self_test_report {
  self_test_phase phase = self_test_phase::waiting; ///< of the latest run
  std::string why; ///< failed, skipped: the step and what went wrong; off: why
  uint64_t runs = 0;
  utc_time began{};
  std::optional<utc_time> ended;
  std::vector<self_test_line> lines;  ///< of the latest run, all steps
  std::optional<utc_time> passed_at;  ///< the last run that passed
  std::optional<utc_time> next_run;   ///< when it is tried again by itself
  pod_id pod;                         ///< of the latest upload
  uint64_t price = 0;                 ///< what it costs; to the host itself
  asset unit;
};

/// INTERNAL: what came of a try of a step.
struct self_test_tried {
  uint64_t run = 0;
  struct outcome {
    std::string said;
    uint64_t price = 0; ///< quote: what the upload costs
    asset unit;
  };
  std::optional<outcome> done;
  std::string why;         ///< not done
  bool host_full = false;  ///< not done: because of that
};
/// INTERNAL: time for another try, or the next run.
struct self_test_due {
  uint64_t generation = 0;
};

} // namespace codius
