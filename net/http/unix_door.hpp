#pragma once
#include "messages/error.hpp"

#include <string>

namespace codius::net {

/// A stream socket that listens at `path` and that its owner alone may connect to (mode 0600 from
/// the moment it exists). What a dead process left there is replaced; where somebody listens, the
/// error is `conflict`. The descriptor is the caller's. Errors: `io`, `invalid` for a path of more
/// than 107 octets. Blocks for no longer than the file system.
result<int> listen_at_path(const std::string& path);

} // namespace codius::net
