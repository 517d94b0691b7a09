#include "messages/error_catalogue.hpp"

namespace codius {

namespace {

constexpr std::string_view not_moved
  = "The packet's money did not move: a reject gives it back along the whole way.";
constexpr std::string_view unknown
  = "Not known: the receiver may have it, though the sender was told nothing. It counts as spent"
    " until the receiver says what it got; at a Codius host GET /credits does.";
constexpr std::string_view nothing_yet
  = "Nothing can be paid or be received meanwhile; what was paid before is safe in the host's"
    " ledger.";

// The sentences of F and R codes are about the packet, those of T codes about the moment.
constexpr std::array faults{
  payment_fault{"F00", "Bad Request", "A connector could not work with the packet.", not_moved,
                "Another way may help: pay from another ledger. If it happens always, a program on"
                " the way is at fault."},
  payment_fault{"F01", "Invalid Packet", "A connector could not read the packet.", not_moved,
                "A program on the way is at fault; update it, or pay from another ledger."},
  payment_fault{"F02", "Unreachable", "There is no way to the receiver.", not_moved,
                "Payer and host must be connected to the same network; the host's own connection"
                " may also be down."},
  payment_fault{"F03", "Invalid Amount", "The amount is impossible in an asset on the way.",
                not_moved, "Pay more at once, or from another ledger."},
  payment_fault{"F04", "Insufficient Destination Amount",
                "Less would arrive than the receiver wants.", not_moved,
                "The exchange rate became worse: ask for the price again, and allow a higher"
                " maximum."},
  payment_fault{"F05", "Wrong Condition", "Somebody on the way answered with a wrong proof.",
                not_moved, "A connector on the way is at fault; pay from another ledger."},
  payment_fault{"F06", "Unexpected Payment", "The receiver does not expect this payment.",
                not_moved,
                "The address is out of date: repeat the request with the same Pay-Token and pay to"
                " the new one."},
  payment_fault{"F07", "Cannot Receive", "The receiver cannot take more just now.", not_moved,
                "Try again later: the receiver's account is full."},
  payment_fault{"F08", "Amount Too Large", "A connector on the way carries only smaller packets.",
                not_moved,
                "STREAM sends smaller packets by itself; if it does not end, the way"
                " carries too little for this price."},
  payment_fault{"F99", "Application Error", "The receiver refused the packet.", not_moved,
                "The receiver has what it wanted, or wants no more: repeat the request with the"
                " same Pay-Token to hear what it counts."},
  payment_fault{"T00", "Internal Error", "A program on the way failed, perhaps for a moment.",
                not_moved, "Try again.", true},
  payment_fault{"T01", "Peer Unreachable", "A connection on the way is down.", not_moved,
                "Try again in a moment; if it lasts, look at your own connection to the ledger"
                " first.",
                true},
  payment_fault{"T02", "Peer Busy", "A connector on the way has too much to do.", not_moved,
                "Try again in a moment.", true},
  payment_fault{"T03", "Connector Busy", "A connector on the way has too much to do.", not_moved,
                "Try again in a moment.", true},
  payment_fault{"T04", "Insufficient Liquidity", "Somebody on the way has not enough money.",
                not_moved,
                "Often that is the payer's own account: look at its balance. Otherwise try again"
                " later.",
                true},
  payment_fault{"T05", "Rate Limited", "A connector on the way takes fewer packets a minute.",
                not_moved, "Try again in a minute.", true},
  payment_fault{"T99", "Application Error", "The receiver cannot take the packet just now.",
                not_moved, "Try again in a moment.", true},
  payment_fault{"R00", "Transfer Timed Out", "Nobody answered before the packet's time was over.",
                unknown, "Repeat the request with the same Pay-Token: the host counts what it got.",
                true},
  payment_fault{"R01", "Insufficient Source Amount", "Nothing is left of the amount on the way.",
                not_moved, "Pay more at once: fees or the exchange rate eat so small an amount.",
                true},
  payment_fault{"R02", "Insufficient Timeout", "The packet had too little time for the way.",
                not_moved, "Try again; if it lasts, set the clocks of payer and host right.", true},
  payment_fault{"R99", "Application Error", "The receiver refused the packet as it was.", not_moved,
                "Try again.", true},

  payment_fault{"uplink_unreachable", "no connection to the ledger",
                "The ledger's address cannot be found or reached, or nothing listens there.",
                nothing_yet, "Start moneyd, or correct ilp_credentials; the host goes on trying.",
                true},
  payment_fault{"uplink_silent", "the ledger does not answer",
                "Something listens at the ledger's address, but does not answer in time.",
                nothing_yet,
                "Look at that program and the network between; the host goes on"
                " trying.",
                true},
  payment_fault{"uplink_refused", "the ledger refuses this host",
                "The ledger's program refuses the user name, the token or the certificate, or is no"
                " BTP server.",
                nothing_yet, "Correct ilp_credentials."},
  payment_fault{"uplink_closed", "the connection to the ledger ended",
                "The ledger's program closed the connection.", nothing_yet,
                "The host connects again by itself; see the log of the ledger's program if it"
                " happens often.",
                true},
  payment_fault{"uplink_unconfigured", "the ledger does not tell this host's address",
                "The connection is there, but the ledger did not answer the question for the host's"
                " own address and asset (ILDCP).",
                nothing_yet,
                "The ledger's program is connected to nothing itself, or is no parent: look at its"
                " log.",
                true},
};

constexpr payment_fault other_final{"F", "a final error",
                                    "A connector or the receiver refused the"
                                    " packet for good.",
                                    not_moved, "The same payment will be refused again."};
constexpr payment_fault other_temporary{"T",
                                        "a temporary error",
                                        "Something on the way failed for"
                                        " the moment.",
                                        not_moved,
                                        "Try again.",
                                        true};
constexpr payment_fault other_relative{"R",
                                       "a relative error",
                                       "The packet had too little of"
                                       " something for the way.",
                                       not_moved,
                                       "Try again.",
                                       true};

} // namespace

std::span<const payment_fault> payment_faults() noexcept { return faults; }

const payment_fault* find_payment_fault(std::string_view code) noexcept {
  for (const auto& one : faults)
    if (one.code == code)
      return &one;
  const bool of_interledger
    = code.size() == 3 && code[1] >= '0' && code[1] <= '9' && code[2] >= '0' && code[2] <= '9';
  if (!of_interledger)
    return nullptr;
  switch (code[0]) {
    case 'F': return &other_final;
    case 'T': return &other_temporary;
    case 'R': return &other_relative;
    default: return nullptr;
  }
}

} // namespace codius
