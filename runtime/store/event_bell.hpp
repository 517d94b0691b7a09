#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <set>

namespace codius::runtime {

/// Tells those who follow the event log that there is news. Nothing is kept for them: each reads
/// the log at its own pace. Any thread.
class event_bell : public std::enable_shared_from_this<event_bell> {
public:
  explicit event_bell(size_t seats = 16) : seats_(seats) {}

  /// A place among the followers; given back when it is destroyed.
  class seat {
  public:
    explicit seat(std::shared_ptr<event_bell> bell) : bell_(std::move(bell)) {}
    ~seat();
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    /// `wake` is called, on any thread, whenever there is news from now on; it must not block.
    void on_news(std::function<void()> wake);

  private:
    friend class event_bell;
    std::shared_ptr<event_bell> bell_;
    std::function<void()> wake_;
  };

  /// Null when all seats are taken.
  std::shared_ptr<seat> sit();
  void ring();

private:
  const size_t seats_;
  std::mutex guard_;
  std::set<seat*> taken_;
};

} // namespace codius::runtime
