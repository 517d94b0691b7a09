#pragma once
#include "messages/pod.hpp"

#include <cstdint>
#include <unordered_map>

namespace codius::actors {

/// Memory that is set aside for pods which are being bought. Pure book-keeping: several purchases
/// of one pod count once, and none counts while the pod itself is here.
class reservations {
public:
  explicit reservations(uint64_t sellable_bytes) : sellable_(sellable_bytes) {}
  /// May be less than what is used: then nothing more is set aside until pods have ended.
  void set_sellable(uint64_t bytes) { sellable_ = bytes; }

  /// A pod that exists holds its memory itself.
  void pod_added(const pod_id& id, uint64_t bytes);
  void pod_removed(const pod_id& id);

  /// Sets memory aside for one more purchase of `id`. False when the host is full.
  bool reserve(const pod_id& id, uint64_t bytes);
  void release(const pod_id& id);

  uint64_t used_bytes() const { return used_; }

private:
  struct entry {
    uint64_t bytes = 0;
    uint32_t purchases = 0;
  };
  uint64_t sellable_;
  uint64_t used_ = 0; ///< pods, and holds of those that are not here
  std::unordered_map<std::string, uint64_t> pods_;
  std::unordered_map<std::string, entry> held_;
};

} // namespace codius::actors
