#pragma once
#include "messages/env.hpp"
#include "messages/self_test.hpp"
#include "net/http/message.hpp"

#include <memory>
#include <mutex>

namespace codius::actors {

/// What the rest of the host wants to know of its self-test, without asking an actor: whether
/// uploads and gossip may go on, and what /info says. Outlives restarts of the actor. Any thread.
///
///     never passed:   closed; uploads and gossip are refused, all else goes on
///     passed once:    open for good; a later failure is told in /info, in the log and to the
///                     operator, but customers of a host that works are not sent away by a probe
///     off:            open
class self_test_gate {
public:
  /// `world` gives the token that lets the self-test's own requests pass, new in each process.
  /// `why_off`: not empty where nothing will be tested.
  explicit self_test_gate(const env& world, std::string why_off = {});

  /// News of the actor.
  void tell(self_test_report news);

  self_test_report report() const;
  bool open() const;
  /// Whether gossip with other hosts may go on.
  bool may_gossip() const { return open(); }
  /// The latest run that could tell passed.
  bool success() const;
  /// What the self-test's own requests carry, in `Authorization`.
  const std::string& credentials() const { return credentials_; }

  /// The answer to a gated request; nothing when it may pass.
  std::optional<net::http_response> refusal(const net::http_request& req, utc_time now) const;

private:
  bool is_own(const net::http_request& req) const;

  std::string credentials_; ///< "Bearer <64 hex digits>"
  mutable std::mutex mutex_;
  std::shared_ptr<const self_test_report> report_;
  bool success_ = false;
};

} // namespace codius::actors
