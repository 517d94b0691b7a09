#include "actors/peer_gossip/peer_gossip.hpp"

#include "runtime/actor/mailbox_report.hpp"
#include "runtime/actor/pipe_to.hpp"
#include "runtime/actor/supervisor.hpp"
#include "runtime/base/log.hpp"

#include <cstring>

namespace codius::actors {

namespace {

using namespace std::chrono_literals;

// A crash may cost the news of so many rounds: peers are soon found again.
constexpr size_t rounds_between_saves = 12;

uint64_t seed_from(const env& world) {
  std::array<std::byte, 8> octets{};
  world.random_bytes(octets);
  uint64_t out = 0;
  std::memcpy(&out, octets.data(), sizeof out);
  return out;
}

} // namespace

peers_actor::behavior_type peer_gossip_state::make_behavior(gossip_deps deps) {
  deps_ = std::move(deps);
  book_.emplace(deps_.rules, deps_.manners.own_uri, seed_from(deps_.world));
  const auto now = deps_.world.utc_now();
  for (const auto& uri : deps_.bootstrap)
    if (auto added = book_->add_bootstrap(uri, false, now); !added && uri != deps_.manners.own_uri)
      log::write(log::level::warn, "peer.bootstrap_refused",
                 {{"peer", uri}, {"why", added.error().detail}});
  (void)follow_wishes();
  load();
  next_round_in(book_->pause() / 4);
  return {
    [this](const get_peers& m) { return list(m.most); },
    [this](const discover_peers& m) { return runtime::reply(discover(m)); },
    [this](get_peer_table) { return book_->table(deps_.world.utc_now()); },
    [this](const add_peer& m) {
      return by_operator("peer.added", [&] {
        return book_->add_bootstrap(m.uri, true, deps_.world.utc_now());
      });
    },
    [this](const remove_peer& m) {
      return by_operator("peer.removed",
                         [&] { return book_->remove(m.uri, deps_.world.utc_now()); });
    },
    [this](tick_atom) { on_tick(); },
    [this](reload_atom) {
      if (follow_wishes())
        next_round_in(book_->pause());
    },
    [this](const peer_answered& m) {
      book_->finish(m.contact, m.outcome, deps_.world.utc_now());
      tell_news();
      ask_more();
    },
  };
}

void peer_gossip_state::load() {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper)
    return; // it restarts; the next round tries again
  self_->request(keeper, 5s, get_kept_peers{})
    .then(
      [this](const kept_peers& m) {
        if (!std::exchange(loaded_, true))
          book_->restore(m.all, deps_.world.utc_now());
      },
      [](const caf::error& e) {
        log::write(log::level::warn, "peer.not_loaded", {{"why", runtime::describe(e)}});
      });
}

void peer_gossip_state::next_round_in(std::chrono::milliseconds pause) {
  round_due_ = self_->clock().now() + pause;
  self_->delayed_send(self_, pause, tick_atom::value);
}

/// True when the operator changed something.
bool peer_gossip_state::follow_wishes() {
  if (!deps_.wishes)
    return false;
  auto now = deps_.wishes();
  if (followed_ == now)
    return false;
  book_->follow(now, deps_.world.utc_now());
  return std::exchange(followed_, std::move(now)).has_value();
}

void peer_gossip_state::on_tick() {
  if (self_->clock().now() < round_due_)
    return; // of before the interval was changed: there is a later one
  (void)follow_wishes();
  next_round_in(book_->pause());
  if (!loaded_)
    load();
  save_sometimes();
  if (!deps_.may_gossip())
    return;
  book_->begin_round(deps_.world.utc_now());
  ask_more();
}

void peer_gossip_state::ask_more() {
  while (auto contact = book_->next()) {
    auto asking = ask_peer(deps_.fetch, deps_.manners, *contact);
    runtime::pipe_to(deps_.io, peers_actor{self_}, std::move(asking),
                     [c = *contact](result<contact_outcome> r) {
                       if (r)
                         return peer_answered{c, std::move(*r)};
                       return peer_answered{
                         c, {contact_outcome::kind::not_asked, {}, r.error().detail}};
                     });
  }
}

void peer_gossip_state::save_sometimes() {
  unsaved_ = book_->take_changed() || unsaved_;
  if (rounds_to_save_ > 0)
    --rounds_to_save_;
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!loaded_ || !unsaved_ || rounds_to_save_ > 0 || !keeper)
    return;
  unsaved_ = false;
  rounds_to_save_ = rounds_between_saves;
  self_->request(keeper, 10s, keep_peers{book_->kept()})
    .then([](peers_kept) {},
          [this](const caf::error& e) {
            unsaved_ = true;
            log::write(log::level::warn, "peer.not_saved", {{"why", runtime::describe(e)}});
          });
}

/// What an operator changes is kept at once, and written down in the same transaction.
caf::result<peer_view>
peer_gossip_state::by_operator(const char* event,
                               const std::function<result<peer_view>()>& change) {
  const auto keeper = runtime::find<keeper_actor>(self_->system(), role::keeper);
  if (!keeper || !loaded_) // saving now would lose what an earlier process kept
    return runtime::to_caf({errc::unavailable, "the peers are being looked up; try again"});
  auto done = change();
  if (!done)
    return runtime::to_caf(done.error());
  auto answer = self_->make_response_promise<peer_view>();
  keep_peers all{book_->kept(), {{event, done->uri, R"({"by":"operator"})"}}};
  self_->request(keeper, 10s, std::move(all))
    .then([answer, view = *done](peers_kept) mutable { answer.deliver(std::move(view)); },
          [this, answer](const caf::error& e) mutable {
            unsaved_ = true;
            answer.deliver(e);
          });
  return answer;
}

void peer_gossip_state::tell_news() {
  for (const auto& n : book_->take_news()) {
    const bool notable = std::string_view{n.event} == "peer.lied";
    log::write(notable ? log::level::warn : log::level::debug, n.event,
               {{"peer", n.uri}, {"why", n.why}});
  }
}

result<peer_list> peer_gossip_state::discover(const discover_peers& m) {
  if (!deps_.may_gossip())
    return error{errc::rejected, "This host is misconfigured."};
  auto out = list(most_told_peers);
  book_->hear(m.offered, "client " + m.source, deps_.world.utc_now());
  return out;
}

peer_list peer_gossip_state::list(size_t most) { return {book_->told(most), book_->told_count()}; }

peers_actor::behavior_type peer_gossip(peers_actor::stateful_pointer<peer_gossip_state> self,
                                       gossip_deps deps) {
  runtime::end_on_exception(static_cast<peers_actor::pointer>(self));
  runtime::tell_mailbox(static_cast<peers_actor::pointer>(self));
  return self->state.make_behavior(std::move(deps));
}

} // namespace codius::actors
