#pragma once
#include "runtime/client/basket.hpp"
#include "runtime/client/manifest_source.hpp"
#include "runtime/client/upload.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace codius::client {

/// One upload, step by step.
class upload_run {
public:
  upload_run(const upload_options& options, const program_world& world);

  /// To the end; once.
  run_report run();

private:
  // The steps, in their order. Each shows itself, and fails with what to tell the person.
  asio::awaitable<void> drive();
  asio::awaitable<done> flow();
  done look_at_state();
  asio::awaitable<done> make();
  asio::awaitable<done> find_hosts();
  asio::awaitable<done> choose();
  asio::awaitable<done> add_host_env();

  done resume(made_manifest& made);
  done name_hosts();
  asio::awaitable<void> try_some(std::vector<host_place> some);
  asio::awaitable<void> try_one(host_place host);
  done take_cheapest(size_t count);
  void set_manifest(runtime::json complete);
  void begin_record();
  done move_old_record() const;

  const upload_options& options_;
  const program_world& world_;
  session session_;
  order order_;
  std::vector<std::string> images_;
  std::optional<pod_state> before_; ///< a record whose payments are unfinished, to be taken up
  std::unique_ptr<state_keeper> keeper_;
  std::unique_ptr<basket> basket_;

  bool all_must_pass_ = true;
  size_t wanted_ = 1;
  std::vector<host_place> candidates_;
  std::vector<std::unique_ptr<pod_purchase>> tried_; ///< within the limits
  std::vector<std::unique_ptr<pod_purchase>> passed_over_;
  std::vector<std::string> reasons_; ///< why others are not
  run_report report_{.command = "upload", .hosts = {}, .why = {}};
};

/// A manifest that says in HOSTS of each container where it runs. Fails (1) when HOSTS is there.
outcome<runtime::json> with_host_env(runtime::json complete, const std::vector<std::string>& hosts);

/// True when both are made from the same files: they differ in nonces, and so in hashes, at most.
/// `add_host_env`: HOSTS does not count.
bool same_sources(const runtime::json& a, const runtime::json& b, bool add_host_env);

} // namespace codius::client
