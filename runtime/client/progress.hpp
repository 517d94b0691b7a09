#pragma once
#include "messages/env.hpp"
#include "runtime/client/console.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace codius::client {

/// Where a task tells what it does: one step at a time. Texts must be `printable`.
class step_view {
public:
  virtual ~step_view() = default;
  /// Begins a step; `label` is one short word, `doing` what is going on.
  virtual void begin(std::string label, std::string doing) = 0;
  /// Says something newer about the step under way.
  virtual void update(std::string doing) = 0;
  /// The step went well; `what` came of it.
  virtual void end(std::string_view what) = 0;
  /// The step failed, or is over for another reason; the owner says why.
  virtual void fail() = 0;
  /// A line of its own, between steps.
  virtual void note(std::string_view text) = 0;
  virtual bool under_way() const = 0;
  virtual const std::string& label() const = 0;
};

/// Tells a person what the program does: one step at a time, each with how long it took.
///
/// On a terminal the step under way is a line that is drawn again and again; elsewhere a line is
/// written when a step ends, and when one takes longer than ten seconds. The owner calls `tick`
/// about ten times a second.
///
///     ✓ price      0.002283106 XRP (2283106 units) for 10 minutes          0.01 s
///     ⠹ payment    0.0004 XRP (400000 units) so far                         1.3 s
class progress final : public step_view {
public:
  progress(const console& where, env world);

  void begin(std::string label, std::string doing) override;
  void update(std::string doing) override;
  void end(std::string_view what) override;
  void fail() override;
  void note(std::string_view text) override;
  void tick();

  bool under_way() const override { return !label_.empty(); }
  const std::string& label() const override { return label_; }
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

/// A turning wheel's present look.
std::string_view wheel_at(bool utf8, size_t frame);
/// `text` in exactly `width` characters, cut or filled up.
std::string fit(std::string_view text, size_t width);

} // namespace codius::client
