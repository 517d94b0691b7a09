#include "net/http/admission.hpp"

#include <algorithm>

namespace codius::net {

/// One IPv4 address, or one IPv6 network of 64 bits: that is what a single customer gets.
admission::client_key admission::key_of(const boost::asio::ip::address& client) {
  client_key key{};
  if (client.is_v6() && !client.to_v6().is_v4_mapped()) {
    const auto octets = client.to_v6().to_bytes();
    std::copy_n(octets.begin(), key.size(), key.begin());
    return key;
  }
  const auto v4 = client.is_v4()
                    ? client.to_v4()
                    : boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, client.to_v6());
  const auto octets = v4.to_bytes();
  key[3] = 4; // 0:0:0:4…/64 is not a network that anybody has
  std::copy(octets.begin(), octets.end(), key.begin() + 4);
  return key;
}

bool admission::exempt(const boost::asio::ip::address& client) const {
  return exempt_loopback_ && client.is_loopback();
}

admission::verdict admission::enter(const boost::asio::ip::address& client) {
  if (total_.fetch_add(1) >= most_) {
    total_.fetch_sub(1);
    return verdict::host_full;
  }
  if (exempt(client))
    return verdict::admitted;
  const std::lock_guard lock{guard_};
  auto& count = clients_[key_of(client)];
  if (count >= most_per_client_) {
    total_.fetch_sub(1);
    return verdict::client_full;
  }
  ++count;
  return verdict::admitted;
}

void admission::leave(const boost::asio::ip::address& client) {
  total_.fetch_sub(1);
  if (exempt(client))
    return;
  const std::lock_guard lock{guard_};
  const auto at = clients_.find(key_of(client));
  if (at != clients_.end() && --at->second == 0)
    clients_.erase(at);
}

} // namespace codius::net
