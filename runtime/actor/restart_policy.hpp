#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <vector>

namespace codius::runtime {

using time_point = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// Whom a failure takes along. one_for_one: nobody. one_for_all: every sibling. rest_for_one: those
/// started after it. simple_one_for_one: nobody; the children are made on demand, all alike.
enum class strategy : uint8_t { one_for_one, one_for_all, rest_for_one, simple_one_for_one };

/// permanent: always restarted. transient: only after a failure. temporary: never, not even when
/// a sibling's failure took it along.
enum class restart : uint8_t { permanent, transient, temporary };

/// How a child ended. `normal` and `shutdown` are no failures; `error` and `kill` are.
enum class exit_kind : uint8_t { normal, shutdown, error, kill };

/// How a child is ended.
struct shutdown {
  enum class kind : uint8_t { brutal_kill, timed, infinity };
  kind how = kind::timed;
  milliseconds grace{5000}; ///< timed: from the polite exit to the kill
};
inline constexpr shutdown brutal_kill{shutdown::kind::brutal_kill, milliseconds{0}};
/// For child supervisors: killing one would race with its own children.
inline constexpr shutdown infinity{shutdown::kind::infinity, milliseconds{0}};

/// The pause before a restart. The first failure in a row restarts at once, the second waits
/// `first`, each further one twice as long up to `cap`. `reset_after` of good running ends the row.
/// A `first` of zero never waits.
struct back_off {
  milliseconds first{0};
  milliseconds cap{30'000};
  milliseconds reset_after{60'000};

  /// `failures` counts from 1.
  milliseconds delay(unsigned failures) const;
};

/// Counts restarts in a sliding window, both ends included: a restart exactly `period` ago counts.
class restart_window {
public:
  restart_window(size_t limit, milliseconds period) : limit_(limit), period_(period) {}

  /// Records a restart at `now`; false when that is more than `limit` in the last `period`.
  bool admit(time_point now);

private:
  size_t limit_;
  milliseconds period_;
  std::deque<time_point> recent_;
};

/// The rules of one supervisor.
struct restart_rules {
  strategy how = strategy::one_for_one;
  size_t intensity = 1;      ///< restarts admitted …
  milliseconds period{5000}; ///< … in any span this long
  back_off pause{};
};

using child_key = uint64_t;

/// What the supervisor has to carry out, in order.
struct action {
  enum class kind : uint8_t {
    start,  ///< start `child`, then report `up` or `down`
    ask,    ///< ask `child` to end; its `down` follows
    kill,   ///< end `child` without asking; its `down` follows
    wake,   ///< report `wake(ticket)` after `after`
    forget, ///< `child` is over for good
    finish, ///< all children are down: end, with an error if `escalated`
  };
  kind what{};
  child_key child = 0;
  milliseconds after{0};
  uint64_t ticket = 0;
  bool escalated = false;
};
using actions = std::vector<action>;

/// Where a child is.
//
//              start        up            failure, own pause
//   ready ------------> starting -----> running -----------------> pausing --> ready
//     ^                                    |  \  normal end
//     |   down                ask, kill    |   +------------> ended
//     +---------- stopping <---------- condemned (a sibling or the supervisor takes it along)
enum class child_phase : uint8_t { ready, starting, running, pausing, condemned, stopping, ended };
const char* to_string(child_phase phase) noexcept;

/// Decides what a supervisor does; does nothing itself and reads no clock, so that every rule can
/// be tested in a table. The rules are those of Erlang/OTP's supervisor (`sup_princ.md`), plus the
/// pause. More failures than the window admits end all children and then the supervisor, with an
/// error, so that its parent decides. Not thread-safe.
class restart_policy {
public:
  explicit restart_policy(restart_rules rules)
    : rules_(rules), window_(rules.intensity, rules.period) {}

  /// Declares the next child in start order; `begin` starts it.
  child_key add(restart when, shutdown how);
  /// Takes in a child made on demand, which already runs.
  child_key adopt(restart when, shutdown how, time_point now);

  /// Starts, in order, what was declared.
  actions begin();
  /// `child` started.
  actions up(child_key child, time_point now);
  /// `child` ended, or its start threw (`error`). Unknown children are ignored.
  actions down(child_key child, exit_kind how, time_point now);
  /// A wake-up that was asked for is due. Stale tickets are ignored.
  actions wake(uint64_t ticket);
  /// Ends all children, last started first; each has its own grace.
  actions stop();

  bool ending() const { return ending_; }
  /// `ended` for a child that is unknown or forgotten.
  child_phase phase(child_key child) const;

private:
  struct child {
    child_key key;
    restart when;
    shutdown how;
    child_phase now = child_phase::ready;
    time_point up_at{};
    unsigned row = 0;    // failures in a row
    uint64_t ticket = 0; // the wake-up it waits for
  };

  child* lookup(child_key key);
  bool alone() const;
  void fail(child& c, time_point now);
  void leave(child& c);
  void take_along(child_key from);
  void end_all();
  void proceed();
  bool end_condemned();
  void end(child& c);
  uint64_t wake_after(milliseconds after);
  actions take();

  restart_rules rules_;
  restart_window window_;
  std::vector<child> children_;
  child_key next_key_ = 1;
  uint64_t next_ticket_ = 1;
  milliseconds group_pause_{0}; // to be waited once the condemned are down
  uint64_t group_ticket_ = 0;   // the wake-up the whole group waits for
  bool ending_ = false;
  bool finished_ = false;
  bool escalated_ = false;
  actions out_;
};

} // namespace codius::runtime
