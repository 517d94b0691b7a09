#pragma once
#include "messages/env.hpp"
#include "messages/interfaces.hpp"
#include "runtime/base/terms_board.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <memory>

namespace codius::actors {

/// What a sale needs to know of the host.
struct sale_terms {
  std::shared_ptr<runtime::terms_board> board; ///< the price of the moment, and of a minute ago
  std::function<utc_time()> utc_now;
  std::chrono::seconds pull_limit{600};   ///< longest wait for images
  std::chrono::seconds payment_limit{60}; ///< longest wait for money
  std::chrono::seconds start_limit{120};  ///< longest wait for the pod, once paid
};

/// One sale, from quote to running pod. Nothing is charged before `open`; from the moment that the
/// ledger says `owed`, this actor only waits for the answer: the ledger and the pod lifecycle see
/// the purchase through, whether it lives or not.
class purchase_actor_state {
public:
  static constexpr const char* name = "codius.purchase";

  explicit purchase_actor_state(caf::event_based_actor* self) : self_(self) {}
  /// Whoever still waits is told to ask again: CAF does not tell that a receiver died.
  ~purchase_actor_state();

  caf::behavior make_behavior(sale_terms terms);

private:
  using promise = caf::typed_response_promise<sale_answer>;

  caf::result<sale_answer> on_sell(const sell& req);
  void quote(const payment_state& payment);
  void check_pod();
  void reserve_memory();
  void fetch();
  void see_payment();
  void open();
  void receive(uint64_t purchase_id, uint64_t due);
  void give_up(uint64_t purchase_id, const error& why);
  void deliver(const purchase& sale);
  void not_delivered(const error& why);
  void fail_with_credit(const error& why);

  void answer(sale_answer a);
  void fail(const error& why, uint64_t credit = 0);

  /// Asks the actor of a role; a failure of any kind ends the sale with its reason.
  template <class Actor, class Message, class Then>
  void ask(caf::atom_value role, std::chrono::seconds limit, Message msg, Then then);
  template <class Actor, class Message, class Then, class Else>
  void ask(caf::atom_value role, std::chrono::seconds limit, Message msg, Then then, Else otherwise);

  caf::event_based_actor* self_;
  sale_terms terms_;
  sell req_;
  payment_state payment_;
  uint64_t price_ = 0;
  int tries_ = 0; ///< to have a paid pod delivered
  promise answer_;
};

/// The desk: starts one purchase actor for each `sell` and hands it over. They end with it.
class sales_state {
public:
  static constexpr const char* name = "codius.sales";

  explicit sales_state(sales_actor::pointer self) : self_(self) {}
  ~sales_state();

  sales_actor::behavior_type make_behavior(sale_terms terms);

private:
  sales_actor::pointer self_;
  std::map<caf::actor_addr, caf::actor> open_;
};

sales_actor::behavior_type sales(sales_actor::stateful_pointer<sales_state> self, sale_terms terms);

} // namespace codius::actors
