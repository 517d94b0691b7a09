#pragma once
#include "actors/ilp_bridge/ilp_node.hpp"
#include "messages/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <map>

namespace codius::actors {

struct ilp_deps {
  asio::any_io_executor io; ///< one running thread
  env world;
  ilp_settings settings;
  std::function<void(uint16_t port)> on_listen;
};

/// Who waits for which money. Owns the node that moves it, on its own I/O thread; money that comes
/// is booked by the keeper before its packet is fulfilled, and only then is anybody told.
class ilp_bridge_state {
public:
  static constexpr const char* name = "codius.ilp_bridge";

  explicit ilp_bridge_state(ilp_actor::pointer self) : self_(self) {}
  ~ilp_bridge_state();

  /// Throws when the connector cannot listen: the supervisor tries again.
  ilp_actor::behavior_type make_behavior(ilp_deps deps);

private:
  struct waiting {
    uint64_t generation = 0;
    std::vector<caf::typed_response_promise<collected>> answers;
  };

  struct expecting {
    uint64_t generation = 0;
    caf::typed_response_promise<payer_here> answer;
  };

  caf::result<collected> on_collect(const collect& req);
  caf::result<payer_here> on_await(const await_payer& req);
  void on_payer(const pay_token& token);
  void on_nobody_came(const collect_over& over);
  void on_allowed(const pay_token& token, const status& allowed);
  void on_over(const collect_over& over);
  void on_money(const money_came& came);
  void refuse(pay_token token, const error& why);

  /// Runs `ask` on the node's thread and `then`, with its answer, on this actor's.
  template <class Ask, class Then>
  void on_node(Ask ask, Then then);

  ilp_actor::pointer self_;
  ilp_deps deps_;
  std::shared_ptr<ilp_node> node_;
  std::map<pay_token, waiting> waiting_;
  std::map<pay_token, std::vector<expecting>> expected_; ///< payers who are not connected yet
  uint64_t generation_ = 0;
};

ilp_actor::behavior_type ilp_bridge(ilp_actor::stateful_pointer<ilp_bridge_state> self,
                                    ilp_deps deps);

} // namespace codius::actors
