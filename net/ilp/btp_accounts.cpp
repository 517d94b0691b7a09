#include "net/ilp/btp_accounts.hpp"

#include "net/ilp/address.hpp"
#include "net/ilp/condition.hpp"

namespace codius::net {

namespace {

constexpr size_t token_account_length = 43;
constexpr size_t max_username = 128; // leaves room in an address for what the child appends

} // namespace

std::string btp_token_account(std::string_view token) {
  return to_base64url(sha256(as_bytes(token)));
}

result<std::string> memory_btp_accounts::authenticate(std::string_view username,
                                                      std::string_view token) {
  auto by_token = btp_token_account(token);
  if (username.empty())
    return by_token;
  if (!is_ilp_segment(username) || username.size() > max_username)
    return error{errc::rejected, "the user name is no ILP address segment"};
  // Nothing to remember: the name proves that the token is right.
  if (username.size() == token_account_length) {
    if (equal_constant_time(as_bytes(username), as_bytes(by_token)))
      return by_token;
    return error{errc::rejected, "the user name is the account of another token"};
  }
  const auto hash = sha256(as_bytes(token));
  const auto known = token_hashes_.find(username);
  if (known == token_hashes_.end()) {
    if (token_hashes_.size() >= max_names_)
      return error{errc::busy, "too many user names"};
    token_hashes_.emplace(username, hash);
  } else if (!equal_constant_time(known->second, hash)) {
    return error{errc::rejected, "the token is not the one this user name came with first"};
  }
  return std::string{username};
}

} // namespace codius::net
