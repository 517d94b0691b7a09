// Recorded behaviour of two deployed receivers, and the places where ours differs on purpose.
#include "net/ilp/stream_address.hpp"
#include "net/ilp/stream_connection.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"
#include "tests/net/ilp/stream_json.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace codius::tests {

using namespace net;

namespace {

const stream_asset xrp{"XRP", 9};
constexpr auto own_address = "private.moneyd.local.server";

// What the application of a recorded scenario allows a stream that opens.
const std::map<std::string, uint64_t> limits{
  {"one-percent-tolerance", 1'000},
  {"no-client-address", 1'000'000},
  {"minimum-amount", 1'000'000},
  {"undecryptable", 1'000'000},
  {"shares", 1'000'000},
  {"client-closes-stream", 1'000},
  {"server-closes-stream", 1'000},
  {"replay", 1'000'000},
  {"zero-shares", 1'000'000},
  {"share-sum-overflow", 1'000'000},
  {"address-change", 1'000},
  {"duplicate-money-frames", 1'000'000},
  {"receipts", 1'000'000},
  {"should-fulfill-declines", 1'000'000},
};

constexpr auto discards = "we drop data as it comes, so the window moves on at once";
constexpr auto owned = "money that no stream is named for is refused: it would have no owner";
constexpr auto fatal = "F06, as the specification has it";
constexpr auto ended = "a stream that just ended gets no more limits";
constexpr auto receipts = "receipts are not part of this receiver";
constexpr auto announced = "an announcement is answered every time, as 2.7.1 does";
constexpr auto alive = "a closed connection still answers, so that payers end cleanly";
constexpr auto told_at_once = "the reply itself says that the connection ends";
constexpr auto polite = "a stream that we ended says so without calling it an error";

// Where we differ on purpose: "library:scenario/step" → why. Everything else must match.
const std::map<std::string, const char*> deviations{
  {"2.7.1:minimum-amount/amount with no StreamMoney frame at all: fulfilled, credited to no stream",
   owned},
  {"1.8.9:minimum-amount/amount with no StreamMoney frame at all: fulfilled, credited to no stream",
   owned},
  {"2.7.1:undecryptable/first packet undecryptable", fatal},
  {"1.8.9:undecryptable/first packet undecryptable", fatal},
  {"2.7.1:undecryptable/first packet with empty data", fatal},
  {"1.8.9:undecryptable/first packet with empty data", fatal},
  {"2.7.1:data/two octets at offset 0", discards},
  {"1.8.9:data/two octets at offset 0", discards},
  {"2.7.1:data-unread/100 octets nobody reads", discards},
  {"1.8.9:data-unread/100 octets nobody reads", discards},
  {"2.7.1:data-unread/state after", discards},
  {"1.8.9:data-unread/state after", discards},
  {"2.7.1:data-over-stream-limit/one octet far beyond the advertised window", told_at_once},
  {"1.8.9:data-over-stream-limit/one octet far beyond the advertised window", told_at_once},
  {"2.7.1:client-closes-stream/StreamClose NoError", ended},
  {"1.8.9:client-closes-stream/StreamClose NoError", ended},
  {"2.7.1:server-closes-stream/money on it", polite},
  {"1.8.9:server-closes-stream/money on it", polite},
  {"2.7.1:replay/same bytes again", "a packet pays once"},
  {"1.8.9:replay/same bytes again", "a packet pays once"},
  {"2.7.1:zero-shares/all shares zero, amount 10", owned},
  {"1.8.9:zero-shares/all shares zero, amount 10", owned},
  {"2.7.1:share-sum-overflow/shares 2^64-1 and 1", "the sum is 128 bits wide, as in 1.8.9"},
  {"2.7.1:receipts/money", receipts},
  {"2.7.1:receipts/more money on two streams", receipts},
  {"1.8.9:probe-then-pay/second probe with the same announcement", announced},
  {"1.8.9:address-change/announce another address later", announced},
  {"1.8.9:data-over-stream-limit/afterwards", alive},
  {"1.8.9:client-closes-connection/packet after close", alive},
  {"1.8.9:server-closes-connection/packet after close", alive},
};

// Frames as text that compares: without the wording of messages, in any order.
std::multiset<std::string> comparable(std::vector<stream_frame> frames, bool with_data) {
  std::multiset<std::string> out;
  for (auto& f : frames) {
    if (!with_data && std::holds_alternative<frame::stream_data>(f))
      continue;
    if (auto* end = std::get_if<frame::connection_close>(&f))
      end->message.clear();
    if (auto* end = std::get_if<frame::stream_close>(&f))
      end->message.clear();
    oer_writer w;
    write_frame(w, f);
    out.insert(to_hex(w.bytes()));
  }
  return out;
}

struct outcome {
  std::string code; ///< "fulfill" or that of the reject
  std::optional<stream_packet> packet;
};

// A receiver around one connection: what `stream_server` does, without its policy.
class lone_receiver {
public:
  lone_receiver(std::string scenario, dom::element s)
    : scenario_(std::move(scenario)), address_(text(s, "address")), keys_(hex(s, "sharedSecret")) {}

  outcome receive(const ilp_prepare& p) {
    const auto segment = stream_segment(own_address, p.destination);
    if (segment.empty() || segment != stream_segment(own_address, address_))
      return {"F02", {}};
    const auto packet = open_stream_packet(p.data, keys_);
    if (!packet || packet->ilp_type != ilp_type_prepare)
      return {"F06", {}};
    auto a = connection.open(*packet, p.amount);
    for (uint64_t id : a.opened)
      opened(id);
    net::octets32 unused;
    connection.decide(a, can_fulfill(p, keys_, unused));
    REQUIRE(a.decision != stream_arrival::verdict::later);
    if (a.decision == stream_arrival::verdict::refuse)
      return {"F99", connection.refusal(a)};
    if (scenario_ == "should-fulfill-declines" && p.amount == 13) {
      connection.release(a);
      return {"F99", connection.refusal(a)};
    }
    return {"fulfill", connection.accept(a)};
  }

  void act() {
    if (scenario_ == "probe-then-pay")
      connection.set_limit(1, 1'000);
    else if (scenario_ == "server-closes-stream")
      connection.close_stream(1, stream_error::no_error, "");
    else if (scenario_ == "server-closes-connection")
      connection.close(stream_error::no_error, "");
  }

  stream_connection connection{xrp};

private:
  void opened(uint64_t id) {
    if (const auto it = limits.find(scenario_); it != limits.end())
      connection.set_limit(id, it->second);
    if (scenario_ == "server-writes-0xff")
      connection.write(id, hex("ff"));
  }

  std::string scenario_;
  std::string address_;
  stream_keys keys_;
};

bool same_reply(const outcome& got, dom::element reply) {
  const auto code = text(reply, "ilp") == "fulfill" ? "fulfill" : text(reply, "code");
  const bool with_packet = has(reply, "stream") && !reply["stream"].is_null();
  if (got.code != code || got.packet.has_value() != with_packet)
    return false;
  if (!got.packet)
    return true;
  const auto expected = packet_of(reply["stream"]);
  return got.packet->ilp_type == expected.ilp_type && got.packet->sequence == expected.sequence
         && got.packet->amount == expected.amount
         && comparable(got.packet->frames, false) == comparable(expected.frames, false);
}

// What the recorded server sent by itself, probes apart.
std::vector<stream_frame> sent_afterwards(dom::element step) {
  std::vector<stream_frame> out;
  if (has(step, "serverSentAfterwards"))
    for (dom::element packet : dom::array{step["serverSentAfterwards"]})
      for (auto& f : frames_of(packet["stream"]))
        out.push_back(std::move(f));
  return out;
}

// We may send less by ourselves, because replies carry much of it, but nothing else; and what has
// to reach the client does, one way or the other.
void check_own_packets(const std::vector<stream_frame>& ours, const outcome& reply,
                       dom::element step, bool acted) {
  const auto recorded = sent_afterwards(step);
  const auto allowed = comparable(recorded, true);
  for (const auto& f : comparable(ours, true))
    CHECK(allowed.contains(f));
  auto told = ours;
  if (reply.packet)
    told.insert(told.end(), reply.packet->frames.begin(), reply.packet->frames.end());
  const auto heard = comparable(told, true);
  for (const auto& f : recorded) {
    const bool must = std::holds_alternative<frame::connection_close>(f)
                      || std::holds_alternative<frame::stream_close>(f)
                      || std::holds_alternative<frame::stream_data>(f)
                      || (acted && std::holds_alternative<frame::stream_max_money>(f));
    if (must)
      for (const auto& one : comparable({f}, true))
        CHECK(heard.contains(one));
  }
}

void check_step(lone_receiver& receiver, const std::string& place, dom::element step,
                std::set<std::string>& deviated) {
  outcome reply;
  const bool acts = has(step, "serverApplicationAction");
  if (acts) {
    receiver.act();
  } else {
    const dom::element request = step["request"];
    const auto bytes = has(request, "ilp") ? hex(request, "ilp") : hex(request, "raw");
    const auto prepare = decode_ilp_prepare(bytes);
    if (!prepare) {
      CHECK(text(step["reply"], "code") == "F00"); // whoever decodes refuses what is no Prepare
      return;
    }
    reply = receiver.receive(*prepare);
    const bool same = same_reply(reply, step["reply"]);
    if (deviations.contains(place)) {
      CHECK_FALSE(same);
      deviated.insert(place);
    } else {
      CHECK(same);
    }
  }
  std::vector<stream_frame> news;
  if (!receiver.connection.peer_address().empty())
    news = receiver.connection.take_news();
  check_own_packets(news, reply, step, acts);
}

} // namespace

TEST_SUITE("net/ilp/stream_connection") {
  TEST_CASE("two deployed receivers, step by step") {
    const ilp_vectors file{"stream-receiver-scenarios.json"};
    size_t count = 0;
    std::set<std::string> deviated;
    for (dom::element s : file.list("scenarios")) {
      const auto name = text(s, "name");
      ++count;
      lone_receiver receiver{name.substr(name.find(':') + 1), s};
      for (dom::element step : dom::array{s["steps"]}) {
        const auto place = name + "/" + text(step, "label");
        CAPTURE(place);
        check_step(receiver, place, step, deviated);
      }
    }
    CHECK(count == 48);
    CHECK(deviated.size() == deviations.size());
  }
}

} // namespace codius::tests
