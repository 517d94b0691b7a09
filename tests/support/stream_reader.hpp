#pragma once
#include "net/http/message.hpp"
#include "tests/support/scripted_writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>

namespace codius::tests {

inline asio::awaitable<void> produce_into(std::shared_ptr<const net::body_producer> from,
                                          std::shared_ptr<scripted_writer> to) {
  co_await from->run(*to);
}

/// Has a streamed answer made for `out->to`, a fresh writer, once `io` runs; `out->done` tells that
/// it is whole. Keep the writer as long as somebody may wake it.
template <class Reader>
std::shared_ptr<Reader> begin_reading(asio::io_context& io, const net::http_response& res) {
  REQUIRE(res.status == 200);
  REQUIRE(res.stream);
  auto out = std::make_shared<Reader>();
  out->to = std::make_shared<scripted_writer>(io);
  asio::co_spawn(io, produce_into(res.stream, out->to),
                 [out](std::exception_ptr) { out->done = true; });
  return out;
}

} // namespace codius::tests
