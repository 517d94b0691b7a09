#pragma once
#include <caf/atom.hpp>
#include <caf/make_message.hpp>
#include <caf/message_view.hpp>
#include <caf/result.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>

#include <cstdint>

namespace codius::runtime {

/// How many messages wait for an actor that called `tell_mailbox`: those that came while this one
/// waited its turn. In a steady state that is as many as there were before it; 0 is an actor that
/// keeps up. Reply: `uint64_t`.
using mailbox_atom = caf::atom_constant<caf::atom("mailbox")>;

/// Has an actor answer `mailbox_atom`, which is in no typed interface. Only the actor itself can
/// look into its mailbox. Call it in a factory.
template <class Self>
void tell_mailbox(Self* self) {
  self->set_default_handler(
    [](caf::scheduled_actor* me, caf::message_view& m) -> caf::result<caf::message> {
      if (m.content().match_elements<mailbox_atom>())
        return caf::make_message(uint64_t{me->mailbox().size()});
      return caf::sec::unexpected_message;
    });
}

} // namespace codius::runtime
