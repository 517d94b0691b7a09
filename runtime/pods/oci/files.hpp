#pragma once
#include "messages/error.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime::oci {

/// An `io` error of `what`, with the words for the current `errno`.
error os_error(std::string what);

/// The whole of a small file (also of /proc and /sys). Errors: `not_found`, `too_large`, `io`.
result<std::string> read_text(const std::string& path, size_t max = 1 << 20);
/// Makes or overwrites a file. Not atomic: for files that nobody reads yet, and for /proc and /sys.
status write_text(const std::string& path, std::string_view text, mode_t mode = 0644);
/// Makes or replaces a file in one step: a reader, or a start after a crash, sees the old text or
/// the new one. Not flushed to the disk (no `fsync`).
status replace_text(const std::string& path, std::string_view text, mode_t mode = 0600);

/// Makes a directory and what is missing above it. The last one gets exactly `mode` when new.
status make_dirs(const std::string& path, mode_t mode);
/// The names in a directory, sorted; empty when it does not exist.
result<std::vector<std::string>> names_in(const std::string& path);
bool exists(const std::string& path);

/// Removes a file or a directory with all below it. Follows no symbolic link and enters no other
/// mount: what is mounted below stays untouched, and is an `io` error. Nothing there is success.
status remove_tree(const std::string& path);

} // namespace codius::runtime::oci
