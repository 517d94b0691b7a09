#pragma once
#include "messages/error.hpp"
#include "runtime/base/unique_fd.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace codius::runtime::oci {

/// One request to the kernel's routing socket, written front to back.
class netlink_message {
public:
  /// `type` is RTM_…; `flags` are added to NLM_F_REQUEST | NLM_F_ACK.
  netlink_message(uint16_t type, uint16_t flags);

  /// The fixed part that follows the header: ifinfomsg, ifaddrmsg, rtmsg or ndmsg.
  template <class Struct>
  void body(const Struct& part) {
    append(&part, sizeof part);
  }
  void attribute(uint16_t type, const void* data, size_t size);
  void attribute(uint16_t type, std::string_view text); ///< with a NUL at its end
  void attribute_u8(uint16_t type, uint8_t value) { attribute(type, &value, sizeof value); }
  void attribute_u32(uint16_t type, uint32_t value) { attribute(type, &value, sizeof value); }
  /// Opens an attribute that holds others; `end_nested` closes the one that it returned.
  size_t begin_nested(uint16_t type);
  void end_nested(size_t at);

  std::vector<char>& finish();

private:
  void append(const void* data, size_t size);
  std::vector<char> bytes_;
};

/// A routing socket in the network namespace where it was opened.
class netlink {
public:
  /// Errors: `io`.
  static result<netlink> open();
  /// Sends one request and waits for the kernel's verdict. Errors: `not_found` (ENODEV, ESRCH,
  /// ENOENT), `conflict` (EEXIST), `io`; the detail begins with `what`.
  status ask(netlink_message& message, std::string_view what);

private:
  explicit netlink(unique_fd fd) : fd_(std::move(fd)) {}
  unique_fd fd_;
};

} // namespace codius::runtime::oci
