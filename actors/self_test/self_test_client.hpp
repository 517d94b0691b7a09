#pragma once
#include "messages/env.hpp"
#include "messages/sale.hpp"
#include "messages/self_test.hpp"
#include "net/asio.hpp"
#include "net/http/uri.hpp"

#include <caf/actor_system.hpp>

namespace codius::actors {

/// What is bought: the same body and token in each try, so that no try pays twice.
struct self_test_sale {
  std::string body; ///< of the upload
  pod_id pod;
  pay_token token{};
  std::chrono::seconds duration{0};
  uint64_t price = 0; ///< as quoted; no more is paid
};

/// A manifest like any other, for the built-in image, and a fresh token.
self_test_sale make_self_test_sale(const env& world, const std::string& image,
                                   std::chrono::seconds duration);

/// The self-test's hands. Tests put others in.
class self_test_client {
public:
  virtual ~self_test_client() = default;
  /// One try of one step, within its own time limit. Errors: any, in words for the operator;
  /// `no_capacity` when the host is full. Owns what it uses, so it may be forgotten.
  virtual asio::awaitable<result<self_test_tried::outcome>> attempt(self_test_step step,
                                                                    self_test_sale sale) = 0;
};

struct self_test_client_deps {
  caf::actor_system& system;
  asio::any_io_executor io; ///< Interledger's: payments go straight to the packet switch
  env world;
  net::http_uri public_uri;
  std::string credentials; ///< lets uploads pass a closed gate
};

/// Does what a client would: by the public URI, through whatever stands in front of the host.
std::shared_ptr<self_test_client> make_self_test_client(self_test_client_deps deps);

} // namespace codius::actors
