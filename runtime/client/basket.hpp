#pragma once
#include "runtime/client/barrier.hpp"
#include "runtime/client/board.hpp"
#include "runtime/client/purchase.hpp"
#include "runtime/client/state_keeper.hpp"

#include <memory>
#include <string>
#include <vector>

namespace codius::client {

/// The same pod at several hosts, paid side by side. One host is shown step by step, several on a
/// board. Outlived by session, order and keeper.
class basket {
public:
  /// `keeper` null: nothing is kept.
  basket(session& in, order& what, state_keeper* keeper);
  ~basket();

  /// With the token of an earlier payment, if the keeper knows of one that brought no pod.
  pod_purchase& add(host_place host, std::chrono::seconds time,
                    std::optional<pay_token> token = {});
  void take(std::unique_ptr<pod_purchase> one);
  void clear();

  /// Quotes of all, the ledger, and the limits: all must pass.
  asio::awaitable<done> get_quotes();
  /// Asks, unless told not to. `what`: "Run it", "Extend it".
  asio::awaitable<done> confirm(const std::string& what, bool assume_yes);
  /// Each by itself; what came of it is in the results, and with the keeper.
  asio::awaitable<void> buy_each();
  /// As buy_each, but none is paid before it is known of all what they cost at the real rate, and
  /// that this may be paid. Fails when it is not so for one: then nobody has been paid.
  asio::awaitable<done> buy_together();

  const std::vector<std::unique_ptr<pod_purchase>>& all() const { return all_; }
  std::vector<purchase_result> results() const;

private:
  asio::awaitable<void> quote_one(size_t at);
  asio::awaitable<void> buy_one(size_t at);
  void meet_at_barrier(pod_purchase& one, bool& arrived);
  asio::awaitable<done> arrive(bool& arrived);
  void leave_barrier(const pod_purchase& one, const outcome<delivery>& got, bool arrived);
  void open_board();
  void close_board();
  std::string question(const std::string& what) const;

  session& session_;
  order& order_;
  state_keeper* keeper_;
  std::vector<std::unique_ptr<pod_purchase>> all_;
  std::vector<std::optional<failure>> failures_;
  std::unique_ptr<board> board_;
  std::unique_ptr<barrier> barrier_; ///< null: each by itself
  std::optional<failure> spoiled_by_;
};

} // namespace codius::client
