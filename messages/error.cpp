#include "messages/error.hpp"

#include "messages/error_catalogue.hpp"

namespace codius {

const char* to_string(errc code) noexcept {
  return meaning_of(code).name.data(); // literals: a zero follows
}

} // namespace codius
