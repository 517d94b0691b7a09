#pragma once
#include "messages/env.hpp"

#include <string>

namespace codius::runtime {

/// The directory that holds all that outlives the process. While it is open, no other process can
/// open it: two hosts on one ledger would sell everything twice.
class root_dir {
public:
  /// Makes it if needed, mode 0700, and locks it. Errors: `io`, `conflict` when another host runs.
  static result<root_dir> open(const std::string& path);
  root_dir(root_dir&& other) noexcept;
  root_dir& operator=(root_dir&&) = delete;
  ~root_dir();

  std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// 32 octets in the file `secret` (base64, mode 0600, as the original's), made at first use.
  /// Errors: `io`, `malformed` for a file that holds something else.
  result<byte_buffer> secret(const env& world) const;

private:
  root_dir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
};

} // namespace codius::runtime
