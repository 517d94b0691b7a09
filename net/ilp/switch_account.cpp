#include "net/ilp/switch_account.hpp"

#include <algorithm>
#include <limits>

namespace codius::net {

namespace {

constexpr uint64_t minute_ms = 60'000;

} // namespace

packet_bucket::packet_bucket(uint32_t per_minute, utc_time now)
  : per_minute_(per_minute), credit_(per_minute * minute_ms), refilled_(now) {}

bool packet_bucket::take(utc_time now) {
  if (per_minute_ == 0)
    return true;
  // A clock that was set back refills nothing; one set forward, at most a minute's worth.
  if (now > refilled_) {
    const auto ms = std::min<uint64_t>(static_cast<uint64_t>((now - refilled_).count()), minute_ms);
    credit_ = std::min(credit_ + ms * per_minute_, per_minute_ * minute_ms);
  }
  refilled_ = now;
  if (credit_ < minute_ms)
    return false;
  credit_ -= minute_ms;
  return true;
}

child_account::child_account(std::string path, child_policy policy, uint32_t packets_per_minute,
                             utc_time now)
  : path_(std::move(path)), policy_(std::move(policy)), bucket_(packets_per_minute, now) {}

bool child_account::debit(uint64_t amount) {
  if (policy_.unlimited || amount == 0)
    return true;
  if (amount > policy_.balance)
    return false;
  policy_.balance -= amount;
  if (policy_.on_balance)
    policy_.on_balance(policy_.balance);
  return true;
}

bool child_account::can_credit(uint64_t amount) const {
  return policy_.unlimited || amount <= std::numeric_limits<uint64_t>::max() - policy_.balance;
}

void child_account::credit(uint64_t amount) {
  if (policy_.unlimited || amount == 0)
    return;
  const auto room = std::numeric_limits<uint64_t>::max() - policy_.balance;
  policy_.balance += std::min(amount, room);
  if (policy_.on_balance)
    policy_.on_balance(policy_.balance);
}

void child_account::detach(const std::shared_ptr<ilp_link>& link) {
  links_.erase(std::remove(links_.begin(), links_.end(), link), links_.end());
}

void child_account::let_go() {
  closed_ = true;
  links_.clear();
}

void child_account::close() {
  let_go();
  policy_.on_balance = nullptr;
}

std::shared_ptr<ilp_link> child_account::link() const {
  const auto up = std::find_if(links_.rbegin(), links_.rend(),
                               [](const auto& link) { return link->connected(); });
  return up == links_.rend() ? nullptr : *up;
}

} // namespace codius::net
