#pragma once
#include "messages/bytes.hpp"
#include "net/ilp/packet.hpp"

#include <map>

namespace codius::net {

/// Decides who may be a child. Called on the server's executor; answers at once.
class btp_accounts {
public:
  virtual ~btp_accounts() = default;
  /// The account, one ILP address segment, of a child that sent these; the user name may be empty,
  /// the token never is. Errors: `rejected` and `busy`; the detail goes to the child, so it holds
  /// no secret.
  virtual result<std::string> authenticate(std::string_view username, std::string_view token) = 0;
};

/// The account of a child that gives no user name: unpadded base64url of SHA-256 of its token.
std::string btp_token_account(std::string_view token);

/// Accounts by user name, or by token without one. The first token that a user name comes with is
/// its token from then on. A user name in the form of a token's account must be that of its own
/// token: else anybody could take it before its owner comes.
class memory_btp_accounts final : public btp_accounts {
public:
  /// At most `max_names` user names are remembered; a further new one is told `busy`.
  explicit memory_btp_accounts(size_t max_names = 4096) : max_names_(max_names) {}
  result<std::string> authenticate(std::string_view username, std::string_view token) override;

private:
  size_t max_names_;
  std::map<std::string, octets32, std::less<>> token_hashes_;
};

} // namespace codius::net
