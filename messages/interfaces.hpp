#pragma once
// The typed interface of every actor; the one header of this floor that knows CAF.
#include "messages/eviction.hpp"
#include "messages/log.hpp"
#include "messages/peer.hpp"
#include "messages/roles.hpp"
#include "messages/self_test.hpp"
#include "messages/upload.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

// These never leave the process, so CAF need not know how to write them down.
#define CODIUS_MESSAGE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(codius::name)
CODIUS_MESSAGE(sell)
CODIUS_MESSAGE(sale_answer)
CODIUS_MESSAGE(open_purchase)
CODIUS_MESSAGE(purchase_opened)
CODIUS_MESSAGE(get_token)
CODIUS_MESSAGE(token_state)
CODIUS_MESSAGE(get_credits)
CODIUS_MESSAGE(token_credits)
CODIUS_MESSAGE(book_money)
CODIUS_MESSAGE(money_booked)
CODIUS_MESSAGE(abandon_purchase)
CODIUS_MESSAGE(deliver_purchase)
CODIUS_MESSAGE(credit_purchase)
CODIUS_MESSAGE(purchase)
CODIUS_MESSAGE(purchase_credited)
CODIUS_MESSAGE(get_owed)
CODIUS_MESSAGE(purchase_list)
CODIUS_MESSAGE(get_records)
CODIUS_MESSAGE(record_list)
CODIUS_MESSAGE(get_record)
CODIUS_MESSAGE(pod_record)
CODIUS_MESSAGE(set_phase)
CODIUS_MESSAGE(begin_expiry)
CODIUS_MESSAGE(forget_record)
CODIUS_MESSAGE(record_forgotten)
CODIUS_MESSAGE(get_pod_money)
CODIUS_MESSAGE(pod_money)
CODIUS_MESSAGE(get_totals)
CODIUS_MESSAGE(ledger_totals)
CODIUS_MESSAGE(read_manifest)
CODIUS_MESSAGE(manifest_read)
CODIUS_MESSAGE(reserve)
CODIUS_MESSAGE(reserved)
CODIUS_MESSAGE(release)
CODIUS_MESSAGE(fetch_images)
CODIUS_MESSAGE(images_ready)
CODIUS_MESSAGE(images_fetched)
CODIUS_MESSAGE(fulfil_purchase)
CODIUS_MESSAGE(pod_up)
CODIUS_MESSAGE(lease_over)
CODIUS_MESSAGE(get_capacity)
CODIUS_MESSAGE(capacity)
CODIUS_MESSAGE(bring_up)
CODIUS_MESSAGE(take_down)
CODIUS_MESSAGE(pod_started)
CODIUS_MESSAGE(pod_gone)
CODIUS_MESSAGE(pod_seen)
CODIUS_MESSAGE(runtime_inspected)
CODIUS_MESSAGE(runtime_started)
CODIUS_MESSAGE(runtime_done)
CODIUS_MESSAGE(runtime_listed)
CODIUS_MESSAGE(watch_lease)
CODIUS_MESSAGE(unwatch_lease)
CODIUS_MESSAGE(get_payment)
CODIUS_MESSAGE(payment_state)
CODIUS_MESSAGE(collect)
CODIUS_MESSAGE(collected)
CODIUS_MESSAGE(money_came)
CODIUS_MESSAGE(collect_over)
CODIUS_MESSAGE(run_here)
CODIUS_MESSAGE(get_ledger)
CODIUS_MESSAGE(ledger_link)
CODIUS_MESSAGE(publish_route)
CODIUS_MESSAGE(withdraw_route)
CODIUS_MESSAGE(route_done)
CODIUS_MESSAGE(open_log)
CODIUS_MESSAGE(log_opened)
CODIUS_MESSAGE(log_changed)
CODIUS_MESSAGE(get_peers)
CODIUS_MESSAGE(peer_list)
CODIUS_MESSAGE(discover_peers)
CODIUS_MESSAGE(get_peer_table)
CODIUS_MESSAGE(peer_table)
CODIUS_MESSAGE(add_peer)
CODIUS_MESSAGE(remove_peer)
CODIUS_MESSAGE(peer_view)
CODIUS_MESSAGE(get_kept_peers)
CODIUS_MESSAGE(kept_peers)
CODIUS_MESSAGE(keep_peers)
CODIUS_MESSAGE(peers_kept)
CODIUS_MESSAGE(peer_answered)
CODIUS_MESSAGE(evict_pod)
CODIUS_MESSAGE(pod_evicted)
CODIUS_MESSAGE(get_events)
CODIUS_MESSAGE(event_list)
CODIUS_MESSAGE(note_events)
CODIUS_MESSAGE(events_noted)
CODIUS_MESSAGE(get_switch)
CODIUS_MESSAGE(own_switch)
CODIUS_MESSAGE(get_self_test)
CODIUS_MESSAGE(run_self_test)
CODIUS_MESSAGE(self_test_report)
CODIUS_MESSAGE(self_test_tried)
CODIUS_MESSAGE(self_test_due)
CODIUS_MESSAGE(keep_upload)
CODIUS_MESSAGE(get_upload)
CODIUS_MESSAGE(upload_view)
CODIUS_MESSAGE(sell_later)
CODIUS_MESSAGE(await_payer)
CODIUS_MESSAGE(payer_here)
CODIUS_MESSAGE(payer_came)
#undef CODIUS_MESSAGE

namespace codius {

/// The names under which the live actors are found (runtime/actor/supervisor.hpp).
namespace role {
inline constexpr auto keeper = caf::atom("keeper");
inline constexpr auto ilp = caf::atom("ilp");
inline constexpr auto proxy = caf::atom("proxy");
inline constexpr auto expiry = caf::atom("expiry");
inline constexpr auto pods = caf::atom("pods");
inline constexpr auto manifests = caf::atom("manifests");
inline constexpr auto sales = caf::atom("sales");
inline constexpr auto logs = caf::atom("logs");
inline constexpr auto ingress = caf::atom("ingress");
inline constexpr auto peers = caf::atom("peers");
inline constexpr auto self_test = caf::atom("self_test");
inline constexpr auto admin = caf::atom("admin");
inline constexpr auto root = caf::atom("root"); ///< the supervisor of all
} // namespace role

using flush_atom = caf::atom_constant<caf::atom("flush")>;
/// What the operator wants has changed: look at it.
using reload_atom = caf::atom_constant<caf::atom("reload")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;

/// The KEEPER: the only one that touches the store. Every answer is durable when it arrives.
/// Errors of all: `unavailable` when the store fails.
using keeper_actor = caf::typed_actor<
  caf::replies_to<open_purchase>::with<purchase_opened>,
  caf::replies_to<book_money>::with<money_booked>,
  caf::replies_to<abandon_purchase>::with<purchase>,
  caf::replies_to<deliver_purchase>::with<purchase>,
  caf::replies_to<credit_purchase>::with<purchase_credited>,
  caf::replies_to<get_token>::with<token_state>, caf::replies_to<get_owed>::with<purchase_list>,
  caf::replies_to<get_credits>::with<token_credits>,
  caf::replies_to<get_records>::with<record_list>, caf::replies_to<get_record>::with<pod_record>,
  caf::replies_to<set_phase>::with<pod_record>, caf::replies_to<begin_expiry>::with<pod_record>,
  caf::replies_to<forget_record>::with<record_forgotten>,
  caf::replies_to<get_pod_money>::with<pod_money>,
  caf::replies_to<get_totals>::with<ledger_totals>,
  caf::replies_to<get_kept_peers>::with<kept_peers>,
  caf::replies_to<keep_peers>::with<peers_kept>, caf::replies_to<get_events>::with<event_list>,
  caf::replies_to<note_events>::with<events_noted>, caf::replies_to<evict_pod>::with<pod_evicted>,
  caf::replies_to<keep_upload>::with<upload_view>, caf::replies_to<get_upload>::with<upload_view>,
  // INTERNAL: all that was waiting is in the batch: commit it.
  caf::reacts_to<flush_atom>>;

/// A MANIFEST_PROCESSOR: pure work on one upload.
using manifest_actor = caf::typed_actor<caf::replies_to<read_manifest>::with<manifest_read>>;

/// The POD_LIFECYCLE: the set of pods, their memory, and a `pod` actor for each.
using lifecycle_actor = caf::typed_actor<
  caf::replies_to<reserve>::with<reserved>, caf::reacts_to<release>,
  caf::replies_to<fetch_images>::with<images_ready>, caf::replies_to<fulfil_purchase>::with<pod_up>,
  caf::reacts_to<lease_over>, caf::replies_to<get_capacity>::with<capacity>,
  caf::replies_to<evict_pod>::with<pod_evicted>,
  // INTERNAL: time to ask the pod runtime what it holds, and what it said.
  caf::reacts_to<tick_atom>, caf::reacts_to<runtime_listed>, caf::reacts_to<images_fetched>>;

/// A POD: one pod's state machine.
using pod_actor = caf::typed_actor<
  caf::replies_to<bring_up>::with<pod_started>, caf::replies_to<take_down>::with<pod_gone>,
  caf::reacts_to<pod_seen>,
  // INTERNAL: what the pod runtime answered, and time to try again.
  caf::reacts_to<runtime_inspected>, caf::reacts_to<runtime_started>,
  caf::reacts_to<runtime_done>, caf::reacts_to<tick_atom>>;

/// The EXPIRY_TIMER: due times.
using expiry_actor = caf::typed_actor<caf::reacts_to<watch_lease>, caf::reacts_to<unwatch_lease>,
                                      // INTERNAL: the earliest may be due.
                                      caf::reacts_to<tick_atom>>;

/// The ILP_BRIDGE: the packet switch and who waits for which money.
using ilp_actor = caf::typed_actor<caf::replies_to<get_payment>::with<payment_state>,
                                   caf::replies_to<collect>::with<collected>,
                                   caf::replies_to<await_payer>::with<payer_here>,
                                   caf::replies_to<get_ledger>::with<ledger_link>,
                                   caf::replies_to<get_switch>::with<own_switch>,
                                   // INTERNAL: news of the I/O thread, and deadlines.
                                   caf::reacts_to<money_came>, caf::reacts_to<collect_over>,
                                   caf::reacts_to<payer_came>, caf::reacts_to<run_here>>;

/// The REVERSE_PROXY: the only writer of the route table.
using proxy_actor = caf::typed_actor<caf::replies_to<publish_route>::with<route_done>,
                                     caf::replies_to<withdraw_route>::with<route_done>>;

/// The LOG_HUB: who reads which pod's log.
using log_actor = caf::typed_actor<caf::replies_to<open_log>::with<log_opened>,
                                   caf::reacts_to<log_changed>,
                                   // INTERNAL: an outcome of the blocking pool.
                                   caf::reacts_to<run_here>>;
/// PEER_GOSSIP: the other hosts that this one knows.
using peers_actor = caf::typed_actor<
  caf::replies_to<get_peers>::with<peer_list>, caf::replies_to<discover_peers>::with<peer_list>,
  caf::replies_to<get_peer_table>::with<peer_table>, caf::replies_to<add_peer>::with<peer_view>,
  caf::replies_to<remove_peer>::with<peer_view>,
  caf::reacts_to<reload_atom>,
  // INTERNAL: time for the next round, and what a peer answered.
  caf::reacts_to<tick_atom>, caf::reacts_to<peer_answered>>;

/// The desk that starts one PURCHASE actor a sale.
using sales_actor = caf::typed_actor<caf::replies_to<sell>::with<sale_answer>,
                                     caf::replies_to<sell_later>::with<upload_view>>;

/// The SELF_TEST: uploads to this host as a client would.
using self_test_actor = caf::typed_actor<
  caf::replies_to<get_self_test>::with<self_test_report>,
  caf::replies_to<run_self_test>::with<self_test_report>,
  // INTERNAL: what a try brought, and timers.
  caf::reacts_to<self_test_tried>, caf::reacts_to<self_test_due>>;

} // namespace codius
