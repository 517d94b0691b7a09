#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <mutex>
#include <set>
#include <string>

namespace codius::runtime::oci {

/// Hands out places (see `slot_names`). Goes round before it gives a freed one out again, so that
/// whoever still talks to the last tenant's address meets nobody. The point where it is survives in
/// a small file. Any thread.
class slots {
public:
  /// `count` places; `file` remembers the next one.
  slots(uint32_t count, std::string file);

  /// Marks a place as taken, as found in a record.
  void keep(uint32_t slot);
  /// Errors: `no_capacity`.
  result<uint32_t> take();
  void give_back(uint32_t slot);

private:
  const uint32_t count_;
  const std::string file_;
  std::mutex mutex_;
  std::set<uint32_t> taken_;
  uint32_t next_ = 0;
};

} // namespace codius::runtime::oci
