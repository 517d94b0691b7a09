#pragma once
#include "messages/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace codius::actors {

/// Pure work: bytes of strangers → a checked, hashed, filled-in offer. Has nothing, so it can die
/// and come back at any time.
manifest_actor::behavior_type manifest_processor(manifest_actor::pointer self,
                                                 std::string public_uri);

} // namespace codius::actors
