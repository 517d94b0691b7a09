#pragma once
#include "messages/env.hpp"
#include "runtime/client/console.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace codius::client {

/// Tells a person what the program does: one step at a time, each with how long it took.
///
/// On a terminal the step under way is a line that is drawn again and again; elsewhere a line is
/// written when a step ends, and when one takes longer than ten seconds. The owner calls `tick`
/// about ten times a second. Texts must be `printable`.
///
///     ✓ price      0.002283106 XRP (2283106 units) for 10 minutes          0.01 s
///     ⠹ payment    0.0004 XRP (400000 units) so far                         1.3 s
class progress {
public:
  progress(const console& where, env world);

  /// Begins a step; `label` is one short word, `doing` what is going on.
  void begin(std::string label, std::string doing);
  /// Says something newer about the step under way.
  void update(std::string doing);
  /// The step went well; `what` came of it.
  void end(std::string_view what);
  /// The step failed, or is over for another reason; the owner says why.
  void fail();
  /// A line of its own, between steps.
  void note(std::string_view text);
  void tick();

  bool under_way() const { return !label_.empty(); }
  const std::string& label() const { return label_; }
  /// What is going on, or went on last.
  const std::string& doing() const { return doing_; }
  /// Since `begin`, rounded to milliseconds.
  std::chrono::milliseconds elapsed() const;

private:
  void draw(std::string_view mark, std::string_view text, bool final);
  void clear();

  const console& console_;
  env env_;
  std::string label_; ///< of the step under way; empty: none
  std::string doing_;
  utc_time began_{};
  std::chrono::milliseconds next_line_{0}; ///< elsewhere than on a terminal
  size_t frame_ = 0;
  bool drawn_ = false;
};

} // namespace codius::client
