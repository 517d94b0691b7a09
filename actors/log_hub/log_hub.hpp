#pragma once
#include "actors/log_hub/seat.hpp"
#include "messages/interfaces.hpp"
#include "net/asio.hpp"
#include "runtime/pods/pod_runtime.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <map>

namespace codius::actors {

struct log_hub_deps {
  std::shared_ptr<runtime::pod_runtime> engine;
  asio::any_io_executor workers; ///< where opening a log blocks
  size_t most_of_a_pod = 128;    ///< readers of one pod's log
  size_t most = 1024;            ///< readers of all logs
};

/// Knows whose logs are being read: one `log_feed` a pod, however many read it. The lines themselves
/// never pass through here: a reader takes them from its seat. When this actor ends, all logs that
/// are followed end.
class log_hub_state {
public:
  static constexpr const char* name = "codius.log_hub";

  explicit log_hub_state(log_actor::pointer self) : self_(self) {}
  ~log_hub_state();

  log_actor::behavior_type make_behavior(log_hub_deps deps);

private:
  struct request {
    caf::typed_response_promise<log_opened> answer;
    bool follow = false;
  };
  /// A log that is being opened.
  struct opening {
    std::vector<request> waiting;
    bool changed = false, gone = false; ///< what the pod did meanwhile
  };

  caf::result<log_opened> on_open(const open_log& req);
  std::optional<error> refusal(size_t readers_of_pod) const;
  void open(const open_log& req);
  void on_found(const pod_id& pod, result<std::shared_ptr<counted_feed>> found);
  void on_changed(const log_changed& news);
  void forget_unread();

  log_actor::pointer self_;
  log_hub_deps deps_;
  std::shared_ptr<log_readers> readers_ = std::make_shared<log_readers>();
  std::map<pod_id, std::weak_ptr<counted_feed>> feeds_; ///< seats own them
  std::map<pod_id, opening> opening_;
};

log_actor::behavior_type log_hub(log_actor::stateful_pointer<log_hub_state> self,
                                 log_hub_deps deps);

} // namespace codius::actors
