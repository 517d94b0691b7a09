#include "net/ilp/stream_connection.hpp"

#include "net/ilp/address.hpp"
#include "net/ilp/stream_math.hpp"

#include <algorithm>

namespace codius::net {

namespace {

constexpr uint64_t highest_stream_id = 200; // bounds what a peer can make us remember

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};

constexpr uint8_t code_of(stream_error e) { return static_cast<uint8_t>(e); }

bool says_close(const std::vector<stream_frame>& frames, uint64_t id) {
  return std::any_of(frames.begin(), frames.end(), [&](const stream_frame& f) {
    const auto* close = std::get_if<frame::stream_close>(&f);
    return close && close->stream_id == id;
  });
}

void close_once(std::vector<stream_frame>& reply, stream_error code, std::string message) {
  const auto same = [&](const stream_frame& f) {
    const auto* close = std::get_if<frame::connection_close>(&f);
    return close && close->code == code_of(code);
  };
  if (std::none_of(reply.begin(), reply.end(), same))
    reply.push_back(frame::connection_close{code_of(code), std::move(message)});
}

} // namespace

stream_arrival stream_connection::open(const stream_packet& p, uint64_t amount) {
  stream_arrival a;
  a.sequence = p.sequence;
  a.amount = amount;
  a.minimum = p.amount;
  a.reply.push_back(frame::connection_max_data{window()});
  const auto mention = overloaded{
    [&](const frame::stream_money& f) {
      admit(a, f.stream_id, true);
      auto& shares = a.shares[f.stream_id];
      shares = saturating_add(shares, f.shares);
    },
    [&](const frame::stream_data& f) { admit(a, f.stream_id, true); },
    [&](const frame::stream_max_money& f) { admit(a, f.stream_id, false); },
    [&](const frame::stream_max_data& f) { admit(a, f.stream_id, false); },
    [](const auto&) {},
  };
  for (const auto& f : p.frames)
    std::visit(mention, f);
  for (const auto& f : p.frames)
    apply_frame(f);
  check_windows();
  return a;
}

// Checks a stream that the packet mentions, and opens it if it is new. Money and data for a stream
// that has ended spoil the packet; control frames for it mean nothing.
void stream_connection::admit(stream_arrival& a, uint64_t id, bool carries) {
  if (const auto it = streams_.find(id); it != streams_.end()) {
    if (!it->second.open && carries)
      refuse_closed(a, id, it->second);
  } else if (id % 2 == 0) {
    a.bad = true;
    close_once(a.reply, stream_error::protocol_violation, "streams of a client have odd numbers");
  } else if (id > max_stream_id_) {
    a.bad = true;
    close_once(a.reply, stream_error::stream_id, "too many streams");
  } else if (!closed_) {
    streams_.try_emplace(id);
    a.opened.push_back(id);
    say_max_stream_id_ |= id > max_stream_id_ / 4 * 3;
  } else if (carries) {
    a.bad = true;
  }
}

void stream_connection::refuse_closed(stream_arrival& a, uint64_t id, const stream& s) const {
  a.bad = true;
  if (says_close(a.reply, id) || says_close(queue_, id))
    return;
  if (s.ended_here)
    a.reply.push_back(frame::stream_close{id, code_of(stream_error::no_error), ""});
  else
    a.reply.push_back(
      frame::stream_close{id, code_of(stream_error::stream_state), "stream is already closed"});
}

void stream_connection::apply_frame(const stream_frame& f) {
  std::visit(overloaded{
               [&](const frame::connection_new_address& x) {
                 if (!is_ilp_address(x.address))
                   return;
                 peer_address_ = x.address;
                 say_max_stream_id_ = say_asset_ = true;
               },
               [&](const frame::connection_close&) {
                 closed_ = true;
                 for (auto& [id, s] : streams_)
                   s.open = false;
               },
               [&](const frame::stream_close& x) {
                 const auto it = streams_.find(x.stream_id);
                 if (it == streams_.end() || !it->second.open)
                   return;
                 it->second.open = false;
                 max_stream_id_ = std::min(max_stream_id_ + 2, highest_stream_id);
                 say_max_stream_id_ = true;
               },
               [&](const frame::stream_data& x) { take_data(x); },
               [](const auto&) {},
             },
             f);
}

void stream_connection::take_data(const frame::stream_data& f) {
  const auto it = streams_.find(f.stream_id);
  if (it == streams_.end() || !it->second.open)
    return;
  if (!it->second.inbox.take(f.offset, f.data.size()))
    close(stream_error::flow_control, "stream data beyond the window");
}

void stream_connection::check_windows() {
  uint64_t reached = 0;
  for (const auto& [id, s] : streams_)
    reached += s.inbox.reached();
  if (reached > window() && !closed_)
    close(stream_error::flow_control, "data beyond the connection's window");
}

uint64_t stream_connection::window() const {
  uint64_t consumed = 0;
  for (const auto& [id, s] : streams_)
    consumed += s.inbox.consumed();
  return consumed + connection_window_octets;
}

void stream_connection::decide(stream_arrival& a, bool fulfillable) {
  using verdict = stream_arrival::verdict;
  a.decision = verdict::refuse;
  if (a.bad || a.amount < a.minimum || !fulfillable)
    return;
  if (a.amount == 0) {
    a.decision = verdict::fulfill;
    return;
  }
  if (!money_seen_.fresh(a.sequence) || !room_for(a))
    return;
  money_seen_.mark(a.sequence);
  for (const auto& [id, part] : a.parts)
    streams_[id].reserved += part;
  a.decision = verdict::fulfill;
}

// Splits the amount and looks for room; what it has to say goes into the reply.
bool stream_connection::room_for(stream_arrival& a) {
  std::vector<uint64_t> shares;
  for (const auto& [id, n] : a.shares)
    shares.push_back(n);
  const auto parts = split_amount(a.amount, shares);
  auto rest = a.amount;
  size_t i = 0;
  for (const auto& [id, n] : a.shares) {
    if (n > 0)
      a.parts[id] = parts[i];
    rest -= parts[i++];
  }
  if (a.parts.empty())
    return false;
  a.parts.begin()->second += rest;
  bool all = true;
  for (const auto& [id, part] : a.parts) {
    auto& s = streams_[id];
    if (!s.open) {
      refuse_closed(a, id, s);
      all = false;
      continue;
    }
    const auto taken = saturating_add(s.received, s.reserved);
    if (part <= receive_tolerance(s.limit, taken))
      continue;
    // The peer was once told of this room, so F99 would make it try again at once, without end.
    const bool withdrawn = s.limit < s.advertised && part <= receive_tolerance(s.advertised, taken);
    if (withdrawn)
      a.decision = stream_arrival::verdict::later;
    else
      a.reply.push_back(max_money(id, s));
    all = false;
  }
  return all;
}

stream_packet stream_connection::accept(const stream_arrival& a) {
  for (const auto& [id, part] : a.parts) {
    auto& s = streams_[id];
    s.reserved -= part;
    s.received = saturating_add(s.received, part);
  }
  stream_packet p{ilp_type_fulfill, a.sequence, a.amount, a.reply};
  if (!peer_address_.empty())
    for (auto& [id, s] : streams_)
      if (s.open) {
        p.frames.push_back(max_money(id, s));
        p.frames.push_back(frame::stream_max_data{id, s.inbox.window()});
      }
  append_queue(p.frames);
  return p;
}

void stream_connection::release(const stream_arrival& a) {
  for (const auto& [id, part] : a.parts)
    streams_[id].reserved -= part;
}

stream_packet stream_connection::refusal(const stream_arrival& a) {
  stream_packet p{ilp_type_reject, a.sequence, a.amount, a.reply};
  append_queue(p.frames);
  return p;
}

void stream_connection::append_queue(std::vector<stream_frame>& out) {
  if (std::exchange(say_max_stream_id_, false))
    out.push_back(frame::connection_max_stream_id{max_stream_id_});
  if (std::exchange(say_asset_, false))
    out.push_back(frame::connection_asset_details{own_.code, own_.scale});
  std::move(queue_.begin(), queue_.end(), std::back_inserter(out));
  queue_.clear();
}

frame::stream_max_money stream_connection::max_money(uint64_t id, stream& s) {
  s.told = s.advertised;
  return {id, s.advertised, s.received};
}

} // namespace codius::net
