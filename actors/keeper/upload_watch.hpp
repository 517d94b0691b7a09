#pragma once
#include "messages/error.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace codius::actors {

/// Who follows which record of a sale: the keeper rings after each commit, followers ask it then.
/// Any thread.
class upload_watch : public std::enable_shared_from_this<upload_watch> {
public:
  struct limits {
    size_t one = 16;  ///< followers of one record
    size_t all = 256; ///< of all
  };
  upload_watch() : upload_watch(limits{}) {}
  explicit upload_watch(limits most) : most_(most) {}

  /// A follower's place; destroying it gives it back. May outlive the watch's other owners.
  class seat {
  public:
    seat(std::shared_ptr<upload_watch> at, std::string id, uint64_t number);
    ~seat();
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    /// `wake` is called, on any thread, when the record may have changed; it must be quick.
    void on_news(std::function<void()> wake);

  private:
    const std::shared_ptr<upload_watch> at_;
    const std::string id_;
    const uint64_t number_;
  };

  /// Errors: `busy` when this record has too many followers, `no_capacity` when all have.
  result<std::shared_ptr<seat>> follow(const std::string& id);

  void ring(const std::string& id);
  void ring_all();
  size_t followers() const;

private:
  using wakers = std::map<uint64_t, std::function<void()>>;

  const limits most_;
  mutable std::mutex mutex_;
  std::map<std::string, wakers> by_id_;
  size_t all_ = 0;
  uint64_t last_ = 0;
};

} // namespace codius::actors
