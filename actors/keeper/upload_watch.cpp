#include "actors/keeper/upload_watch.hpp"

namespace codius::actors {

upload_watch::seat::seat(std::shared_ptr<upload_watch> at, std::string id, uint64_t number)
  : at_(std::move(at)), id_(std::move(id)), number_(number) {}

upload_watch::seat::~seat() {
  const std::lock_guard lock{at_->mutex_};
  const auto here = at_->by_id_.find(id_);
  here->second.erase(number_);
  --at_->all_;
  if (here->second.empty())
    at_->by_id_.erase(here);
}

void upload_watch::seat::on_news(std::function<void()> wake) {
  const std::lock_guard lock{at_->mutex_};
  at_->by_id_[id_][number_] = std::move(wake);
}

result<std::shared_ptr<upload_watch::seat>> upload_watch::follow(const std::string& id) {
  const std::lock_guard lock{mutex_};
  if (all_ >= most_.all)
    return error{errc::no_capacity, "too many uploads are being followed just now; try again later"};
  if (const auto here = by_id_.find(id); here != by_id_.end() && here->second.size() >= most_.one)
    return error{errc::busy, "this upload has too many followers just now; try again later"};
  const auto number = ++last_;
  by_id_[id][number] = {};
  ++all_;
  return std::make_shared<seat>(shared_from_this(), id, number);
}

void upload_watch::ring(const std::string& id) {
  const std::lock_guard lock{mutex_};
  if (const auto here = by_id_.find(id); here != by_id_.end())
    for (const auto& [number, wake] : here->second)
      if (wake)
        wake();
}

void upload_watch::ring_all() {
  const std::lock_guard lock{mutex_};
  for (const auto& [id, followers] : by_id_)
    for (const auto& [number, wake] : followers)
      if (wake)
        wake();
}

size_t upload_watch::followers() const {
  const std::lock_guard lock{mutex_};
  return all_;
}

} // namespace codius::actors
