#pragma once
#include "actors/log_hub/log_feed.hpp"

#include <atomic>
#include <optional>

namespace codius::actors {

/// How many read logs just now. Shared by the hub and every seat, which may outlive it.
struct log_readers {
  std::atomic<size_t> all{0};
};

/// How many of them read one pod's.
struct counted_feed {
  counted_feed(std::shared_ptr<runtime::pod_log> log, const std::vector<std::string>& containers)
    : feed(std::move(log), containers) {}
  log_feed feed;
  std::atomic<size_t> readers{0};
};

/// A position in a feed. The last seat takes the feed along.
class seat final : public log_seat {
public:
  seat(std::shared_ptr<counted_feed> at, std::shared_ptr<log_readers> readers, bool follow);
  ~seat() override;

  text peek(bool flush) override;
  result<text> fetch(bool flush) override;
  void on_news(std::function<void()> wake) override;
  bool ended() const override { return !follow_ || at_->feed.ended(); }

private:
  text take(log_feed::piece p);

  const std::shared_ptr<counted_feed> at_;
  const std::shared_ptr<log_readers> readers_;
  const bool follow_;
  runtime::log_position position_;
  std::optional<uint64_t> left_; ///< octets until the end of one that does not follow, once known
  uint64_t waker_ = 0;
};

} // namespace codius::actors
