// Precompiled for the floors that speak CAF. Only headers that change with the distribution belong
// here.
#pragma once
#include "net/pch.hpp"

#include <boost/asio/thread_pool.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
