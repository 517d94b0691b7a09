#include "actors/log_hub/log_feed.hpp"

#include "runtime/base/utf8.hpp"

namespace codius::actors {

namespace {

constexpr size_t longest_name = 128;

void append_repaired(std::string& out, const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const auto begin = at;
    const auto c = runtime::next_code_point(text, at);
    if (c == runtime::bad_utf8)
      out += "\xef\xbf\xbd";
    else if (runtime::is_surrogate(c)) // three bytes, each of them wrong
      out += "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd";
    else
      out.append(text, begin, at - begin);
  }
}

} // namespace

std::string log_name(const std::string& container_id) {
  std::string out = "_" + runtime::shorten(container_id, longest_name);
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  return out;
}

std::string log_text(const std::vector<runtime::log_piece>& pieces,
                     const std::vector<std::string>& names) {
  std::string out;
  for (const auto& piece : pieces) {
    out += piece.container < names.size() ? names[piece.container] : "_";
    out += piece.err ? " stderr " : " stdout ";
    append_repaired(out, piece.text);
  }
  return out;
}

} // namespace codius::actors
