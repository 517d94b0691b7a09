#pragma once
#include <string_view>

/// Puts the octets of a file into the program: `extern "C" const char NAME[]` up to `NAME_end`.
/// PATH is a string literal. Outside of any namespace. The build must know of the file: name it in
/// OBJECT_DEPENDS.
#define CODIUS_EMBED(name, path)                                                                   \
  asm(".section .rodata\n.balign 16\n" #name ":\n.incbin \"" path "\"\n" #name                     \
      "_end:\n.byte 0\n.globl " #name ", " #name "_end\n.previous\n");                             \
  extern "C" const char name[];                                                                    \
  extern "C" const char name##_end[]

namespace codius::runtime {

/// The octets between the two symbols of an embedded file.
inline std::string_view embedded(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

} // namespace codius::runtime
