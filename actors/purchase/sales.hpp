#pragma once
#include "actors/purchase/purchase.hpp"

#include <map>

namespace codius::actors {

/// The desk: starts one purchase actor for each sale and hands it over. They end with it.
class sales_state {
public:
  static constexpr const char* name = "codius.sales";

  explicit sales_state(sales_actor::pointer self) : self_(self) {}
  ~sales_state();

  sales_actor::behavior_type make_behavior(sale_terms terms);

private:
  struct sale {
    caf::actor live;
    std::optional<sell> later; ///< what was asked for, if nobody waits for it
  };

  caf::actor start(std::optional<sell> later);
  bool is_under_way(const sell& req) const;
  caf::result<upload_view> on_later(const sell& req);

  sales_actor::pointer self_;
  sale_terms terms_;
  std::map<caf::actor_addr, sale> open_;
  size_t later_ = 0; ///< of them, and of those that are about to begin
};

sales_actor::behavior_type sales(sales_actor::stateful_pointer<sales_state> self, sale_terms terms);

} // namespace codius::actors
