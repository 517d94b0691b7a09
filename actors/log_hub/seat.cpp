#include "actors/log_hub/seat.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

const log_seat::text nothing = std::make_shared<const std::string>();

} // namespace

seat::seat(std::shared_ptr<counted_feed> at, std::shared_ptr<log_readers> readers, bool follow)
  : at_(std::move(at)), readers_(std::move(readers)), follow_(follow) {
  ++at_->readers;
  ++readers_->all;
}

seat::~seat() {
  if (waker_ != 0)
    at_->feed.drop(waker_);
  --at_->readers;
  --readers_->all;
}

log_seat::text seat::take(log_feed::piece p) {
  position_ = std::move(p.next);
  if (!follow_)
    *left_ -= std::min(*left_, p.octets);
  return std::move(p.text);
}

log_seat::text seat::peek(bool flush) {
  if (!follow_ && !left_)
    return nullptr;
  if (!follow_ && *left_ == 0)
    return nothing;
  log_feed::piece p;
  return at_->feed.known(position_, flush, p) ? take(std::move(p)) : nullptr;
}

result<log_seat::text> seat::fetch(bool flush) {
  // A pod that writes faster than its reader reads must not keep him for ever.
  if (!follow_ && !left_)
    left_ = at_->feed.size();
  if (!follow_ && *left_ == 0)
    return nothing;
  auto p = at_->feed.read(position_, flush);
  if (!p)
    return p.error();
  return take(std::move(*p));
}

void seat::on_news(std::function<void()> wake) {
  if (waker_ != 0)
    at_->feed.drop(waker_);
  waker_ = at_->feed.add(std::move(wake));
}

} // namespace codius::actors
