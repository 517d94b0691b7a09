#include "runtime/client/state_keeper.hpp"

#include <utility>

namespace codius::client {

done state_keeper::write() const { return write_file_safely(path_, state_.text()); }

done state_keeper::save() {
  if (const auto prepare = std::exchange(before_first_write, nullptr))
    if (const auto fine = prepare(); !fine)
      return fine;
  return write();
}

done state_keeper::expect(const pod_purchase& to) {
  state_.set_unfinished(to.host(), token_text(to.token()));
  return save();
}

done state_keeper::settle(const pod_purchase& with) {
  const auto& r = with.result();
  const auto& host = with.host();
  if (r.end) {
    state_.record(host, *r.end, r.moved.sent + r.moved.uncertain, r.payer.value_or(asset{"", 0}));
    return save();
  }
  if (!state_.token_of(host))
    return well(); // nothing was going to be paid
  if (r.moved != money_moved{})
    state_.add_to_unfinished(host, r.moved.sent + r.moved.uncertain);
  else if (r.credit.value_or(0) == 0 && !with.has_old_token())
    state_.forget_unfinished(host);
  return save();
}

} // namespace codius::client
