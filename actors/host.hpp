#pragma once
#include "actors/admin/reloader.hpp"
#include "actors/self_test/gate.hpp"
#include "messages/env.hpp"
#include "net/asio.hpp"
#include "net/http/name_look_up.hpp"
#include "net/proxy/route_table.hpp"
#include "runtime/base/config.hpp"
#include "runtime/base/root_dir.hpp"
#include "runtime/pods/pod_runtime.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <future>
#include <thread>

namespace codius::actors {

/// The pod runtime that the configuration asks for.
std::shared_ptr<runtime::pod_runtime> make_pod_runtime(const runtime::config& cfg);

/// A whole host: threads, actor system and supervision tree. One a process in production; tests
/// make several.
class host {
public:
  /// Takes the root directory's lock and makes the machine ready. Errors: those of the store, the
  /// pod runtime and the port; each says what to do.
  /// `source`: where `reload` gets settings from; empty: it is refused.
  static result<std::unique_ptr<host>> start(runtime::config cfg, env world,
                                             std::shared_ptr<runtime::pod_runtime> pods,
                                             settings_source source = {});
  /// Stops if that has not happened yet.
  ~host();

  /// Ends the actors in reverse order of their start; pods run on. Returns when they have ended.
  void stop();
  /// Reads the settings again, and says in the log what became of it. Returns at once.
  void reload(const std::string& by);
  /// Becomes ready when the tree has ended: empty after `stop`, else the reason for which the
  /// supervision gave up.
  std::shared_future<std::string> ended() const { return ended_; }

  /// What is known of the self-test. Any thread.
  const self_test_gate& tested() const { return *gate_; }
  uint16_t port() const { return cfg_.port; }
  /// Of the embedded connector; 0 without one.
  uint16_t ilp_port() const { return ilp_port_; }
  caf::actor_system& system() { return *system_; }

private:
  host(runtime::config cfg, env world, std::shared_ptr<runtime::pod_runtime> pods,
       runtime::root_dir root, byte_buffer secret);
  void spawn_tree();
  void run_threads();

  runtime::config cfg_;
  env world_;
  std::shared_ptr<runtime::pod_runtime> pods_;
  runtime::root_dir root_;
  byte_buffer secret_;
  std::atomic<uint16_t> ilp_port_{0};

  // The actor system goes before the contexts that its actors post to.
  std::vector<std::unique_ptr<asio::io_context>> contexts_; ///< the last two: gossip's, Interledger's
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::shared_ptr<asio::thread_pool> workers_;
  std::shared_ptr<asio::thread_pool> pulls_;
  std::shared_ptr<asio::thread_pool> log_reads_;
  std::vector<std::thread> threads_;
  net::look_up_threads look_ups_;
  std::shared_ptr<net::route_table> routes_;
  std::shared_ptr<self_test_gate> gate_;
  settings_source source_;
  std::shared_ptr<reloader> reloader_;
  caf::actor_system_config system_config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::actor root_supervisor_;
  std::promise<std::string> end_;
  std::shared_future<std::string> ended_;
  bool stopped_ = false;
};

} // namespace codius::actors
