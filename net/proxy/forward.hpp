#pragma once
#include "messages/env.hpp"
#include "net/http/stream_handler.hpp"
#include "net/proxy/route_table.hpp"
#include "net/proxy/settings.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace codius::net {

/// Makes the proxy of one thread: it streams requests to pods and their answers back, with bounded
/// buffers and back-pressure both ways, over a connection pool of its own. Hand it to
/// `http_server`. The routes and counters are shared by all threads.
///
/// Errors answered (JSON, or a page for whoever accepts text/html): 404 unknown pod or one without
/// a port; 503 with Retry-After while it starts, refuses connections or has too many; 502 when it
/// breaks off or talks no HTTP; 504 when it cannot be reached or says nothing in time.
std::unique_ptr<stream_handler> make_forwarder(asio::io_context& io,
                                               std::shared_ptr<const route_table> routes,
                                               proxy_settings settings, env door,
                                               std::shared_ptr<proxy_counters> counters);

} // namespace codius::net
