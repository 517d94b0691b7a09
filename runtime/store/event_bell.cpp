#include "runtime/store/event_bell.hpp"

namespace codius::runtime {

std::shared_ptr<event_bell::seat> event_bell::sit() {
  const std::lock_guard lock{guard_};
  if (taken_.size() >= seats_)
    return nullptr;
  auto out = std::make_shared<seat>(shared_from_this());
  taken_.insert(out.get());
  return out;
}

void event_bell::ring() {
  const std::lock_guard lock{guard_};
  for (const auto* one : taken_)
    if (one->wake_)
      one->wake_();
}

event_bell::seat::~seat() {
  const std::lock_guard lock{bell_->guard_};
  bell_->taken_.erase(this);
}

void event_bell::seat::on_news(std::function<void()> wake) {
  const std::lock_guard lock{bell_->guard_};
  wake_ = std::move(wake);
}

} // namespace codius::runtime
