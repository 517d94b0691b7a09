#pragma once
#include "net/http/body_writer.hpp"
#include "net/http/message.hpp"

#include <string>
#include <vector>

// Server-sent events (WHATWG HTML, section 9.2): a stream of small records that browsers' EventSource
// and `curl -N` can read.

namespace codius::net {

struct server_event {
  std::string id;   ///< what a client that reconnects sends as Last-Event-ID; empty: none
  std::string name; ///< the event's type; empty: "message"
  std::string data; ///< any text; lines are kept
  bool operator==(const server_event&) const = default;
};

/// The event's octets, with the empty line that ends it. Line ends inside `id` and `name`, and NUL
/// in `id`, are left out, as they would break the record; in `data` CR LF, CR and LF all end a
/// line.
std::string event_text(const server_event& event);
/// A comment, which clients skip: a sign of life.
std::string comment_text(std::string_view text);

/// What is new since the last batch.
struct event_batch {
  std::vector<server_event> events;
  bool last = false; ///< nothing comes after these: the stream ends
};

/// Sends what `next` gives until a batch is the last one or `to` is over. `next` is asked at the
/// beginning and whenever `to.waker()` was called; a comment goes out when nothing did for
/// `heartbeat`. Whoever makes events gets the waker before this is called, so that nothing is
/// missed.
asio::awaitable<void> send_events(body_writer& to,
                                  std::function<asio::awaitable<event_batch>()> next,
                                  std::chrono::milliseconds heartbeat
                                  = std::chrono::milliseconds{15'000});

/// An answer of status 200 with the fields of an event stream.
http_response event_stream_response(std::shared_ptr<const body_producer> source);

} // namespace codius::net
