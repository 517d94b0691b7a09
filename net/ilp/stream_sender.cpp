#include "net/ilp/stream_sender.hpp"

#include "net/ilp/address.hpp"
#include "net/ilp/condition.hpp"

#include <algorithm>

namespace codius::net {

using namespace std::chrono_literals;

namespace {

constexpr uint64_t stream_id = 1;
constexpr uint64_t last_sequence = (1ull << 31) - 1;

// Text of a peer, made harmless for a terminal.
std::string printable(std::string_view text) {
  std::string out{text.substr(0, 200)};
  std::replace_if(
    out.begin(), out.end(), [](char c) { return c < ' ' || c == 0x7f; }, '?');
  return out;
}

} // namespace

std::string describe(const ilp_reject& r) {
  auto out = printable(r.code);
  if (!r.triggered_by.empty())
    out += " from " + printable(r.triggered_by);
  if (!r.message.empty())
    out += ": " + printable(r.message);
  return out;
}

std::string make_client_address(std::string_view own, const env& world) {
  std::array<std::byte, 16> token;
  world.random_bytes(token);
  return std::string{own} + "." + to_base64url(token);
}

stream_sender::stream_sender(stream_sender_deps deps, stream_sender_options options)
  : deps_([&] {
      if (!deps.after)
        deps.after = steady_delay(deps.io);
      return std::move(deps);
    }()),
    options_(std::move(options)), keys_(options_.shared_secret), news_(deps_.io, deps_.after),
    halt_(deps_.io, deps_.after) {
  options_.slippage = std::min(options_.slippage, whole_slippage);
  path_.limit = path_.maximum = options_.max_packet;
}

// --- packets

ilp_prepare stream_sender::pack(std::vector<stream_frame> frames, uint64_t amount, uint64_t minimum,
                                bool fulfillable) {
  const stream_packet p{ilp_type_prepare, ++sequence_, minimum, std::move(frames)};
  return make_stream_prepare(p, keys_, deps_.world, options_.destination, amount, fulfillable,
                             options_.packet_expiry);
}

stream_sender::answer stream_sender::read(const ilp_reply& reply, uint64_t sequence,
                                          const octets32& condition) {
  using kind = answer::kind;
  answer a;
  const auto* f = std::get_if<ilp_fulfill>(&reply);
  if (f && !fulfills(f->fulfillment, condition))
    return a;
  a.how = f ? kind::fulfilled : kind::rejected;
  if (!f) {
    a.reject = std::get<ilp_reject>(reply);
    if (a.reject.code != "F99")
      return a;
    a.how = kind::refused;
  }
  a.packet = open_stream_packet(f ? f->data : a.reject.data, keys_);
  if (!a.packet)
    return a;
  const auto type = f ? ilp_type_fulfill : ilp_type_reject;
  if (a.packet->ilp_type != type || a.packet->sequence != sequence)
    return answer{};
  confirmed_ = true;
  apply(*a.packet);
  return a;
}

asio::awaitable<stream_sender::answer> stream_sender::exchange(std::vector<stream_frame> frames,
                                                               uint64_t amount, uint64_t minimum) {
  auto prepare = pack(std::move(frames), amount, minimum, true);
  const auto sequence = sequence_;
  const auto condition = prepare.execution_condition;
  const auto reply = co_await deps_.send(std::move(prepare));
  co_return read(reply, sequence, condition);
}

void stream_sender::apply(const stream_packet& p) {
  for (const auto& f : p.frames)
    apply_frame(f);
  news_.notify();
}

void stream_sender::apply_frame(const stream_frame& f) {
  if (const auto* limit = std::get_if<frame::stream_max_money>(&f)) {
    if (limit->stream_id != stream_id)
      return;
    remote_received_ = std::max(remote_received_, limit->total_received);
    remote_max_ = std::max(remote_max_.value_or(0), limit->receive_max);
  } else if (const auto* data = std::get_if<frame::stream_data>(&f)) {
    if (data->stream_id == stream_id && inbox_.take(data->offset, data->data.size()))
      ready_ |= !data->data.empty();
  } else if (const auto* asset = std::get_if<frame::connection_asset_details>(&f)) {
    peer_asset_ = stream_asset{asset->code, asset->scale};
  } else if (const auto* moved = std::get_if<frame::connection_new_address>(&f)) {
    if (is_ilp_address(moved->address))
      options_.destination = moved->address;
  } else if (const auto* end = std::get_if<frame::connection_close>(&f)) {
    closed_ = frame::connection_close{end->code, printable(end->message)};
  } else if (const auto* stream_end = std::get_if<frame::stream_close>(&f)) {
    if (stream_end->stream_id == stream_id)
      closed_ = frame::connection_close{stream_end->code, printable(stream_end->message)};
  }
}

std::vector<stream_frame> stream_sender::greeting() const {
  if (confirmed_)
    return {};
  return {frame::connection_new_address{options_.own_address},
          frame::connection_asset_details{options_.asset.code, options_.asset.scale}};
}

// What every packet says, and whether `paying` leaves us wanting.
std::vector<stream_frame> stream_sender::usual_frames(uint64_t paying) const {
  auto frames = greeting();
  frames.push_back(frame::stream_max_money{stream_id, 0, 0});
  frames.push_back(frame::stream_max_data{stream_id, inbox_.window()});
  if (paying > 0)
    frames.push_back(frame::stream_money{stream_id, paying});
  const auto room = saturating_sub(remote_max_.value_or(stream_unlimited), remote_received_);
  if (rate_.to_receiver(saturating_sub(budget(), paying)) > room)
    frames.push_back(frame::stream_money_blocked{stream_id, send_max_, sent_});
  return frames;
}

// --- the owner's side

void stream_sender::set_send_max(uint64_t amount) {
  send_max_ = std::max(send_max_, amount);
  news_.notify();
}

void stream_sender::stop() {
  stopped_ = true;
  news_.notify();
  halt_.notify();
}

asio::awaitable<void> stream_sender::close() {
  if (closed_)
    co_return;
  constexpr auto no_error = static_cast<uint8_t>(stream_error::no_error);
  std::vector<stream_frame> frames;
  frames.push_back(frame::stream_close{stream_id, no_error, ""});
  frames.push_back(frame::connection_close{no_error, ""});
  closed_ = frame::connection_close{no_error, ""};
  auto prepare = pack(std::move(frames), 0, 0, false);
  (void)co_await deps_.send(std::move(prepare));
}

asio::awaitable<ilp_reply> stream_sender::handle(ilp_prepare p) {
  const auto own = options_.own_address;
  if (p.expires_at <= deps_.world.utc_now())
    co_return make_reject("R00", own, "packet has expired");
  const auto packet = open_stream_packet(p.data, keys_);
  if (!packet || packet->ilp_type != ilp_type_prepare)
    co_return make_reject("F06", own, "");
  confirmed_ = true; // it knows where we are
  apply(*packet);
  stream_packet reply{ilp_type_reject, packet->sequence, p.amount, {}};
  reply.frames.push_back(frame::connection_max_data{inbox_.consumed() + connection_window_octets});
  ilp_fulfill yes;
  if (can_fulfill(p, keys_, yes.fulfillment) && p.amount == 0) {
    reply.ilp_type = ilp_type_fulfill;
    reply.frames.push_back(frame::stream_max_money{stream_id, 0, 0});
    reply.frames.push_back(frame::stream_max_data{stream_id, inbox_.window()});
    yes.data = seal(reply, keys_, deps_.world);
    co_return yes;
  }
  auto no = make_reject("F99", own, "");
  no.data = seal(reply, keys_, deps_.world);
  co_return no;
}

} // namespace codius::net
