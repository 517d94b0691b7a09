#pragma once
#include <cstddef>

// What a WebSocket server must answer to a key (RFC 6455, section 4.2.2). Needs no library: the
// program that uses it is all there is in its image.

namespace self_test_pod {

inline constexpr size_t accept_size = 28;

/// Writes Base64(SHA-1(key + the RFC's UUID)) and a NUL. A key of more than 64 octets is cut.
void accept_of(const char* key, char out[accept_size + 1]);

} // namespace self_test_pod
