// How the server takes a packet in: find its connection, judge it, book its money, answer it.
#include "net/ilp/condition.hpp"
#include "net/ilp/stream_server_impl.hpp"

#include <exception>

namespace codius::net {

using namespace std::chrono_literals;

namespace {

constexpr std::byte ready_octet{0xff};

using verdict = stream_arrival::verdict;

} // namespace

stream_server::impl::step stream_server::impl::arrive(const ilp_prepare& p) {
  step s;
  const auto left = p.expires_at - deps.world.utc_now();
  if (left <= 0ms) {
    s.answer = reject("R00", "packet has expired");
    return s;
  }
  const auto own = deps.own_address();
  if (own.empty()) {
    s.answer = reject("T00", "not connected yet");
    return s;
  }
  s.entry = connection_at(stream_segment(own, p.destination), s.answer);
  if (!s.entry)
    return s;
  const auto packet = open_stream_packet(p.data, s.entry->keys);
  if (!packet || packet->ilp_type != ilp_type_prepare) {
    s.answer = reject("F06", "");
    return s;
  }
  const bool ours = can_fulfill(p, s.entry->keys, s.fulfillment);
  if (p.amount > 0 && ours && left < limits.least_time_left) {
    s.answer = reject("T00", "too little time left");
    return s;
  }
  judge(s, *packet, p.amount, ours);
  return s;
}

// The connection of this address. A new one counts only once its first packet proves authentic,
// but an address that we did not make does not get this far.
std::shared_ptr<stream_entry>
stream_server::impl::connection_at(std::string_view segment, std::optional<ilp_reply>& failure) {
  if (auto known = table.find(segment))
    return known;
  const auto token = addresses.read(segment);
  if (!token) {
    failure = reject("F02", "no such connection");
    return nullptr;
  }
  stream_asset asset{deps.asset_code, deps.asset_scale};
  return std::make_shared<stream_entry>(std::string{segment}, to_hex(token->tag),
                                        token->shared_secret, std::move(asset));
}

bool stream_server::impl::remember(const std::shared_ptr<stream_entry>& entry) {
  if (table.find(entry->segment)) {
    table.touch(*entry);
    return true;
  }
  if (!table.add(entry))
    return false;
  arm();
  return true;
}

void stream_server::impl::judge(step& s, const stream_packet& packet, uint64_t amount, bool ours) {
  if (!remember(s.entry)) {
    s.answer = reject("T03", "too many connections");
    return;
  }
  auto& c = s.entry->connection;
  s.arrival = c.open(packet, amount);
  if (!s.entry->tag.empty() && table.taken_by_other(*s.entry))
    stream_connection::turn_away(s.arrival, "another connection pays with this token");
  else if (!s.arrival.opened.empty())
    opened(s.entry, s.arrival.opened);
  c.decide(s.arrival, ours);
  if (s.arrival.decision == verdict::later)
    s.answer = reject("T00", "not receiving right now");
  else if (s.arrival.decision == verdict::refuse)
    s.answer = f99(*s.entry, s.arrival);
  else if (amount == 0)
    s.answer = fulfill(s);
  announce_news(s.entry);
}

// One stream pays; a client that opens more loses only those.
void stream_server::impl::opened(const std::shared_ptr<stream_entry>& entry,
                                 const std::vector<uint64_t>& ids) {
  const bool first = entry->stream_id == 0;
  if (first)
    entry->stream_id = ids.front();
  for (uint64_t id : ids)
    if (id != entry->stream_id)
      entry->connection.close_stream(id, stream_error::application, "one stream pays at a time");
  if (!first || entry->tag.empty())
    return;
  table.claim(entry);
  entry->connection.write(entry->stream_id, std::span{&ready_octet, 1});
  if (deps.on_stream)
    deps.on_stream(entry->tag);
}

ilp_reply stream_server::impl::f99(stream_entry& entry, const stream_arrival& a) {
  auto r = reject("F99", "");
  r.data = seal(entry.connection.refusal(a), entry.keys, deps.world);
  return r;
}

ilp_reply stream_server::impl::fulfill(const step& s) {
  ilp_fulfill f;
  f.fulfillment = s.fulfillment;
  f.data = seal(s.entry->connection.accept(s.arrival), s.entry->keys, deps.world);
  return f;
}

ilp_reply stream_server::impl::settle(const step& s, const status& booked) {
  if (!booked) {
    s.entry->connection.release(s.arrival);
    return reject("T00", "could not book the money");
  }
  table.credited(s.entry->tag, s.arrival.amount);
  auto reply = fulfill(s);
  announce_news(s.entry);
  return reply;
}

asio::awaitable<status> stream_server::impl::book(std::string tag, uint64_t amount) {
  std::string why;
  try {
    co_return co_await deps.credit(std::move(tag), amount);
  } catch (const std::exception& e) {
    why = e.what();
  }
  co_return error{errc::internal, std::move(why)};
}

asio::awaitable<ilp_reply> stream_server::impl::handle(std::shared_ptr<impl> self, ilp_prepare p) {
  auto s = self->arrive(p);
  if (s.answer)
    co_return *std::move(s.answer);
  const auto booked = co_await self->book(s.entry->tag, s.arrival.amount);
  co_return self->settle(s, booked);
}

} // namespace codius::net
