#pragma once
#include "actors/purchase/sale_record.hpp"
#include "messages/env.hpp"
#include "messages/interfaces.hpp"
#include "runtime/base/terms_board.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace codius::actors {

/// What a sale needs to know of the host.
struct sale_terms {
  std::shared_ptr<runtime::terms_board> board; ///< the price of the moment, and of a minute ago
  std::function<utc_time()> utc_now;
  std::chrono::seconds pull_limit{600};   ///< longest wait for images
  std::chrono::seconds start_limit{120};  ///< longest wait for the pod, once paid
  size_t most_later = 100; ///< sales under way that nobody waits for
};

/// What who uploads a new pod is told while the host is drained.
extern const char* const draining_text;

/// One sale, from quote to running pod. Nothing is charged before `open`; from the moment that the
/// ledger says `owed`, this actor only waits for the answer: the ledger and the pod lifecycle see
/// the purchase through, whether it lives or not.
///
/// A sale that `waits` for its payer does what clients do who have not paid: it lets go of its
/// memory, and begins anew when the payer is connected, at the price that was told.
class purchase_actor_state {
public:
  static constexpr const char* name = "codius.purchase";

  explicit purchase_actor_state(caf::event_based_actor* self) : self_(self) {}
  /// Whoever still waits is told to ask again, and so is the record: CAF does not tell that a
  /// receiver died.
  ~purchase_actor_state();

  caf::behavior make_behavior(sale_terms terms);

private:
  using promise = caf::typed_response_promise<sale_answer>;

  caf::result<sale_answer> on_sell(const sell& req);
  void look_up_sale();
  void look_up_payment();
  void quote(const payment_state& payment);
  void check_pod();
  void reserve_memory();
  void fetch();
  void see_payment();
  void pay_first(uint64_t credit);
  void await_the_payer();
  void open();
  void receive(uint64_t purchase_id, uint64_t due);
  void give_up(uint64_t purchase_id, const error& why);
  void deliver(const purchase& sale);
  void not_delivered(const error& why);
  void fail_with_credit(const error& why);

  void answer(sale_answer a);
  void give(sale_answer a);
  void note(const char* step);
  void tell_record();
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
  std::optional<uint64_t> price_; ///< kept while it waits for its payer
  std::optional<utc_time> pay_until_; ///< when it began to wait, and the limit
  sale_record record_;
  std::string upload_;     ///< the record's id, once known
  bool written_ = false;   ///< the record says that this sale is at work
  int tries_ = 0; ///< to have a paid pod delivered
  promise answer_;
};

/// Ends with its sale.
caf::behavior purchase_sale(caf::stateful_actor<purchase_actor_state>* self, sale_terms terms);

} // namespace codius::actors
