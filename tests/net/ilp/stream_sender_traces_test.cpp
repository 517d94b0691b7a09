// What two deployed senders sent along scripted paths; ours sends the same money.
#include "net/ilp/stream_sender.hpp"
#include "tests/net/ilp/stream_fixture.hpp"
#include "tests/net/ilp/stream_json.hpp"

#include <algorithm>
#include <deque>
#include <set>

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

namespace {

const auto shared_secret = byte_buffer(32, std::byte{0x77});

// A path that answers as recorded: probes by amount, the rest in order.
struct scripted_path {
  struct line {
    uint64_t amount;
    uint64_t minimum;
    dom::element answer;
  };
  const env& world;
  stream_keys keys{shared_secret};
  std::map<uint64_t, dom::element> probes;
  std::deque<line> script;
  std::optional<line> last;                        ///< repeated when the script is over
  std::vector<std::pair<uint64_t, uint64_t>> paid; ///< amount and minimum of money packets
  size_t probed = 0;

  scripted_path(const env& w, dom::element trace) : world(w) {
    for (dom::element p : dom::array{trace["packets"]}) {
      if (!has(p, "amount"))
        continue;
      const auto amount = number(p, "amount");
      if (!bool{p["fulfillable"]}) {
        if (amount > 0)
          probes.emplace(amount, p["answer"]);
      } else {
        script.push_back({amount, number(p, "minAmount"), p["answer"]});
      }
    }
  }

  asio::awaitable<ilp_reply> send(ilp_prepare p) {
    const auto inner = open_stream_packet(p.data, keys);
    REQUIRE(inner);
    net::octets32 preimage;
    if (!can_fulfill(p, keys, preimage) && p.amount > 0) {
      ++probed;
      co_return reply(probes.at(p.amount), *inner, preimage, p.amount);
    }
    if (p.amount > 0)
      paid.emplace_back(p.amount, inner->amount);
    // Packets that only repeat limits are sent more sparingly by us.
    while (!script.empty() && script.front().amount == 0 && p.amount > 0)
      script.pop_front();
    if (!script.empty() && (script.front().amount == 0) == (p.amount == 0)) {
      last = script.front();
      script.pop_front();
    }
    REQUIRE(last);
    co_return reply(last->answer, *inner, preimage, p.amount);
  }

  ilp_reply reply(dom::element answer, const stream_packet& asked, const net::octets32& preimage,
                  uint64_t amount) {
    const bool yes = text(answer, "ilp") == "fulfill";
    byte_buffer data;
    if (has(answer, "arrived") && !has(answer, "emptyData")) {
      const auto arrived = amount == 0 ? 0 : number(answer, "arrived");
      data = seal(
        {yes ? ilp_type_fulfill : ilp_type_reject, asked.sequence, arrived, frames_of(answer)},
        keys, world);
    } else if (has(answer, "data")) {
      data = hex(answer, "data");
    }
    if (yes)
      return ilp_fulfill{preimage, std::move(data)};
    return ilp_reject{text(answer, "code"), "private.moneyd", "", std::move(data)};
  }
};

struct trace_fixture : stream_fixture {
  explicit trace_fixture(dom::element trace)
    : name(text(trace, "name")), path(world, trace), sender(deps(), options(trace)) {}

  stream_sender_deps deps() {
    stream_sender_deps d;
    d.world = world;
    d.io = io.get_executor();
    d.send = [this](ilp_prepare p) { return path.send(std::move(p)); };
    d.after = after;
    return d;
  }
  stream_sender_options options(dom::element trace) {
    stream_sender_options o;
    o.destination = text(trace, "destination");
    o.shared_secret = shared_secret;
    o.own_address = "private.moneyd.local.client";
    o.asset = {"XRP", 9};
    const dom::element given = trace["options"];
    if (has(given, "slippage"))
      o.slippage = static_cast<uint32_t>(double{given["slippage"]} * 1e6 + 0.5);
    else if (text(trace, "library") == "1.8.9")
      o.slippage = 0;
    return o;
  }

  std::string name;
  scripted_path path;
  stream_sender sender;
};

// What the recorded sender was told to send: what it sent, or else tried first.
uint64_t send_max_of(const scripted_path& path, dom::element trace) {
  uint64_t first = 0;
  for (const auto& line : path.script)
    if (first == 0)
      first = line.amount;
  const dom::element ended = trace["result"];
  return std::max(first, has(ended, "streamTotalSent") ? number(ended, "streamTotalSent") : 0);
}

std::vector<std::pair<uint64_t, uint64_t>> money_of(const scripted_path& path) {
  std::vector<std::pair<uint64_t, uint64_t>> out;
  for (const auto& line : path.script)
    if (line.amount > 0)
      out.emplace_back(line.amount, line.minimum);
  return out;
}

// Where the deployed senders go on without bound, or lose count; without the library's name.
const std::set<std::string> bounded{"rate-drops-below-minimum"};
const std::set<std::string> counted_as_sent{"fulfill-without-stream-data"};
const std::map<std::string, errc> fails{
  {"rate-drops-below-minimum", errc::rejected},
  {"final-error-F02", errc::unavailable},
  {"R00-on-payment", errc::timed_out},
  {"connection-close-in-first-money-reply", errc::rejected},
  {"receiver-limit-600", errc::timed_out}, // it waits for more until its time is over
  {"reject-carrying-data-frame", errc::timed_out},
};

void check_trace(dom::element trace) {
  trace_fixture f{trace};
  const auto kind = f.name.substr(f.name.find(':') + 1);
  const auto send_max = send_max_of(f.path, trace);
  const auto recorded = money_of(f.path);
  const dom::element ended = trace["result"];
  const bool connected = bool{f.finish(f.sender.connect())};
  CHECK(f.path.probed == 5);
  CHECK(connected == !has(ended, "connectFailed"));
  if (!connected)
    return;
  f.sender.set_send_max(send_max);
  const auto outcome = f.finish(f.sender.run(60s));
  const auto failure = fails.find(kind);
  CHECK(bool{outcome} == (failure == fails.end()));
  if (!outcome && failure != fails.end())
    CHECK(outcome.error().code == failure->second);
  if (bounded.contains(kind)) {
    REQUIRE(f.path.paid.size() >= recorded.size());
    CHECK(f.path.paid.size() < 30);
    f.path.paid.resize(recorded.size());
  }
  CHECK(f.path.paid == recorded);
  const uint64_t uncounted = counted_as_sent.contains(kind) ? send_max : 0;
  CHECK(f.sender.total_sent() == number(ended, "streamTotalSent") + uncounted);
  CHECK(f.sender.total_delivered() == number(ended, "connectionTotalDelivered"));
  CHECK(f.sender.ready() == has(ended, "dataReceived"));
}

} // namespace

TEST_SUITE("net/ilp/stream_sender") {
  TEST_CASE("two deployed senders, packet by packet") {
    const ilp_vectors file{"stream-sender-traces.json"};
    size_t count = 0;
    for (dom::element trace : file.list("traces")) {
      const auto name = text(trace, "name");
      CAPTURE(name);
      ++count;
      check_trace(trace);
    }
    CHECK(count == 44);
  }
}

} // namespace codius::tests
