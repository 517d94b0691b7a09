#include "runtime/client/progress.hpp"

#include "net/http/text.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>
#include <array>

namespace codius::client {

using namespace std::chrono_literals;

namespace {

constexpr size_t label_width = 10;
constexpr auto first_line_after = 10s;
constexpr auto lines_apart = 30s;

constexpr std::array<std::string_view, 10> wheel{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::array<std::string_view, 4> ascii_wheel{"|", "/", "-", "\\"};

size_t characters(std::string_view text) {
  size_t n = 0;
  for (; !text.empty(); ++n)
    text.remove_prefix(std::max<size_t>(net::utf8_length(text), 1));
  return n;
}

} // namespace

std::string_view wheel_at(bool utf8, size_t frame) {
  return utf8 ? wheel[frame % wheel.size()] : ascii_wheel[frame % ascii_wheel.size()];
}

std::string fit(std::string_view text, size_t width) {
  std::string out;
  size_t n = 0;
  for (; n < width && !text.empty(); ++n) {
    const auto c = text.substr(0, std::max<size_t>(net::utf8_length(text), 1));
    out += c;
    text.remove_prefix(c.size());
  }
  return out + std::string(width - n, ' ');
}

progress::progress(const console& where, env world) : console_(where), env_(std::move(world)) {}

std::chrono::milliseconds progress::elapsed() const {
  return std::max<std::chrono::milliseconds>(env_.utc_now() - began_, 0ms);
}

void progress::begin(std::string label, std::string doing) {
  label_ = std::move(label);
  doing_ = std::move(doing);
  began_ = env_.utc_now();
  next_line_ = first_line_after;
  frame_ = 0;
  if (console_.err_style.terminal)
    draw(wheel_at(console_.err_style.utf8, 0), doing_, false);
}

void progress::update(std::string doing) { doing_ = std::move(doing); }

void progress::tick() {
  if (!under_way())
    return;
  if (console_.err_style.terminal)
    return draw(wheel_at(console_.err_style.utf8, ++frame_), doing_, false);
  if (elapsed() < next_line_)
    return;
  next_line_ = elapsed() + lines_apart;
  console_.err(label_ + ": still " + doing_ + " (" + elapsed_words(elapsed()) + ")\n");
}

void progress::end(std::string_view what) {
  if (!under_way())
    return;
  const auto& style = console_.err_style;
  if (style.terminal)
    draw(tinted(style, tint::good, style.utf8 ? "✓" : "+"), what, true);
  else
    console_.err(label_ + ": " + std::string{what} + " (" + elapsed_words(elapsed()) + ")\n");
  label_.clear();
}

void progress::fail() {
  if (!under_way())
    return;
  const auto& style = console_.err_style;
  if (style.terminal)
    draw(tinted(style, tint::bad, style.utf8 ? "✗" : "x"), doing_, true);
  label_.clear();
}

void progress::note(std::string_view text) {
  clear();
  console_.err(std::string{text} + "\n");
}

void progress::clear() {
  if (std::exchange(drawn_, false))
    console_.err("\r\x1b[K");
}

// One line that never wraps, since only one can be drawn again. A final one may be longer: it
// stays.
void progress::draw(std::string_view mark, std::string_view text, bool final) {
  const auto& style = console_.err_style;
  const auto time = elapsed_words(elapsed());
  const size_t around = 2 + label_width + 1 + 1 + time.size() + 1;
  const size_t room = style.columns > around ? style.columns - around : 0;
  std::string line = drawn_ ? "\r\x1b[K" : "";
  line += std::string{mark} + " " + fit(label_, label_width) + " ";
  line += final && characters(text) > room ? std::string{text} : fit(text, room);
  line += " " + tinted(style, tint::faint, time);
  console_.err(line + (final ? "\n" : ""));
  drawn_ = !final;
}

} // namespace codius::client
