#include "net/http/session.hpp"

#include "net/http/body_decoder.hpp"
#include "net/http/error_body.hpp"
#include "net/http/listener.hpp"
#include "net/http/rate_floor.hpp"
#include "net/http/stream_body.hpp"
#include "net/http/text.hpp"
#include "net/http/uri.hpp"
#include "net/http/write_head.hpp"

#include <algorithm>

namespace codius::net {

namespace {

http_fault gone() { return {0, {}, ""}; }
http_fault too_slow(const char* what) { return {408, errc::request_timeout, what}; }
http_fault too_large(size_t limit) {
  return {413, errc::too_large,
          "Payload content length greater than maximum allowed: " + std::to_string(limit)};
}

size_t buffer_bytes(const server_limits& limits) {
  return std::max<size_t>(32 * 1024, limits.head.head_bytes + 4096);
}

} // namespace

session::session(listener& owner, tcp::socket socket, const tcp::endpoint& peer)
  : owner_(owner), core_(owner.core()), limits_(core_.settings.limits),
    client_(std::make_shared<timed_socket>(std::move(socket), buffer_bytes(limits_))),
    peer_ip_(peer.address().to_string()), peer_port_(peer.port()) {}

asio::awaitable<void> session::run() {
  const auto self = shared_from_this();
  for (size_t served = 1; !owner_.stopping(); ++served) {
    request_head head;
    idle_ = true;
    auto fault = co_await read_head(head);
    idle_ = false;
    if (fault) {
      if (fault->status != 0)
        co_await refuse(std::move(*fault), head.fields);
      break;
    }
    const bool last
      = !head.keep_alive || served >= limits_.requests_per_connection || owner_.stopping();
    if (!co_await serve(std::move(head), last))
      break;
    if (last || owner_.stopping()) {
      co_await close_gently(client_, linger());
      break;
    }
  }
  client_->close();
}

session::outcome session::head_in_buffer(head_scanner& scanner, request_head& out, bool& complete) {
  auto text = client_->in.data();
  if (!text.empty() && text.front() != '\r' && !is_token(text.substr(0, 1)))
    return http_fault{400, errc::malformed, "this is not HTTP; TLS is not spoken on this port"};
  const auto size = scanner.scan(text);
  if (scanner.fault())
    return scanner.fault();
  complete = size > 0;
  if (!complete)
    return {};
  auto bad = parse_request_head(text.substr(0, size), out);
  client_->in.consume(size);
  return bad;
}

/// Waits for the next head. The clock of `head_time` starts with its first octet.
asio::awaitable<session::outcome> session::read_head(request_head& out) {
  head_scanner scanner{limits_.head};
  auto due = client_->now() + limits_.idle;
  bool begun = false, complete = false, skipped = false;
  for (;;) {
    // One empty line before a request is forgiven, as RFC 9112 §2.2 asks.
    if (!skipped && client_->in.data().substr(0, 2) == "\r\n") {
      client_->in.consume(2);
      skipped = true;
    }
    if (auto bad = head_in_buffer(scanner, out, complete); bad || complete)
      co_return bad;
    if (!begun && !client_->in.empty()) {
      begun = true;
      due = client_->now() + limits_.head_time;
    }
    if (!begun)
      client_->in.shrink();
    const auto ec = co_await client_->fill_until(due);
    if (ec == asio::error::timed_out && begun)
      co_return too_slow("the request's head took too long");
    if (ec)
      co_return gone();
  }
}

asio::awaitable<bool> session::serve(request_head head, bool last) {
  http_fault fault{501, errc::not_implemented, "this host is no forward proxy"};
  auto label = pod_label(head.authority);
  if (head.method == "CONNECT") {
    co_await refuse(std::move(fault), head.fields);
    co_return false;
  }
  if (label.empty() || !owner_.proxy()) {
    core_.counters.api_requests++;
    co_return co_await serve_api(std::move(head), last);
  }
  core_.counters.pod_requests++;
  stream_request request;
  request.head = std::move(head);
  request.label = std::move(label);
  request.client = client_;
  request.peer_ip = peer_ip_;
  request.last = last;
  request.limits = limits_;
  co_return co_await owner_.proxy()->serve(std::move(request));
}

session::outcome session::to_request(request_head& head, http_request& out) const {
  if (head.target.front() != '/')
    return http_fault{400, errc::malformed, "Invalid path"};
  const std::string_view target{head.target};
  const auto mark = target.find('?');
  auto path = percent_decode(target.substr(0, mark));
  auto query = parse_query(mark == std::string_view::npos ? "" : target.substr(mark + 1));
  if (!path || !query)
    return http_fault{400, errc::malformed, path ? query.error().detail : path.error().detail};
  out.path = std::move(*path);
  out.query = std::move(*query);
  out.method = std::move(head.method);
  out.target = std::move(head.target);
  out.minor = head.minor;
  out.host = std::move(head.authority);
  out.fields = std::move(head.fields);
  out.peer_ip = peer_ip_;
  out.peer_port = peer_port_;
  return {};
}

asio::awaitable<bool> session::serve_api(request_head head, bool last) {
  http_request request;
  auto fault = to_request(head, request);
  if (!fault && head.body.length > limits_.body_bytes)
    fault = too_large(limits_.body_bytes);
  const bool body = head.body.how != body_framing::kind::none;
  if (!fault && body && head.expect_continue && client_->in.empty())
    (void)co_await client_->write("HTTP/1.1 100 Continue\r\n\r\n", limits_.write_stall);
  if (!fault && body)
    fault = co_await read_body(head.body, request.body);
  if (fault) {
    if (fault->status != 0)
      co_await refuse(std::move(*fault), request.fields);
    co_return false;
  }
  answer_style style;
  style.minor = head.minor;
  style.head_only = request.method == "HEAD";
  auto at_once = quick_answer(request);
  if (!at_once) // not as one expression: g++ 12 breaks a co_await in `?:`
    at_once = co_await answer(std::move(request));
  const http_response& response = *at_once;
  style.close = last || owner_.stopping();
  style.date = owner_.date();
  if (response.stream && !is_bodyless(response.status))
    co_return co_await send_stream(response, style);
  const auto text = response_text(response, style);
  co_return !co_await client_->write(text, limits_.write_stall);
}

session::outcome session::body_in_buffer(body_decoder& decoder, std::string& out) {
  while (!decoder.done()) {
    const auto step = decoder.next(client_->in.data());
    if (!step)
      return http_fault{400, errc::malformed, step.error().detail};
    if (step->consumed == 0)
      break;
    if (out.size() + step->data.size() > limits_.body_bytes)
      return too_large(limits_.body_bytes);
    out += step->data;
    client_->in.consume(step->consumed);
  }
  return {};
}

asio::awaitable<session::outcome> session::read_body(body_framing framing, std::string& out) {
  body_decoder decoder{framing};
  rate_floor floor{limits_.body_rate, limits_.body_grace};
  const auto whole = client_->now() + limits_.whole_request;
  for (;;) {
    auto bad = body_in_buffer(decoder, out);
    if (bad || decoder.done())
      co_return bad;
    const auto begun = client_->now();
    const auto before = client_->in.size();
    const auto ec = co_await client_->fill_until(std::min(whole, begun + floor.patience()));
    if (ec == asio::error::timed_out)
      co_return too_slow("the request's body comes too slowly");
    if (ec)
      co_return gone();
    floor.received(client_->now() - begun, client_->in.size() - before);
  }
}

std::optional<http_response> session::quick_answer(const http_request& request) {
  if (!core_.parts.quick)
    return std::nullopt;
  try {
    return core_.parts.quick(request);
  } catch (const std::exception& e) {
    tell_fault(e.what());
  }
  const error hidden{errc::internal, {}};
  return error_response(hidden);
}

asio::awaitable<http_response> session::answer(http_request request) {
  std::string why = "not an exception";
  try {
    co_return co_await core_.parts.api(std::move(request));
  } catch (const std::exception& e) {
    why = e.what();
  } catch (...) {
  }
  tell_fault(why);
  const error hidden{errc::internal, {}};
  co_return error_response(hidden);
}

void session::tell_fault(const std::string& why) {
  core_.counters.handler_faults++;
  if (core_.parts.on_fault)
    core_.parts.on_fault(why);
}

void session::close() {
  client_->close();
  end_stream();
}

void session::end_stream() {
  if (stream_)
    stream_->end();
}

/// True when another request may follow on the connection.
asio::awaitable<bool> session::send_stream(const http_response& response, answer_style style) {
  style.close = style.close || style.minor == 0;
  auto head = stream_head_text(response, style);
  bool sent = false;
  if (style.head_only)
    sent = !co_await client_->write(head, limits_.write_stall);
  else
    sent = co_await run_stream(std::move(head), response, style.minor > 0);
  if (sent && (style.close || owner_.stopping())) {
    co_await close_gently(client_, linger());
    co_return false;
  }
  co_return sent;
}

asio::awaitable<bool> session::run_stream(std::string head, const http_response& response,
                                          bool chunked) {
  stream_ = std::make_shared<stream_body>(client_, chunked, limits_.write_stall);
  if (owner_.stopping())
    stream_->end();
  core_.counters.streams++;
  core_.counters.streams_open++;
  auto end = stream_body::outcome::gone; // a fault cuts the connection, too
  try {
    end = co_await stream_->run(std::move(head), *response.stream);
  } catch (const std::exception& e) {
    tell_fault(e.what());
  } catch (...) {
    tell_fault("not an exception");
  }
  stream_.reset();
  core_.counters.streams_open--;
  if (end == stream_body::outcome::stalled)
    core_.counters.streams_cut++;
  co_return end == stream_body::outcome::whole;
}

asio::awaitable<void> session::refuse(http_fault fault, const http_fields& asked) {
  core_.counters.refused++;
  answer_style style;
  style.close = true;
  style.date = owner_.date();
  auto response = error_response({fault.code, fault.message, fault.status});
  if (core_.parts.on_refusal)
    core_.parts.on_refusal(asked, response);
  const auto text = response_text(response, style);
  const auto ec = co_await client_->write(text, limits_.write_stall);
  if (!ec)
    co_await close_gently(client_, linger());
}

/// A stopping server does not wait long for clients that keep their end open.
milliseconds session::linger() const {
  return owner_.stopping() ? std::min(limits_.linger, milliseconds{200}) : limits_.linger;
}

} // namespace codius::net
