#include "net/http/event_stream.hpp"

namespace codius::net {

namespace {

/// Appends `<field>: <value>` with whatever would end the line left out.
void append_line(std::string& out, std::string_view field, std::string_view value) {
  out.append(field).append(": ");
  for (const char c : value)
    if (c != '\r' && c != '\n' && c != '\0')
      out += c;
  out += '\n';
}

/// The text up to the next CR LF, CR or LF, taken off the front together with it.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find_first_of("\r\n");
  const auto line = text.substr(0, end);
  if (end == text.npos) {
    text = {};
  } else {
    const bool two = text.substr(end, 2) == "\r\n";
    text.remove_prefix(end + (two ? 2 : 1));
  }
  return line;
}

} // namespace

std::string event_text(const server_event& event) {
  std::string out;
  out.reserve(event.data.size() + event.name.size() + event.id.size() + 32);
  if (!event.id.empty())
    append_line(out, "id", event.id);
  if (!event.name.empty())
    append_line(out, "event", event.name);
  std::string_view rest{event.data};
  bool more = true;
  while (more) {
    more = rest.find_first_of("\r\n") != rest.npos;
    out.append("data: ").append(take_line(rest)).append("\n");
  }
  out += '\n';
  return out;
}

std::string comment_text(std::string_view text) {
  std::string out;
  append_line(out, "", text);
  return out + '\n';
}

asio::awaitable<void> send_events(body_writer& to,
                                  std::function<asio::awaitable<event_batch>()> next,
                                  std::chrono::milliseconds heartbeat) {
  auto quiet_since = to.now();
  for (bool on = true; on;) {
    const auto batch = co_await next();
    std::string text;
    for (const auto& event : batch.events)
      text += event_text(event);
    if (text.empty() && to.now() - quiet_since >= heartbeat)
      text = comment_text("still here");
    if (!text.empty())
      quiet_since = to.now();
    on = co_await to.write(text);
    if (batch.last)
      co_return;
    if (on)
      on = co_await to.wait_until(quiet_since + heartbeat);
  }
}

http_response event_stream_response(std::shared_ptr<const body_producer> source) {
  http_response out;
  out.fields.set("content-type", "text/event-stream; charset=utf-8");
  out.fields.set("cache-control", "no-cache");
  out.fields.set("x-accel-buffering", "no"); // nginx in front would hold events back
  out.stream = std::move(source);
  return out;
}

} // namespace codius::net
