#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace codius::client {

/// How text may look where it goes.
struct text_style {
  bool terminal = false; ///< lines may be drawn again; never so with TERM=dumb
  bool colour = false;   ///< a terminal, and no NO_COLOR
  bool utf8 = false;     ///< the locale says that the terminal knows more than ASCII
  unsigned columns = 80;
};

/// A variable of the environment; empty when it is not set.
using environment_lookup = std::function<std::string(const char* name)>;

/// Where the program writes, and what it may ask. Handed in, so that tests can read along.
struct console {
  std::function<void(std::string_view)> out; ///< results
  std::function<void(std::string_view)> err; ///< progress, questions and errors
  text_style out_style;
  text_style err_style;
  int question_fd = -1; ///< where answers are read; -1: there is nobody to ask
  int input_fd = -1;    ///< standard input, for commands that read it; -1: there is none
};

/// The process's own streams.
console system_console(const environment_lookup& variable);

/// What a terminal of this environment can show. `columns` 0: unknown.
text_style style_of(bool is_terminal, unsigned columns, const environment_lookup& variable);

enum class tint : unsigned char { good, bad, faint, strong };
/// `text` in a colour where the style has colours.
std::string tinted(const text_style& style, tint how, std::string_view text);

} // namespace codius::client
