#include "runtime/client/option_reader.hpp"

#include "runtime/client/text.hpp"

#include <charconv>

namespace codius::client {

const std::string* option_reader::value(std::string_view name) const {
  const auto it = given_.find(name);
  return it == given_.end() ? nullptr : &it->second.front();
}

std::vector<std::string> option_reader::all(std::string_view name) const {
  const auto it = given_.find(name);
  return it == given_.end() ? std::vector<std::string>{} : it->second;
}

void option_reader::time(std::string_view name, std::chrono::seconds& out) {
  const auto* text = value(name);
  const auto time = text ? parse_duration(*text) : std::nullopt;
  if (time)
    out = *time;
  else if (text)
    refuse(name, *text, "must be seconds, or a number with s, m, h, d or w, e.g. 600 or 10m");
}

void option_reader::path(std::string_view name, std::string& out) {
  if (const auto* text = value(name); text && text->empty())
    refuse(name, *text, "must be the path of a file");
  else if (text)
    out = *text;
}

void option_reader::number(std::string_view name, size_t& out, size_t least, size_t most) {
  const auto* text = value(name);
  if (!text)
    return;
  size_t n = 0;
  const auto* end = text->data() + text->size();
  const auto [at, bad] = std::from_chars(text->data(), end, n);
  if (bad != std::errc{} || at != end || n < least || n > most)
    return refuse(name, *text,
                  "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
  out = n;
}

void option_reader::refuse(std::string_view name, std::string_view text, const std::string& why) {
  say("--" + std::string{name} + " \"" + printable(text, 100) + "\" " + why);
}

void option_reader::say(const std::string& line) { wrong_ += (wrong_.empty() ? "" : "\n") + line; }

} // namespace codius::client
