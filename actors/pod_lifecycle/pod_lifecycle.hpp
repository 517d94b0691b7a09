#pragma once
#include "actors/pod/pod.hpp"
#include "actors/pod_lifecycle/reservations.hpp"
#include "messages/env.hpp"

#include <map>

namespace codius::actors {

struct lifecycle_deps {
  pod_deps pods;
  asio::any_io_executor pulls; ///< images come here, so that starts never wait for them
  env world;
  uint64_t total_bytes = 0;    ///< memory of the machine
  uint64_t sellable_bytes = 0; ///< the part of it that pods may have …
  /// … or what the operator lets them have at the moment, if not empty. Any thread.
  std::function<uint64_t()> sellable_now = {};

  uint64_t sellable() const { return sellable_now ? sellable_now() : sellable_bytes; }
};

/// Owns the set of pods and the memory that is promised, and sees every paid purchase through to a
/// running pod or to credit. Begins with what the ledger knows; asks nobody for money.
class lifecycle_state {
public:
  static constexpr const char* name = "codius.pod_lifecycle";

  explicit lifecycle_state(lifecycle_actor::pointer self) : self_(self) {}
  /// Takes the pod actors along (the pods run on): the next lifecycle makes its own.
  ~lifecycle_state();

  lifecycle_actor::behavior_type make_behavior(lifecycle_deps deps);

private:
  struct entry {
    pod_actor live; ///< null for a moment while it is replaced
    std::shared_ptr<const pod_offer> offer;
    bool recorded = false; ///< counted as running or to be run; false once its end began
  };
  using promise = caf::typed_response_promise<pod_up>;

  void load();
  void on_loaded(const std::vector<pod_record>& records);
  void deliver_owed();

  caf::result<reserved> on_reserve(const reserve& req);
  void on_holder_gone(const caf::actor_addr& holder);
  caf::result<images_ready> on_fetch_images(const fetch_images& req);
  void on_images_fetched(const images_fetched& outcome);

  caf::result<pod_up> on_fulfil(const fulfil_purchase& req);
  void fulfil(const purchase& sale, int tries);
  void bring_up_pod(const purchase& sale, int tries);
  void delivered(const purchase& sale);
  void undeliverable(const purchase& sale, const error& why);
  void refuse(uint64_t purchase_id, const error& why);

  void adopt(const pod_record& record);
  void disown(const pod_id& id, const pod_actor& dead);
  void forget(const pod_id& id);
  void on_pod_ended(const caf::actor_addr& actor);
  void on_lease_over(const pod_id& id);
  caf::result<pod_evicted> on_evict(const evict_pod& req);
  void take_down_pod(const pod_id& id);
  void watch(const pod_id& id, utc_time due);

  void ask_runtime();
  void on_listed(const runtime_listed& seen);
  void remove_stray(const pod_id& id);
  capacity look() const;

  lifecycle_actor::pointer self_;
  lifecycle_deps deps_;
  reservations memory_{0};
  std::map<std::string, entry> pods_;
  std::map<uint64_t, std::vector<promise>> fulfilling_; ///< by purchase: who waits for it
  std::map<uint64_t, caf::typed_response_promise<images_ready>> fetching_; ///< by ticket
  uint64_t last_ticket_ = 0;
  std::map<caf::actor_addr, pod_id> by_actor_;
  std::multimap<caf::actor_addr, pod_id> holders_; ///< who reserved what
  bool loaded_ = false;
};

lifecycle_actor::behavior_type
pod_lifecycle(lifecycle_actor::stateful_pointer<lifecycle_state> self, lifecycle_deps deps);

} // namespace codius::actors
