#pragma once
#include "messages/env.hpp"
#include "runtime/doctor/facts.hpp"

namespace codius::runtime::doctor {

/// Looks at this machine, its network and the uplink. Changes nothing that stays; runs one
/// container, if it may and no codiusd runs here. Blocks, for up to a minute when much is wrong.
facts probe(const config& settings, const env& world);

// --- the parts ---------------------------------------------------------------------------------

/// Programs, kernel, control groups, disk, memory, clock.
void probe_machine(facts& f, const env& world);
/// Ports, names, uplink, public URI.
void probe_network(facts& f, const env& world);

/// Whether /proc/net/tcp (or tcp6) has a listener at `port`; its socket's inode, else 0.
uint64_t listener_inode(std::string_view table, uint16_t port);

} // namespace codius::runtime::doctor
