#include "net/http/body_decoder.hpp"
#include "net/http/rate_floor.hpp"
#include "net/proxy/exchange.hpp"

// The way of a request's body, client to pod.

namespace codius::net {

/// Moves what the client's buffer holds of the body into `out`, newly framed.
exchange::outcome exchange::take_body(body_decoder& decoder, std::string& out) {
  const bool chunked = request.head.body.how == body_framing::kind::chunked;
  while (!decoder.done() && out.size() < settings.buffer_bytes) {
    const auto step = decoder.next(client->in.data());
    if (!step)
      return http_fault{400, errc::malformed, step.error().detail};
    if (step->consumed == 0)
      break;
    chunked ? append_chunk(out, step->data) : void(out.append(step->data));
    client->in.consume(step->consumed);
  }
  if (decoder.done() && chunked)
    out += last_chunk;
  return {};
}

asio::awaitable<void> exchange::pump_body(std::string out) {
  const auto self = shared_from_this();
  body_decoder decoder{request.head.body};
  rate_floor floor{request.limits.body_rate, request.limits.body_grace};
  for (bool begun = false;;) {
    const auto head_size = out.size();
    body_fault_ = take_body(decoder, out);
    begun = begun || out.size() > head_size;
    if (body_fault_) {
      pod->close();
      co_return;
    }
    // A pod that stops reading may have answered already, so only the body ends here.
    if (!out.empty() && co_await pod->write(out, settings.stream_idle))
      co_return;
    const bool moved = !out.empty();
    out.clear();
    request_done = decoder.done();
    if (request_done)
      co_return;
    if ((!moved || client->in.empty()) && !co_await take_more_body(floor, begun))
      co_return;
  }
}

/// Receives more from the client; false when that is over.
asio::awaitable<bool> exchange::take_more_body(rate_floor& floor, bool begun) {
  // Who waits for a 100 is not slow.
  const bool waits_for_pod = request.head.expect_continue && !begun;
  const auto patience
    = waits_for_pod ? rate_floor::duration{settings.first_byte} : floor.patience();
  const auto since = client->now();
  const auto before = client->in.size();
  const auto ec = co_await client->fill_until(since + patience);
  if (!ec) {
    if (!waits_for_pod)
      floor.received(client->now() - since, client->in.size() - before);
    co_return true;
  }
  if (finished_)
    co_return false;
  if (ec == asio::error::timed_out) {
    body_fault_ = http_fault{408, errc::request_timeout, "the request's body comes too slowly"};
    pod->close();
  } else {
    lose_client();
  }
  co_return false;
}

} // namespace codius::net
