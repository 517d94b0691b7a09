// What the owner of a connection does with its streams.
#include "net/ilp/stream_connection.hpp"
#include "net/ilp/stream_math.hpp"

#include <algorithm>

namespace codius::net {

void stream_connection::set_limit(uint64_t id, uint64_t total) {
  const auto it = streams_.find(id);
  if (it == streams_.end() || !it->second.open)
    return;
  it->second.limit = total;
  it->second.advertised = std::max(it->second.advertised, total);
}

void stream_connection::stop(uint64_t id) {
  if (const auto it = streams_.find(id); it != streams_.end())
    it->second.limit = saturating_add(it->second.received, it->second.reserved);
}

void stream_connection::write(uint64_t id, byte_view data) {
  const auto it = streams_.find(id);
  if (it == streams_.end() || !it->second.open)
    return;
  queue_.push_back(frame::stream_data{id, it->second.written, to_buffer(data)});
  it->second.written += data.size();
}

void stream_connection::end_stream(uint64_t id) {
  if (const auto it = streams_.find(id); it != streams_.end()) {
    it->second.open = false;
    it->second.ended_here = true;
  }
}

void stream_connection::close_stream(uint64_t id, stream_error code, std::string message) {
  if (!stream_open(id))
    return;
  end_stream(id);
  queue_.push_back(frame::stream_close{id, static_cast<uint8_t>(code), std::move(message)});
}

void stream_connection::close(stream_error code, std::string message) {
  if (closed_)
    return;
  closed_ = true;
  for (auto& [id, s] : streams_) {
    s.ended_here |= s.open;
    s.open = false;
  }
  queue_.push_back(frame::connection_close{static_cast<uint8_t>(code), std::move(message)});
}

void stream_connection::turn_away(stream_arrival& a, std::string message) {
  a.bad |= a.amount > 0;
  a.reply.push_back(
    frame::connection_close{static_cast<uint8_t>(stream_error::application), std::move(message)});
}

bool stream_connection::has_news() const {
  return !queue_.empty() || std::any_of(streams_.begin(), streams_.end(), [](const auto& entry) {
    return entry.second.open && entry.second.told < entry.second.advertised;
  });
}

std::vector<stream_frame> stream_connection::take_news() {
  std::vector<stream_frame> news;
  for (auto& [id, s] : streams_)
    if (s.open && s.told < s.advertised) {
      news.push_back(max_money(id, s));
      news.push_back(frame::stream_max_data{id, s.inbox.window()});
    }
  std::move(queue_.begin(), queue_.end(), std::back_inserter(news));
  queue_.clear();
  return news;
}

void stream_connection::put_back(std::vector<stream_frame> news) {
  for (auto& f : news) {
    if (const auto* limit = std::get_if<frame::stream_max_money>(&f))
      streams_[limit->stream_id].told = 0;
    else if (!std::holds_alternative<frame::stream_max_data>(f))
      queue_.push_back(std::move(f));
  }
}

void stream_connection::apply(const stream_packet& answer) {
  for (const auto& f : answer.frames)
    apply_frame(f);
  check_windows();
}

bool stream_connection::stream_open(uint64_t id) const {
  const auto it = streams_.find(id);
  return it != streams_.end() && it->second.open;
}

uint64_t stream_connection::received(uint64_t id) const {
  const auto it = streams_.find(id);
  return it == streams_.end() ? 0 : it->second.received;
}

bool stream_connection::reserved() const {
  return std::any_of(streams_.begin(), streams_.end(),
                     [](const auto& entry) { return entry.second.reserved > 0; });
}

} // namespace codius::net
