#pragma once
#include "net/asio.hpp"

#include <functional>
#include <vector>

namespace codius::client {

/// Runs all of `work`, at most `at_once` at a time, and returns when all have ended. What a
/// function returns must own what it uses, or the caller must outlive it.
asio::awaitable<void> all_of(std::vector<std::function<asio::awaitable<void>()>> work,
                             size_t at_once);

} // namespace codius::client
