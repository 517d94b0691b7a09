#pragma once
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace codius::net {

/// Octets received and not used yet, in one piece. Grows from 4 KiB to a fixed most, and never
/// beyond: who fills it must stop when `room` is empty, and that is the back-pressure.
class read_buffer {
public:
  explicit read_buffer(size_t most = 32 * 1024) : most_(most) {}

  std::string_view data() const noexcept { return {store_.get() + begin_, end_ - begin_}; }
  size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }

  /// Where the next octets go; at least half of the free space, empty when there is none.
  struct span {
    char* at;
    size_t size;
  };
  span room() {
    if (capacity_ - end_ < capacity_ / 2 || capacity_ == 0)
      make_room();
    return {store_.get() + end_, capacity_ - end_};
  }
  void commit(size_t n) noexcept { end_ += n; }
  void consume(size_t n) noexcept {
    begin_ += n;
    if (begin_ == end_)
      begin_ = end_ = 0;
  }
  /// Gives the memory back if nothing is in it.
  void shrink() noexcept {
    if (empty()) {
      store_.reset();
      capacity_ = begin_ = end_ = 0;
    }
  }

private:
  void make_room() {
    const auto used = size();
    const auto wanted = used * 2 < capacity_ ? capacity_ : std::max<size_t>(4096, capacity_ * 2);
    const auto capacity = std::min(most_, wanted);
    if (capacity == capacity_) {
      std::memmove(store_.get(), store_.get() + begin_, used);
    } else {
      auto bigger = std::make_unique_for_overwrite<char[]>(capacity);
      if (used > 0)
        std::memcpy(bigger.get(), store_.get() + begin_, used);
      store_ = std::move(bigger);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
  }

  size_t most_;
  std::unique_ptr<char[]> store_;
  size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

} // namespace codius::net
