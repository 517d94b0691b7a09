#pragma once
#include "runtime/pods/memory_log.hpp"

namespace codius::tests {

/// A log in memory that counts what is asked of it.
class counted_log final : public runtime::pod_log {
public:
  explicit counted_log(size_t most_octets = 1 << 20) : inner_(most_octets) {}

  int reads = 0, renewals = 0;
  std::optional<error> failure; ///< reads answer this

  void out(const std::string& text, size_t container = 0) { inner_.write({container, false, text}); }
  void err(const std::string& text, size_t container = 0) { inner_.write({container, true, text}); }

  result<runtime::log_part> read(const runtime::log_position& at, bool flush) override {
    ++reads;
    if (failure)
      return *failure;
    return inner_.read(at, flush);
  }
  uint64_t size() override { return inner_.size(); }
  status on_more(std::function<void()> tell) override { return inner_.on_more(std::move(tell)); }
  void renewed() override { ++renewals; }

private:
  runtime::memory_log inner_;
};

} // namespace codius::tests
