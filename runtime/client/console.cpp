#include "runtime/client/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace codius::client {

namespace {

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n <= 0)
      return; // nobody reads any more, and there is nobody to tell
    text.remove_prefix(static_cast<size_t>(n));
  }
}

unsigned columns_of(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool is_utf8_locale(const environment_lookup& variable) {
  // The first of them that is set decides, as in setlocale(3).
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto value = variable(name);
    if (value.empty())
      continue;
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value.find("utf-8") != value.npos || value.find("utf8") != value.npos;
  }
  return false;
}

} // namespace

text_style style_of(bool is_terminal, unsigned columns, const environment_lookup& variable) {
  text_style style;
  style.terminal = is_terminal && variable("TERM") != "dumb";
  style.colour = style.terminal && variable("NO_COLOR").empty();
  style.utf8 = style.terminal && is_utf8_locale(variable);
  if (columns >= 20)
    style.columns = std::min(columns, 1000u);
  return style;
}

console system_console(const environment_lookup& variable) {
  console c;
  c.out = [](std::string_view text) { write_all(STDOUT_FILENO, text); };
  c.err = [](std::string_view text) { write_all(STDERR_FILENO, text); };
  c.out_style = style_of(::isatty(STDOUT_FILENO) == 1, columns_of(STDOUT_FILENO), variable);
  c.err_style = style_of(::isatty(STDERR_FILENO) == 1, columns_of(STDERR_FILENO), variable);
  c.input_fd = STDIN_FILENO;
  // A question that nobody sees is none, even where somebody types.
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1)
    c.question_fd = STDIN_FILENO;
  return c;
}

std::string tinted(const text_style& style, tint how, std::string_view text) {
  if (!style.colour)
    return std::string{text};
  const char* code = "";
  switch (how) {
    case tint::good: code = "\x1b[32m"; break;
    case tint::bad: code = "\x1b[31m"; break;
    case tint::faint: code = "\x1b[2m"; break;
    case tint::strong: code = "\x1b[1m"; break;
  }
  return code + std::string{text} + "\x1b[0m";
}

} // namespace codius::client
