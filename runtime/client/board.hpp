#pragma once
#include "runtime/client/progress.hpp"

#include <deque>
#include <string>
#include <vector>

namespace codius::client {

/// What goes on at several hosts at once: on a terminal a line for each, drawn again and again;
/// elsewhere a line whenever a step ends somewhere. The owner calls `tick` about ten times a
/// second, and `close` before anything else is written.
///
///     ⠹ https://a.example   payment  0.0004 XRP (400000 units) so far      1.3 s
///     ✓ https://b.example   runs until 2026-11-22T16:26:00Z                2.0 s
class board {
public:
  board(const console& where, env world, const std::vector<std::string>& names);

  step_view& line(size_t at) { return lines_[at]; }
  /// The last that is said of it; `good`: it went well.
  void finish(size_t at, bool good, std::string what);
  void tick();
  void close();

private:
  class row final : public step_view {
  public:
    row(board& owner, std::string name) : owner_(owner), name_(std::move(name)) {}
    void begin(std::string label, std::string doing) override;
    void update(std::string doing) override { doing_ = std::move(doing); }
    void end(std::string_view what) override;
    void fail() override { label_.clear(); }
    void note(std::string_view text) override;
    bool under_way() const override { return !label_.empty(); }
    const std::string& label() const override { return label_; }

  private:
    friend class board;
    board& owner_;
    std::string name_;
    std::string label_; ///< of the step under way; empty: none
    std::string doing_ = "waiting";
    enum class ending : unsigned char { none, good, bad } over_ = ending::none;
    utc_time began_{};
    std::chrono::milliseconds took_{0};
    std::chrono::milliseconds next_word_{0}; ///< elsewhere than on a terminal
  };

  std::chrono::milliseconds since(utc_time t) const;
  std::string text_of(const row& r) const;
  void say(const row& r, std::string_view text);
  void wipe();
  void draw();

  const console& console_;
  env env_;
  size_t name_width_ = 0;
  std::deque<row> lines_;
  size_t frame_ = 0;
  size_t drawn_ = 0; ///< lines on the terminal
};

} // namespace codius::client
