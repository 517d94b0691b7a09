#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codius::runtime::oci {

/// Who a container's process runs as, in ids of the container.
struct process_user {
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::vector<uint32_t> additional_gids;
  std::string home; ///< empty when the image's passwd knows none
  bool operator==(const process_user&) const = default;
};

/// What `user[:group]` of an image means, given the texts of the image's passwd and group files
/// (empty where there is none). Names and numbers both; ids must be below 65536. Errors:
/// `start_failed`. Handbook: oci-backend §4.
result<process_user> resolve_user(std::string_view spec, std::string_view passwd,
                                  std::string_view group);

/// The text of `path` (such as "/etc/passwd") inside an unpacked image: symbolic links are
/// followed as if the image were the whole machine. Empty when there is none, or it is no regular
/// file. Errors: `too_large` over 1 MiB, `io`.
result<std::string> read_in_root(const std::string& root, const std::string& path);

} // namespace codius::runtime::oci
