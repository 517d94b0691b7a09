#include "runtime/client/manifest_report.hpp"

#include "runtime/base/utf8.hpp"
#include "runtime/client/text.hpp"

#include <algorithm>

namespace codius::client {

using runtime::json;
using runtime::json_object;

namespace {

/// A `*` for each character of each string that is not a member's name. A line of JSON begins
/// outside of strings.
std::string hide_values(const std::string& line) {
  std::string out;
  for (size_t at = 0; at < line.size();) {
    if (line[at] != '"') {
      out += line[at++];
      continue;
    }
    size_t end = at + 1;
    while (end < line.size() && line[end] != '"')
      end += line[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, line.size());
    const size_t after = line.find_first_not_of(" \t", end);
    if (after != std::string::npos && line[after] == ':') {
      out.append(line, at, end - at);
    } else {
      out += '"';
      for (size_t i = at + 1; i < end; out += '*')
        (void)runtime::next_code_point(line, i);
      if (line[end - 1] == '"' && end - at > 1)
        out.back() = '"';
    }
    at = end;
  }
  return out;
}

/// The characters of `text` from number `first` on, `most` of them.
std::string slice(const std::string& text, size_t first, size_t most) {
  size_t at = 0;
  for (; first > 0 && at < text.size(); --first)
    (void)runtime::next_code_point(text, at);
  size_t end = at;
  for (; most > 0 && end < text.size(); --most)
    (void)runtime::next_code_point(text, end);
  return text.substr(at, end - at);
}

/// The line around the column, and a caret below it.
std::string excerpt(const file_problem& p, const text_style& style) {
  std::string line = p.has_secrets ? hide_values(p.line_text) : p.line_text;
  std::replace(line.begin(), line.end(), '\t', ' ');
  const size_t width = std::max<size_t>(style.columns, 40) - 8;
  const size_t caret = p.column - 1;
  const size_t first = caret < width ? 0 : caret - width / 2;
  const std::string before = first > 0 ? "..." : "";
  const std::string shown = slice(line, first, width);
  const bool more = slice(line, first + width, 1).size() > 0;
  return "  " + before + printable(shown, 4 * width) + (more ? "..." : "") + "\n  "
         + std::string(before.size() + caret - first, ' ') + tinted(style, tint::good, "^") + "\n";
}

} // namespace

std::string problem_text(const file_problem& p, const text_style& style) {
  std::string where = input_name(p.file);
  if (p.line > 0)
    where += ":" + std::to_string(p.line) + ":" + std::to_string(p.column);
  std::string out = tinted(style, tint::strong, where + ":") + " ";
  if (!p.path.empty())
    out += printable(p.path, 200) + ": ";
  out += printable(p.words, 1200) + "\n";
  if (p.line > 0 && !p.line_text.empty())
    out += excerpt(p, style);
  if (!p.next.empty())
    out += "  " + p.next + (p.next.ends_with('?') ? "" : ".") + "\n";
  return out;
}

json problem_json(const file_problem& p) {
  json_object out{{"file", p.file}};
  if (p.line > 0)
    out.set("line", p.line).set("column", p.column);
  out.set("path", p.path).set("message", p.message);
  if (p.words != p.message)
    out.set("explanation", p.words);
  if (!p.next.empty())
    out.set("hint", p.next);
  return out;
}

int manifest_exit_code(std::span<const manifest_input> inputs) {
  int code = 0;
  for (const auto& input : inputs)
    for (const auto& p : input.problems)
      code = std::max(code, p.could_not_run ? 2 : 1);
  return code;
}

} // namespace codius::client
