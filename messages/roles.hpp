#pragma once
#include "messages/record.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace codius::net {
class packet_switch;
} // namespace codius::net

namespace codius {

// What the actors say to each other beside the ledger's words (sale.hpp, record.hpp).

struct purchase_list {
  std::vector<purchase> all;
};
struct record_list {
  std::vector<pod_record> all;
};

// --- manifest_processor -----------------------------------------------------------------------

/// Turns an uploaded body into an offer. Reply: `manifest_read`, also for bad input.
struct read_manifest {
  std::string body;
};
struct manifest_read {
  std::shared_ptr<const pod_offer> offer; ///< null when refused
  error why;
  std::vector<std::pair<std::string, std::string>>
    faults; ///< JSON pointer and sentence, all at once
};

// --- pod_lifecycle ----------------------------------------------------------------------------

/// Sets memory and CPU aside for the sender until it ends or sends `release`. A pod that is there
/// needs nothing more. Reply: `reserved`. Errors: `no_capacity`.
struct reserve {
  pod_id pod;
  machine_size machine;
};
struct reserved {
  bool pod_is_here = false;
};
/// Gives a reservation back early.
struct release {
  pod_id pod;
};
/// Has the images of an offer on this machine. Reply: `images_ready`. Errors: `image_unavailable`,
/// `timed_out`, `busy`.
struct fetch_images {
  std::shared_ptr<const pod_offer> offer;
};
struct images_ready {};
/// Sees a paid purchase through: starts or extends its pod and settles it in the ledger, one way
/// or the other. Reply: `pod_up`. Errors: `start_failed` once the amount went back to the token.
struct fulfil_purchase {
  purchase sale;
};
struct pod_up {
  pod_id id;
  utc_time expires_at{};
};
/// A pod's time may be over; the ledger decides.
struct lease_over {
  pod_id id;
};
/// Reply: `capacity`.
struct get_capacity {};
struct capacity {
  uint64_t total_bytes = 0;    ///< memory of the machine
  uint64_t sellable_bytes = 0; ///< the part of it that pods may have
  uint64_t used_bytes = 0;     ///< held by pods and reservations
  uint64_t pod_bytes = 0;      ///< what one more pod of the standard size needs
  uint64_t running = 0;        ///< pods that run
};

// --- pod ----------------------------------------------------------------------------------------

/// Makes the pod run if it does not. Reply: `pod_started`. Errors: `start_failed`,
/// `image_unavailable`; `unavailable` when it should be asked again.
struct bring_up {};
struct pod_started {
  pod_id id;
};
/// Ends the pod and removes all that it had, then its record; tries until it succeeds.
/// Reply: `pod_gone`.
struct take_down {};
struct pod_gone {
  pod_id id;
};
/// What the pod runtime said when it was asked for all its pods.
struct pod_seen {
  bool present = false;
  bool running = false;
};
/// INTERNAL: outcomes of calls to the pod runtime.
struct runtime_inspected {
  bool running = false;
  pod_address address;
  std::optional<error> failure;
};
struct runtime_started {
  pod_address address;
  std::optional<error> failure;
};
struct runtime_done {
  std::optional<error> failure;
};
/// INTERNAL: the images that `ticket` asked for are here, or not.
struct images_fetched {
  uint64_t ticket = 0;
  std::optional<error> failure;
};
/// INTERNAL: what the pod runtime holds; nothing when it did not answer.
struct runtime_listed {
  struct entry {
    pod_id id;
    bool running = false;
  };
  std::optional<std::vector<entry>> pods;
};

// --- expiry_timer
// ---------------------------------------------------------------------------------

/// Sends `lease_over` to the pod lifecycle once `due` is past; replaces an earlier watch.
struct watch_lease {
  pod_id id;
  utc_time due{};
};
struct unwatch_lease {
  pod_id id;
};

// --- ilp_bridge
// -----------------------------------------------------------------------------------

/// Reply: `payment_state`. Errors: `unavailable` while no ledger can be reached.
struct get_payment {
  pay_token token{};
};
struct payment_state {
  asset unit;               ///< what the host counts in
  bool stream_open = false; ///< the payer's STREAM connection is there
  pay_details pay;          ///< where it goes, if not
};
/// Receives up to `due` more for the token and waits until the ledger has a purchase paid, or time
/// is up. Reply: `collected`. Errors: `payment_timeout`, `unavailable`.
struct collect {
  pay_token token{};
  uint64_t due = 0;
  std::chrono::seconds limit{60}; ///< the longest wait
};
struct collected {
  purchase sale;
};
/// Reply: `ledger_link`.
struct get_ledger {};
struct ledger_link {
  bool up = false;
  asset unit;
  std::string address; ///< the host's own ILP address, empty while unknown
  std::string why;     ///< why it is not up, for the operator
  std::string fault;   ///< the same for strangers and programs: a code of `payment_faults`
};

/// What the host itself pays through. Reply: `own_switch`.
struct get_switch {};
struct own_switch {
  std::shared_ptr<net::packet_switch> packets; ///< lives on the Interledger thread
};

/// INTERNAL: money completed a purchase, or the ledger refused it.
struct money_came {
  purchase sale;
};
/// INTERNAL: the time of a `collect` is over, unless it was answered since.
struct collect_over {
  pay_token token{};
  uint64_t generation = 0;
};
/// INTERNAL: an outcome of the I/O thread, to be used on the actor's own.
struct run_here {
  std::function<void()> job;
};

// --- reverse_proxy
// --------------------------------------------------------------------------------

/// Reply: `route_done`, once every new request takes the new route.
struct publish_route {
  pod_id id;
  pod_address address;
};
/// Reply: `route_done`. No new request reaches the pod after it.
struct withdraw_route {
  pod_id id;
};
struct route_done {};

} // namespace codius
