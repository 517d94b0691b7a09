#include "net/http/client.hpp"

#include "net/http/body_decoder.hpp"
#include "net/http/client_stream.hpp"
#include "net/http/text.hpp"
#include "net/http/write_head.hpp"

namespace codius::net {

namespace {

constexpr head_limits answer_limits{8 * 1024, 28 * 1024, 200};
constexpr int most_interim_answers = 16;

/// One request on one stream. `origin` names the peer in errors.
struct talk {
  client_stream_ptr stream;
  const http_client_request& request;
  std::string origin;
  client_stream::time_point due;
  bool in_pieces = false; ///< the body goes to `request.on_piece`
  bool answered = false;  ///< an octet of the answer was seen
  bool reusable = false;  ///< the stream may carry another request

  asio::awaitable<result<http_response>> run(std::string text);
  asio::awaitable<result<response_head>> read_head();
  asio::awaitable<status> read_body(const response_head& head, std::string& out);
  status take_body(body_decoder& decoder, std::string& out);
  error broken(error_code ec, const char* when) const;
};

std::string request_text(const http_client_request& r, const http_uri& uri) {
  std::string out;
  out.reserve(512 + r.body.size());
  out.append(r.method).append(" ").append(uri.target).append(" HTTP/1.1\r\n");
  const auto* host = r.fields.find("host");
  append_field(out, "Host", host ? *host : uri.authority());
  for (const auto& f : r.fields)
    if (!is_framing_field(f.name) && !same_text(f.name, "host"))
      append_field(out, f.name, f.value);
  if (!r.body.empty() || r.method == "POST" || r.method == "PUT" || r.method == "PATCH")
    append_field(out, "Content-Length", std::to_string(r.body.size()));
  if (r.fields.has_element("connection", "close"))
    append_field(out, "Connection", "close");
  return out.append("\r\n").append(r.body);
}

std::string in_words(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s"
                                  : std::to_string(time.count()) + " ms";
}

error too_slow(const http_client_request& r, const std::string& origin) {
  return {errc::timed_out, r.method + " " + origin + " took longer than " + in_words(r.timeout)};
}

client_stream::time_point due_in(const asio::any_io_executor& io, std::chrono::milliseconds time) {
  asio::steady_timer clock{io};
  clock.expires_after(time);
  return clock.expiry();
}

error talk::broken(error_code ec, const char* when) const {
  if (ec == asio::error::timed_out)
    return too_slow(request, origin);
  return {errc::unavailable, origin + " closed the connection " + when};
}

asio::awaitable<result<response_head>> talk::read_head() {
  head_scanner scanner{answer_limits, true};
  for (int interim = 0; interim <= most_interim_answers;) {
    const auto received = stream->in().data();
    const auto size = scanner.scan(received);
    if (scanner.fault())
      co_return error{errc::malformed, "the answer of " + origin + " has an oversized head"};
    if (size == 0) {
      if (const auto ec = co_await stream->fill(due))
        co_return broken(ec, "without an answer");
      answered = true;
      continue;
    }
    response_head head;
    const auto bad = parse_response_head(received.substr(0, size), request.method, head);
    stream->in().consume(size);
    if (bad)
      co_return error{errc::malformed, origin + ": " + bad->message};
    if (head.status >= 200)
      co_return std::move(head);
    ++interim;
    scanner = head_scanner{answer_limits, true};
  }
  co_return error{errc::malformed, origin + " sent too many interim answers"};
}

status talk::take_body(body_decoder& decoder, std::string& out) {
  while (!decoder.done()) {
    const auto step = decoder.next(stream->in().data());
    if (!step)
      return error{errc::malformed, origin + ": " + step.error().detail};
    if (step->consumed == 0)
      break;
    if (in_pieces)
      request.on_piece(step->data);
    else if (out.size() + step->data.size() > request.max_body)
      return error{errc::too_large, "the answer of " + origin + " is larger than "
                                      + std::to_string(request.max_body) + " bytes"};
    else
      out += step->data;
    stream->in().consume(step->consumed);
  }
  return ok();
}

asio::awaitable<status> talk::read_body(const response_head& head, std::string& out) {
  body_decoder decoder{head.body};
  in_pieces = request.on_piece && head.status == 200;
  for (;;) {
    if (auto taken = take_body(decoder, out); !taken || decoder.done())
      co_return taken;
    if (in_pieces)
      due = due_in(co_await asio::this_coro::executor, request.timeout);
    const auto ec = co_await stream->fill(due);
    if (ec == asio::error::eof && decoder.end_of_stream())
      co_return ok();
    if (ec)
      co_return broken(ec, "in the middle of its answer");
  }
}

asio::awaitable<result<http_response>> talk::run(std::string text) {
  // A server may answer and close before it has read all, so an error here is not the last word.
  (void)co_await stream->write(text, due);
  auto head = co_await read_head();
  if (!head)
    co_return head.error();
  http_response res;
  if (auto body = co_await read_body(*head, res.body); !body)
    co_return body.error();
  reusable
    = head->keep_alive && head->body.how != body_framing::kind::until_close && stream->in().empty();
  res.status = head->status;
  res.fields = std::move(head->fields);
  co_return std::move(res);
}

bool may_repeat(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

status check(const http_client_request& r) {
  if (!is_token(r.method))
    return error{errc::invalid, "\"" + r.method + "\" is not a method"};
  return ok();
}

} // namespace

http_connection::~http_connection() {
  if (stream_)
    stream_->close();
}

asio::awaitable<result<http_response>> fetch(http_connection& connection,
                                             http_client_request request) {
  const auto uri = parse_http_uri(request.uri);
  if (!uri)
    co_return error{errc::malformed, "\"" + request.uri + "\": " + uri.error().detail};
  if (auto fine = check(request); !fine)
    co_return fine.error();
  const auto origin = uri->origin();
  const auto due = due_in(co_await asio::this_coro::executor, request.timeout);
  for (;;) {
    auto kept = std::exchange(connection.stream_, nullptr);
    const bool reuse = kept && connection.origin_ == origin + request.ca_file && kept->quiet();
    if (kept && !reuse)
      kept->close();
    if (!reuse) {
      auto opened = co_await open_client_stream(*uri, request, due);
      if (!opened && opened.error().code == errc::timed_out)
        co_return too_slow(request, origin);
      if (!opened)
        co_return opened.error();
      kept = std::move(*opened);
    }
    talk one{kept, request, origin, due};
    auto text = request_text(request, *uri);
    auto answer = co_await one.run(std::move(text));
    if (one.reusable) {
      connection.stream_ = std::move(kept);
      connection.origin_ = origin + request.ca_file;
      co_return answer;
    }
    kept->close();
    const bool again = reuse && !answer && !one.answered && may_repeat(request.method)
                       && answer.error().code == errc::unavailable;
    if (!again)
      co_return answer;
  }
}

asio::awaitable<result<http_response>> fetch(http_client_request request) {
  http_connection once;
  request.fields.set("Connection", "close");
  co_return co_await fetch(once, std::move(request));
}

} // namespace codius::net
