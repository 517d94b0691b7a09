#include "actors/log_hub/log_feed.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

std::vector<std::string> names_of(const std::vector<std::string>& containers) {
  std::vector<std::string> out;
  std::transform(containers.begin(), containers.end(), std::back_inserter(out), log_name);
  return out;
}

/// What a piece costs to keep, whatever is in it.
constexpr size_t cost(size_t octets) { return octets + 256; }

} // namespace

log_feed::log_feed(std::shared_ptr<runtime::pod_log> log,
                   const std::vector<std::string>& containers, size_t keep)
  : log_(std::move(log)), containers_(names_of(containers)), most_(keep) {}

log_feed::~log_feed() { (void)log_->on_more({}); }

void log_feed::bell::ring() {
  const std::lock_guard lock{guard};
  ++version;
  for (const auto& [id, wake] : wakers)
    wake();
}

status log_feed::listen() {
  return log_->on_more([bell = bell_] { bell->ring(); });
}

uint64_t log_feed::add(std::function<void()> wake) {
  const std::lock_guard lock{bell_->guard};
  bell_->wakers[++bell_->last_waker] = std::move(wake);
  return bell_->last_waker;
}

void log_feed::drop(uint64_t waker) {
  const std::lock_guard lock{bell_->guard};
  bell_->wakers.erase(waker);
}

void log_feed::renew() {
  log_->renewed();
  bell_->ring();
}

void log_feed::end() {
  {
    const std::lock_guard lock{bell_->guard};
    bell_->ended = true;
  }
  bell_->ring();
}

bool log_feed::ended() const {
  const std::lock_guard lock{bell_->guard};
  return bell_->ended;
}

bool log_feed::known(const runtime::log_position& at, bool flush, piece& out) {
  uint64_t version = 0;
  {
    const std::lock_guard lock{bell_->guard};
    version = bell_->version;
  }
  const std::lock_guard lock{guard_};
  const auto found = kept_.find(at);
  if (found == kept_.end())
    return false;
  const auto& p = found->second;
  // That there is nothing holds until the next news.
  if (p.what.text->empty() && (p.version != version || (flush && !p.flushed)))
    return false;
  out = p.what;
  return true;
}

result<log_feed::piece> log_feed::read(const runtime::log_position& at, bool flush) {
  const std::lock_guard turn{reading_};
  piece out;
  if (known(at, flush, out))
    return out;
  kept_piece fresh;
  {
    const std::lock_guard lock{bell_->guard};
    fresh.version = bell_->version;
  }
  auto part = log_->read(at, flush);
  if (!part)
    return part.error();
  fresh.flushed = flush;
  fresh.what = {std::make_shared<const std::string>(log_text(part->pieces, containers_)),
                std::move(part->next), part->octets};
  keep(at, fresh);
  return fresh.what;
}

size_t log_feed::kept_octets() {
  const std::lock_guard lock{guard_};
  return octets_;
}

void log_feed::keep(const runtime::log_position& at, kept_piece p) {
  const std::lock_guard lock{guard_};
  if (const auto old = kept_.find(at); old != kept_.end()) {
    octets_ -= cost(old->second.what.text->size());
    std::erase(order_, at);
  }
  octets_ += cost(p.what.text->size());
  kept_[at] = std::move(p);
  order_.push_back(at);
  for (; octets_ > most_ && order_.size() > 1; order_.pop_front()) {
    const auto oldest = kept_.extract(order_.front());
    octets_ -= cost(oldest.mapped().what.text->size());
  }
}

} // namespace codius::actors
