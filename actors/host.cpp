#include "actors/host.hpp"

#include "actors/admin/admin.hpp"
#include "actors/expiry_timer/expiry_timer.hpp"
#include "actors/http_ingress/http_ingress.hpp"
#include "actors/ilp_bridge/ilp_bridge.hpp"
#include "actors/keeper/keeper.hpp"
#include "actors/log_hub/log_hub.hpp"
#include "actors/manifest_processor/manifest_processor.hpp"
#include "actors/peer_gossip/peer_gossip.hpp"
#include "actors/pod_lifecycle/pod_lifecycle.hpp"
#include "actors/purchase/sales.hpp"
#include "actors/reverse_proxy/reverse_proxy.hpp"
#include "actors/self_test/self_test.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/log_level.hpp"
#include "runtime/base/system_info.hpp"
#include "runtime/pods/oci/builtin_image.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <filesystem>

namespace codius::actors {

namespace {

using namespace std::chrono_literals;
using runtime::child_spec;
using runtime::restart;

// Windows multiply down the tree: a group gives up after 5 in 30 s, the host after 3 groups in 60 s.
runtime::restart_rules group_rules(runtime::strategy how) {
  return {how, 5, 30s, {100ms, 5s, 60s}};
}
runtime::restart_rules root_rules() {
  return {runtime::strategy::rest_for_one, 3, 60s, {0ms, 5s, 60s}};
}

constexpr size_t blocking_threads = 8; ///< pods that start or end at once
constexpr size_t pulling_threads = 2;  ///< images that are fetched at once
constexpr size_t log_threads = 2;      ///< that read logs from the disk
constexpr size_t look_up_threads = 4;   ///< names of other hosts that are looked up at once …
constexpr size_t look_ups_waiting = 96; ///< … and that wait for it

/// A child that is made from the same parts each time it starts.
template <class Fn, class... Parts>
child_spec worker(caf::atom_value id, Fn fn, Parts... parts) {
  return {id,
          [=](caf::event_based_actor* parent) {
            return caf::actor_cast<caf::actor>(parent->spawn(fn, parts...));
          },
          restart::permanent,
          {},
          false,
          true};
}

child_spec detached_worker(caf::atom_value id, const keeper_deps& deps) {
  return {id,
          [=](caf::event_based_actor* parent) {
            return caf::actor_cast<caf::actor>(parent->spawn<caf::detached>(keeper, deps));
          },
          restart::permanent,
          {},
          false,
          true};
}

/// Sees that nobody listens at `ip` and `port` (0: takes a free one, which the listener then keeps
/// across its restarts), so that a taken one ends the start with one sentence.
result<uint16_t> claim_port(const std::string& ip, uint16_t port, const char* setting) {
  asio::io_context io;
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(ip, ec);
  const asio::ip::tcp::endpoint at{address, port};
  asio::ip::tcp::acceptor probe{io};
  if (!ec)
    probe.open(at.protocol(), ec);
  if (!ec)
    probe.set_option(asio::ip::tcp::acceptor::reuse_address{true}, ec);
  if (!ec)
    probe.bind(at, ec);
  if (!ec)
    probe.listen(1, ec);
  if (ec)
    return error{errc::io, "cannot listen at " + ip + " port " + std::to_string(port) + ": "
                             + ec.message() + "; choose another with " + setting};
  return probe.local_endpoint().port();
}

api_settings api_of(const runtime::config& cfg, const std::string& public_uri) {
  api_settings out;
  out.public_uri_text = public_uri;
  if (auto uri = net::parse_http_uri(public_uri))
    out.public_uri = *uri;
  out.terms.board = std::make_shared<runtime::terms_board>(terms_of(cfg));
  out.terms.pull_limit = cfg.pull_timeout;
  return out;
}

ilp_settings ilp_of(const runtime::config& cfg, byte_buffer secret) {
  ilp_settings out;
  out.server_secret = std::move(secret);
  out.local_unit = cfg.ledger;
  out.uplink = cfg.uplink;
  if (cfg.ilp_listen) {
    out.listen_ip = cfg.ilp_listen->ip;
    out.listen_port = cfg.ilp_listen->port;
  }
  return out;
}

gossip_deps gossip_of(const runtime::config& cfg, const std::string& public_uri) {
  gossip_deps out;
  out.rules.interval = cfg.gossip_interval;
  out.rules.fresh = cfg.known_peers;
  out.rules.peers_at_once = peers_at_once(cfg.known_peers);
  out.rules.dev = out.manners.dev = cfg.dev;
  out.manners.own_uri = public_uri;
  out.bootstrap = cfg.bootstrap_peers;
  out.fetch = [](net::http_client_request req) { return net::fetch(std::move(req)); };
  return out;
}

self_test_deps self_test_of(const runtime::config& cfg) {
  self_test_deps out;
  out.image = runtime::oci::builtin_image();
  out.rules.tries = cfg.self_test_retries;
  out.rules.first_pause = cfg.self_test_interval;
  out.rules.duration = std::clamp(out.rules.duration, cfg.min_duration, cfg.max_duration);
  return out;
}

net::server_settings admin_server_of(const runtime::config& cfg) {
  net::server_settings out;
  if (cfg.admin_socket)
    out.socket_path = cfg.run_dir + "/admin.sock";
  if (cfg.admin_listen) {
    out.bind_ip = cfg.admin_listen->ip;
    out.port = cfg.admin_listen->port;
  }
  return out;
}

/// Sees that the admin API will find its place, before anything else begins.
status make_place_for_admin(const runtime::config& cfg) {
  if (cfg.admin_listen) {
    const auto port = claim_port(cfg.admin_listen->ip, cfg.admin_listen->port, "CODIUS_ADMIN_LISTEN");
    return port ? ok() : status{port.error()};
  }
  std::error_code ec;
  if (cfg.admin_socket)
    std::filesystem::create_directories(cfg.run_dir, ec);
  if (ec)
    return error{errc::io, "cannot make the run directory " + cfg.run_dir + ": " + ec.message()
                             + "; choose another with CODIUS_RUN_DIR"};
  return ok();
}

asio::awaitable<void> reload_and_tell(std::shared_ptr<reloader> r, std::string by) {
  (void)co_await r->reload(by); // the log says what became of it
}

/// Empty where the host tests itself.
std::string why_not_tested(const runtime::config& cfg) {
  if (cfg.pod_runtime == runtime::pod_runtime_kind::noop)
    return "the pod runtime is noop, which runs no pod that could be tested";
  if (!cfg.self_test)
    return cfg.dev ? "development mode, without the setting self_test"
                   : "the setting self_test is false";
  return {};
}

} // namespace

result<std::unique_ptr<host>> host::start(runtime::config cfg, env world,
                                          std::shared_ptr<runtime::pod_runtime> pods,
                                          settings_source source) {
  auto root = runtime::root_dir::open(cfg.root);
  if (!root)
    return root.error();
  auto secret = root->secret(world);
  if (!secret)
    return secret.error();
  const auto port = claim_port(cfg.bind_ip, cfg.port, "CODIUS_PORT");
  if (!port)
    return port.error();
  cfg.public_uri = runtime::effective_public_uri(cfg, *port);
  cfg.port = *port;
  if (cfg.ilp_listen)
    if (auto free = claim_port(cfg.ilp_listen->ip, cfg.ilp_listen->port, "CODIUS_ILP_LISTEN"); !free)
      return free.error();
  if (auto place = make_place_for_admin(cfg); !place)
    return place.error();
  if (auto ready = pods->prepare_host(); !ready)
    return ready.error();
  log::write(log::level::info, "runtime.ready", {{"what", pods->describe()}});
  for (const auto& warning : pods->warnings())
    log::write(log::level::warn, "runtime.warning", {{"why", warning}});
  if (auto swept = pods->sweep(); !swept)
    log::write(log::level::warn, "runtime.not_swept", {{"why", swept.error().detail}});
  std::unique_ptr<host> out{new host(std::move(cfg), std::move(world), std::move(pods),
                                     std::move(*root), std::move(*secret))};
  out->source_ = std::move(source);
  out->run_threads();
  out->spawn_tree();
  return out;
}

host::host(runtime::config cfg, env world, std::shared_ptr<runtime::pod_runtime> pods,
           runtime::root_dir root, byte_buffer secret)
  : cfg_(std::move(cfg)), world_(std::move(world)), pods_(std::move(pods)), root_(std::move(root)),
    secret_(std::move(secret)), workers_(std::make_shared<asio::thread_pool>(blocking_threads)),
    pulls_(std::make_shared<asio::thread_pool>(pulling_threads)),
    log_reads_(std::make_shared<asio::thread_pool>(log_threads)),
    look_ups_(look_up_threads, look_ups_waiting),
    routes_(std::make_shared<net::route_table>()),
    gate_(std::make_shared<self_test_gate>(world_, why_not_tested(cfg_))), ended_(end_.get_future().share()) {
  // Work stealing polls: this policy halves the cost of a request and ends idle wake-ups.
  system_config_.set("scheduler.policy", caf::atom("sharing"));
  system_config_.set("scheduler.max-threads", size_t{2});
  system_ = std::make_unique<caf::actor_system>(system_config_);
}

void host::run_threads() {
  const auto http_threads = cfg_.threads != 0 ? cfg_.threads : runtime::machine_cpus();
  for (unsigned i = 0; i < http_threads + 2; ++i) {
    auto& io = *contexts_.emplace_back(std::make_unique<asio::io_context>(1));
    guards_.push_back(asio::make_work_guard(io));
    threads_.emplace_back([&io] { io.run(); });
  }
}

void host::spawn_tree() {
  const auto public_uri = runtime::effective_public_uri(cfg_, cfg_.port);
  auto api = api_of(cfg_, public_uri);
  api.terms.utc_now = world_.utc_now;
  api.gate = [gate = gate_, now = world_.utc_now](const net::http_request& req) {
    return gate->refusal(req, now());
  };
  const auto uploads = std::make_shared<upload_watch>();
  api.uploads = uploads;
  api.self_test_success = [gate = gate_] { return gate->success(); };

  ilp_deps ilp{contexts_.back()->get_executor(), world_, ilp_of(cfg_, secret_),
               [this](uint16_t port) { ilp_port_ = port; }};
  auto gossip = gossip_of(cfg_, public_uri);
  gossip.io = contexts_[contexts_.size() - 2]->get_executor();
  gossip.world = world_;
  api.slow_lane = gossip.io;
  gossip.may_gossip = [gate = gate_] { return gate->may_gossip(); };
  gossip.manners.look_up = look_ups_.door();
  gossip.wishes = [board = api.terms.board] {
    const auto now = board->current();
    return peer_wishes{now->gossip_interval, now->known_peers, now->bootstrap_peers};
  };
  lifecycle_deps pods;
  pods.pods = {pods_, workers_->get_executor()};
  pods.pulls = pulls_->get_executor();
  pods.world = world_;
  pods.total_bytes = runtime::machine_memory_bytes();
  pods.sellable_now = [board = api.terms.board, all = static_cast<double>(pods.total_bytes)] {
    return static_cast<uint64_t>(all * board->current()->max_memory_fraction);
  };
  ingress_deps edge;
  for (size_t i = 0; i + 2 < contexts_.size(); ++i)
    edge.threads.push_back(contexts_[i].get());
  edge.world = world_;
  edge.server.bind_ip = cfg_.bind_ip;
  edge.server.port = cfg_.port;
  edge.routes = routes_;
  edge.proxied = std::make_shared<net::proxy_counters>();
  edge.api = api;
  edge.api.disk = log_reads_->get_executor();
  log_hub_deps logs;
  logs.engine = pods_;
  logs.workers = log_reads_->get_executor();

  auto trial = self_test_of(cfg_);
  trial.io = ilp.io;
  trial.world = world_;
  trial.gate = gate_;
  trial.client
    = make_self_test_client({*system_, ilp.io, world_, api.public_uri, gate_->credentials()});

  admin_deps office;
  office.io = contexts_[contexts_.size() - 2].get();
  office.world = world_;
  office.server = admin_server_of(cfg_);
  const auto bell = std::make_shared<runtime::event_bell>();
  const auto desk = std::make_shared<settings_desk>(*system_, world_, api.terms.board);
  desk->on_change([this](const runtime::host_terms& now) {
    log::set_least(now.log_level);
    if (const auto peers = runtime::find<peers_actor>(*system_, role::peers))
      caf::anon_send(peers, reload_atom::value);
  });
  reloader_ = std::make_shared<reloader>(desk, source_, log_reads_->get_executor());
  office.api = {public_uri, api.terms.board, routes_, edge.proxied, std::make_shared<edge_view>(),
                bell,       desk,             reloader_, pods_, log_reads_->get_executor()};
  edge.on_server = [view = std::const_pointer_cast<edge_view>(office.api.edge)](auto server) {
    view->show(std::move(server));
  };

  using runtime::strategy;
  std::vector<child_spec> tree;
  tree.push_back(detached_worker(role::keeper, {root_.file("codius.db"), world_, bell, uploads}));
  tree.push_back(runtime::nested(caf::atom("payments"),
                                 {"payments", group_rules(strategy::one_for_one)},
                                 {worker(role::ilp, ilp_bridge, ilp)}));
  tree.push_back(runtime::nested(caf::atom("hosting"),
                                 {"hosting", group_rules(strategy::rest_for_one)},
                                 {worker(role::proxy, reverse_proxy, routes_, world_),
                                  worker(role::expiry, expiry_timer, world_),
                                  worker(role::pods, pod_lifecycle, pods)}));
  tree.push_back(runtime::nested(caf::atom("desk"), {"desk", group_rules(strategy::one_for_one)},
                                 {worker(role::manifests, manifest_processor, public_uri),
                                  worker(role::sales, sales, api.terms)}));
  tree.push_back(runtime::nested(caf::atom("gossip"),
                                 {"gossip", group_rules(strategy::one_for_one)},
                                 {worker(role::peers, peer_gossip, gossip)}));
  tree.push_back(runtime::nested(caf::atom("edge"), {"edge", group_rules(strategy::one_for_one)},
                                 {worker(role::logs, log_hub, logs),
                                  worker(role::ingress, http_ingress, edge)}));
  tree.push_back(runtime::nested(caf::atom("trial"), {"trial", group_rules(strategy::one_for_one)},
                                 {worker(role::self_test, self_test, trial)}));

  if (cfg_.admin_socket || cfg_.admin_listen)
    tree.push_back(runtime::nested(caf::atom("office"),
                                   {"office", group_rules(strategy::one_for_one)},
                                   {worker(role::admin, admin, office)}));

  runtime::supervision rules{"root", root_rules()};
  rules.on_end = [this](const caf::error& why) {
    const bool wanted = !why || why == caf::exit_reason::user_shutdown;
    end_.set_value(wanted ? std::string{} : runtime::describe(why));
  };
  root_supervisor_ = system_->spawn(runtime::supervisor, std::move(rules), std::move(tree));
  system_->registry().put(role::root,
                          caf::actor_cast<caf::strong_actor_ptr>(root_supervisor_));
}

void host::stop() {
  if (std::exchange(stopped_, true))
    return;
  caf::anon_send_exit(root_supervisor_, caf::exit_reason::user_shutdown);
  ended_.wait();
  system_->registry().erase(role::root);
  root_supervisor_ = nullptr;
}

void host::reload(const std::string& by) {
  asio::co_spawn(*contexts_[contexts_.size() - 2], reload_and_tell(reloader_, by), asio::detached);
}

host::~host() {
  if (root_supervisor_)
    stop();
  workers_->join();
  log_reads_->join();
  pulls_->stop();
  pulls_->join();
  // Requests that were under way have had their time when their listener ended.
  guards_.clear();
  for (auto& io : contexts_)
    io->stop();
  for (auto& t : threads_)
    t.join();
  system_.reset();
}

} // namespace codius::actors
