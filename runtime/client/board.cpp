#include "runtime/client/board.hpp"

#include "runtime/client/text.hpp"

#include <algorithm>

namespace codius::client {

using namespace std::chrono_literals;

namespace {

constexpr size_t widest_name = 40;
constexpr size_t label_width = 8;
constexpr auto first_word_after = 10s;
constexpr auto words_apart = 30s;

} // namespace

board::board(const console& where, env world, const std::vector<std::string>& names)
  : console_(where), env_(std::move(world)) {
  for (const auto& name : names) {
    name_width_ = std::min(std::max(name_width_, name.size()), widest_name);
    lines_.emplace_back(*this, name).began_ = env_.utc_now();
  }
}

void board::row::begin(std::string label, std::string doing) {
  label_ = std::move(label);
  doing_ = std::move(doing);
  next_word_ = owner_.since(began_) + first_word_after;
}

void board::row::end(std::string_view what) {
  if (!owner_.console_.err_style.terminal)
    owner_.say(*this, label_ + ": " + std::string{what});
  doing_ = what;
  label_.clear();
}

void board::row::note(std::string_view text) {
  owner_.wipe();
  owner_.say(*this, text);
  owner_.draw();
}

void board::finish(size_t at, bool good, std::string what) {
  auto& r = lines_[at];
  r.label_.clear();
  r.doing_ = std::move(what);
  r.over_ = good ? row::ending::good : row::ending::bad;
  r.took_ = since(r.began_);
  if (!console_.err_style.terminal)
    say(r, r.doing_);
}

std::chrono::milliseconds board::since(utc_time t) const {
  return std::max<std::chrono::milliseconds>(env_.utc_now() - t, 0ms);
}

void board::say(const row& r, std::string_view text) {
  console_.err(r.name_ + ": " + std::string{text} + "\n");
}

void board::tick() {
  ++frame_;
  if (console_.err_style.terminal) {
    wipe();
    return draw();
  }
  for (auto& r : lines_) {
    if (!r.under_way() || since(r.began_) < r.next_word_)
      continue;
    r.next_word_ = since(r.began_) + words_apart;
    say(r, r.label_ + ": still " + r.doing_);
  }
}

void board::close() {
  if (!console_.err_style.terminal)
    return;
  wipe();
  draw();
  drawn_ = 0;
}

std::string board::text_of(const row& r) const {
  const auto& style = console_.err_style;
  const bool over = r.over_ != row::ending::none;
  const auto time = elapsed_words(over ? r.took_ : since(r.began_));
  std::string mark{wheel_at(style.utf8, frame_)};
  if (r.over_ == row::ending::good)
    mark = tinted(style, tint::good, style.utf8 ? "✓" : "+");
  else if (over)
    mark = tinted(style, tint::bad, style.utf8 ? "✗" : "x");
  auto what = over ? r.doing_ : fit(r.label_, label_width) + " " + r.doing_;
  const size_t around = 2 + name_width_ + 1 + 1 + time.size() + 1;
  const size_t room = style.columns > around ? style.columns - around : 0;
  return mark + " " + fit(r.name_, name_width_) + " " + fit(what, room) + " "
         + tinted(style, tint::faint, time);
}

void board::wipe() {
  if (drawn_ > 0)
    console_.err("\x1b[" + std::to_string(drawn_) + "A\r\x1b[J");
  drawn_ = 0;
}

void board::draw() {
  if (!console_.err_style.terminal)
    return;
  std::string all;
  for (const auto& r : lines_)
    all += text_of(r) + "\n";
  console_.err(all);
  drawn_ = lines_.size();
}

} // namespace codius::client
