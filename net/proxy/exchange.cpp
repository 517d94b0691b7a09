#include "net/proxy/exchange.hpp"

#include "net/http/body_decoder.hpp"
#include "net/proxy/rewrite.hpp"

#include <boost/asio/buffer.hpp>

namespace codius::net {

namespace {

constexpr int most_interim_answers = 16;
constexpr head_limits pod_head{8 * 1024, 28 * 1024, 200};

http_fault bad_gateway(const char* why) { return {502, errc::pod_bad_answer, why}; }

} // namespace

exchange::exchange(stream_request r, const proxy_settings& s)
  : request(std::move(r)), settings(s), client(request.client),
    pause(client->socket().get_executor()), joined_(pause.get_executor()),
    half_close_(pause.get_executor()) {}

asio::awaitable<bool> exchange::send_request(std::string head_text) {
  pod_reusable = false;
  bare_lf_ = false;
  if (!has_body()) {
    const auto ec = co_await pod->write(head_text, settings.stream_idle);
    request_end_ = pod->now();
    co_return !ec;
  }
  pumping_ = true;
  const auto self = shared_from_this();
  asio::co_spawn(pause.get_executor(), pump_body(std::move(head_text)),
                 [self](std::exception_ptr failed) {
                   if (failed)
                     self->pod->close();
                   self->pumping_ = false;
                   self->request_end_ = self->client->now();
                   self->joined_.cancel();
                   if (!self->finished_ && self->request_done)
                     self->watch_client();
                 });
  co_return true;
}

/// Looks for the next head in what the pod sent, receiving more as needed.
asio::awaitable<exchange::outcome> exchange::next_head(response_head& out) {
  head_scanner scanner{pod_head, true};
  for (;;) {
    const auto text = pod->in.data();
    const auto size = scanner.scan(text);
    if (scanner.fault())
      co_return bad_gateway("the pod's answer has an oversized head");
    if (size > 0) {
      bare_lf_ = bare_lf_ || scanner.met_bare_lf();
      auto bad = parse_response_head(text.substr(0, size), request.head.method, out);
      pod->in.consume(size);
      co_return bad;
    }
    if (auto bad = co_await wait_for_answer())
      co_return bad;
  }
}

/// The time for an answer's first octet runs from the end of the request.
asio::awaitable<exchange::outcome> exchange::wait_for_answer() {
  for (;;) {
    const auto begun = pumping_ ? pod->now() : request_end_;
    const auto ec = co_await pod->fill_until(begun + settings.first_byte);
    if (!ec)
      co_return outcome{};
    const bool early = pumping_ || pod->now() - request_end_ < settings.first_byte;
    if (ec != asio::error::timed_out || !early)
      co_return silence(ec);
  }
}

exchange::outcome exchange::silence(error_code ec) {
  if (client_gone)
    return http_fault{0, {}, ""};
  if (body_fault_)
    return body_fault_;
  if (ec == asio::error::timed_out)
    return http_fault{504, errc::pod_timeout, "the pod did not answer in time"};
  stale = pooled && pod->in.empty();
  return bad_gateway("the pod closed the connection without an answer");
}

asio::awaitable<exchange::outcome> exchange::read_answer(response_head& out, bool upgrading) {
  for (int interim = 0; interim <= most_interim_answers; ++interim) {
    out = response_head{};
    if (auto bad = co_await next_head(out))
      co_return bad;
    if (out.status >= 200 || (out.status == 101 && upgrading))
      co_return outcome{};
    if (out.status == 101)
      co_return bad_gateway("the pod switched protocols unasked");
    if (request.head.minor == 1) {
      const auto text = interim_for_client(out);
      if (co_await client->write(text, request.limits.write_stall))
        lose_client();
    }
  }
  co_return bad_gateway("the pod sent too many interim answers");
}

asio::awaitable<bool> exchange::relay_answer(const response_head& head) {
  response_route to;
  to.client_minor = request.head.minor;
  to.close = request.last || !request_taken();
  auto [out, framing, closing] = response_for_client(head, to);
  const bool chunked = framing.how == body_framing::kind::chunked;
  told_close = closing;
  body_decoder decoder{head.body};
  for (bool ended = false; !ended;) {
    size_t used = 1;
    while (!decoder.done() && used > 0 && out.size() < settings.buffer_bytes) {
      const auto step = decoder.next(pod->in.data());
      if (!step)
        co_return false;
      used = step->consumed;
      chunked ? append_chunk(out, step->data) : void(out.append(step->data));
      pod->in.consume(used);
    }
    ended = decoder.done();
    if (ended && chunked)
      out += last_chunk;
    if (!out.empty() && co_await client->write(out, request.limits.write_stall)) {
      lose_client();
      co_return false;
    }
    out.clear();
    if (!ended && used == 0 && !co_await more_answer(decoder))
      co_return false;
  }
  pod_reusable = head.keep_alive && head.body.how != body_framing::kind::until_close
                 && request_taken() && pod->in.empty() && !bare_lf_;
  co_return true;
}

/// False when the answer broke off.
asio::awaitable<bool> exchange::more_answer(body_decoder& decoder) {
  for (;;) {
    const auto ec = co_await pod->fill(settings.stream_idle);
    if (ec == asio::error::eof)
      co_return decoder.end_of_stream();
    if (ec != asio::error::timed_out || !pumping_)
      co_return !ec;
  }
}

asio::awaitable<void> exchange::finish() {
  finished_ = true;
  pause.cancel();
  if (!pod_reusable && pod)
    pod->close();
  stop_watching(); // and the pump's read
  while (pumping_) {
    error_code ignored;
    joined_.expires_at(timed_socket::time_point::max());
    co_await joined_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

void exchange::lose_client() {
  client_gone = true;
  pause.cancel();
  if (pod)
    pod->close();
}

void exchange::stop_watching() {
  watching_ = false;
  half_close_.cancel();
  client->cancel();
}

void exchange::watch_client() {
  watching_ = true;
  client->socket().async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code ec) {
    if (!ec && self->watching_)
      self->on_client_readable();
  });
}

void exchange::on_client_readable() {
  char octet;
  error_code ec;
  client->socket().receive(asio::buffer(&octet, 1), tcp::socket::message_peek, ec);
  if (!ec)
    return; // the next request, already; while it waits there nothing more can be noticed
  if (ec == asio::error::would_block)
    return watch_client();
  if (ec != asio::error::eof)
    return lose_client();
  // The client has said all it had to say. Whether it still listens only time can tell.
  half_close_.expires_after(settings.half_close);
  half_close_.async_wait([self = shared_from_this()](error_code stopped) {
    if (!stopped && self->watching_)
      self->lose_client();
  });
}

} // namespace codius::net
