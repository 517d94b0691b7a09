#include "runtime/pods/oci/netlink.hpp"

#include "runtime/pods/oci/files.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace codius::runtime::oci {
namespace {

// The highest number that an attribute's length field can say; what we write is far below.
constexpr size_t alignment = 4;

errc code_of(int number) {
  switch (number) {
    case ENODEV:
    case ESRCH:
    case ENOENT: return errc::not_found;
    case EEXIST: return errc::conflict;
    default: return errc::io;
  }
}

} // namespace

netlink_message::netlink_message(uint16_t type, uint16_t flags) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  header.nlmsg_seq = 1;
  append(&header, sizeof header);
}

void netlink_message::append(const void* data, size_t size) {
  const auto* from = static_cast<const char*>(data);
  bytes_.insert(bytes_.end(), from, from + size);
  bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
}

void netlink_message::attribute(uint16_t type, const void* data, size_t size) {
  const nlattr header{static_cast<uint16_t>(NLA_HDRLEN + size), type};
  append(&header, sizeof header);
  append(data, size);
}

void netlink_message::attribute(uint16_t type, std::string_view text) {
  const std::string with_end{text};
  attribute(type, with_end.c_str(), with_end.size() + 1);
}

size_t netlink_message::begin_nested(uint16_t type) {
  const auto at = bytes_.size();
  const nlattr header{0, static_cast<uint16_t>(type | NLA_F_NESTED)};
  append(&header, sizeof header);
  return at;
}

void netlink_message::end_nested(size_t at) {
  const auto size = static_cast<uint16_t>(bytes_.size() - at);
  std::memcpy(bytes_.data() + at, &size, sizeof size);
}

std::vector<char>& netlink_message::finish() {
  const auto size = static_cast<uint32_t>(bytes_.size());
  std::memcpy(bytes_.data(), &size, sizeof size);
  return bytes_;
}

result<netlink> netlink::open() {
  unique_fd fd{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  if (!fd)
    return os_error("cannot open a routing socket");
  return netlink{std::move(fd)};
}

status netlink::ask(netlink_message& message, std::string_view what) {
  const auto& bytes = message.finish();
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&kernel),
               sizeof kernel)
      < 0)
    return os_error(std::string{what});
  alignas(nlmsghdr) std::array<char, 8192> answer;
  ssize_t size = 0;
  do
    size = ::recv(fd_.get(), answer.data(), answer.size(), 0);
  while (size < 0 && errno == EINTR);
  nlmsghdr header{};
  nlmsgerr verdict{};
  if (size < static_cast<ssize_t>(sizeof header + sizeof verdict.error))
    return os_error(std::string{what});
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != NLMSG_ERROR)
    return error{errc::io, std::string{what} + ": the kernel gave no verdict"};
  std::memcpy(&verdict.error, answer.data() + sizeof header, sizeof verdict.error);
  if (verdict.error == 0)
    return ok();
  return error{code_of(-verdict.error), std::string{what} + ": " + std::strerror(-verdict.error)};
}

} // namespace codius::runtime::oci
