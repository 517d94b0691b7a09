#include "net/ilp/btp_session.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"

namespace codius::tests {

using namespace net;
using namespace std::chrono_literals;

namespace {

/// A WebSocket that exists in the test alone.
class fake_socket final : public message_socket {
public:
  explicit fake_socket(asio::io_context& io) : wake_(io) {}

  std::vector<btp_frame> sent;
  int pings = 0;
  bool closed = false;
  bool stuck = false; ///< takes no message

  void deliver(byte_buffer message) {
    inbox_.push_back(std::move(message));
    wake_.cancel();
  }
  void deliver(const btp_frame& frame) { deliver(encode(frame)); }

  asio::awaitable<status> handshake() override { co_return ok(); }
  asio::awaitable<result<byte_buffer>> read() override {
    while (inbox_.empty() && !closed)
      co_await wait();
    if (closed)
      co_return error{errc::unavailable, "closed"};
    auto next = std::move(inbox_.front());
    inbox_.pop_front();
    co_return next;
  }
  asio::awaitable<status> write(byte_buffer message) override {
    while (stuck && !closed)
      co_await wait();
    if (closed)
      co_return error{errc::unavailable, "closed"};
    sent.push_back(*decode_btp_frame(message));
    co_return ok();
  }
  asio::awaitable<status> ping() override {
    ++pings;
    co_return ok();
  }
  asio::awaitable<void> close() override {
    abort();
    co_return;
  }
  void abort() override {
    closed = true;
    wake_.cancel();
  }

private:
  asio::awaitable<void> wait() {
    boost::system::error_code ec;
    wake_.expires_after(1h);
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }

  asio::steady_timer wake_;
  std::deque<byte_buffer> inbox_;
};

asio::awaitable<bool> run_to_end(std::shared_ptr<btp_session> session, ilp_handler handler) {
  co_await session->run(std::move(handler));
  co_return true;
}

asio::awaitable<ilp_reply> wait_for(std::shared_ptr<asio::steady_timer> gate, ilp_reply reply) {
  boost::system::error_code ec;
  co_await gate->async_wait(asio::redirect_error(asio::use_awaitable, ec));
  co_return reply;
}

struct btp_session_fixture : ilp_fixture {
  std::shared_ptr<fake_socket> socket = std::make_shared<fake_socket>(io);
  btp_session_options options;
  std::shared_ptr<btp_session> subject;
  std::shared_ptr<std::optional<bool>> ended;

  void start(ilp_handler handler = greedy_receiver{}) {
    subject = std::make_shared<btp_session>(io.get_executor(), world, socket, options);
    ended = begin(run_to_end(subject, std::move(handler)));
    settle();
  }
  ~btp_session_fixture() {
    if (subject)
      subject->close();
    settle();
  }
  btp_frame packet_frame(uint32_t id) {
    return {id, btp_message{make_ilp_entries(encode(make_prepare("g.a", 1, *now + 9s)))}};
  }
  static ilp_reply reply_in(const btp_frame& frame) {
    const auto& entries = std::get<btp_response>(frame.body).entries;
    return *decode_ilp_reply(ilp_entry_of_response(entries)->data);
  }
};

} // namespace

TEST_SUITE("net/ilp/btp_session") {
  TEST_CASE_FIXTURE(btp_session_fixture, "a packet in a Message is answered in a Response") {
    start();
    socket->deliver(packet_frame(77));
    settle();
    REQUIRE(socket->sent.size() == 1);
    CHECK(socket->sent[0].request_id == 77);
    CHECK(fulfilled(reply_in(socket->sent[0])));
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "what cannot be processed is refused, or answered empty") {
    const btp_frame no_packet{1, btp_message{{{"foo", btp_text, {}}}}};
    const btp_frame bad_packet{2, btp_message{make_ilp_entries({std::byte{12}})}};
    const btp_frame not_prepare{3, btp_message{make_ilp_entries(encode(ilp_fulfill{}))}};
    const btp_frame transfer{4, btp_transfer{10, {}}};
    for (const bool child_side : {false, true}) {
      CAPTURE(child_side);
      socket = std::make_shared<fake_socket>(io);
      options.child_side = child_side;
      start();
      for (const auto* frame : {&no_packet, &bad_packet, &not_prepare, &transfer})
        socket->deliver(*frame);
      settle();
      REQUIRE(socket->sent.size() == 4);
      for (const auto& answer : socket->sent) {
        CAPTURE(answer.request_id);
        if (answer.request_id == 1 && child_side) {
          CHECK(std::get<btp_response>(answer.body).entries.empty());
          continue;
        }
        const auto& refusal = std::get<btp_error>(answer.body);
        CHECK(refusal.code == "F00");
        CHECK(refusal.name == "NotAcceptedError");
        CHECK(refusal.triggered_at == *now);
      }
      CHECK(subject->connected());
      subject->close();
      settle();
    }
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "unsolicited answers are dropped") {
    start();
    socket->deliver(btp_frame{1, btp_response{}});
    socket->deliver(make_btp_refusal(2, "no", *now));
    settle();
    CHECK(socket->sent.empty());
    CHECK(subject->connected());
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "a message that does not decode ends the connection") {
    start();
    const auto waiting = begin(subject->send(make_prepare("g.a", 1, *now + 30s)));
    settle();
    socket->deliver(byte_buffer{std::byte{0}, std::byte{0xff}});
    settle();
    CHECK(socket->closed);
    CHECK(socket->sent.size() == 1); // our own packet, no answer
    CHECK(ended->has_value());
    CHECK_FALSE(subject->connected());
    REQUIRE(waiting->has_value());
    CHECK(code_of(**waiting) == "T01");
    CHECK(code_of(run(subject->send(make_prepare("g.a", 1, *now + 30s)))) == "T01");
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "answers may come in any order") {
    start();
    const auto first = begin(subject->send(make_prepare("g.a", 1, *now + 30s)));
    const auto second = begin(subject->send(make_prepare("g.b", 2, *now + 30s)));
    settle();
    REQUIRE(socket->sent.size() == 2);
    CHECK(socket->sent[0].request_id != socket->sent[1].request_id);
    const auto no = make_reject("F99", "g.b", "");
    socket->deliver(
      btp_frame{socket->sent[1].request_id, btp_response{make_ilp_entries(encode(no))}});
    settle();
    CHECK_FALSE(first->has_value());
    CHECK(code_of(**second) == "F99");
    const ilp_fulfill yes{preimage(7), {}};
    const btp_frame answer{socket->sent[0].request_id, btp_response{make_ilp_entries(encode(yes))}};
    socket->deliver(answer);
    socket->deliver(answer); // again, to nobody
    settle();
    CHECK(fulfilled(**first));
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "every answer that is none has its code") {
    const btp_frame refusal = make_btp_refusal(0, "no", *now);
    const btp_frame empty{0, btp_response{}};
    const btp_frame garbage{0, btp_response{make_ilp_entries({std::byte{1}})}};
    const btp_frame prepare{
      0, btp_response{make_ilp_entries(encode(make_prepare("g.a", 1, *now + 9s)))}};
    start();
    for (auto [frame, code] :
         {std::pair{refusal, "F02"}, {empty, "F00"}, {garbage, "F00"}, {prepare, "F00"}}) {
      CAPTURE(code);
      const auto reply = begin(subject->send(make_prepare("g.a", 1, *now + 30s)));
      settle();
      frame.request_id = socket->sent.back().request_id;
      socket->deliver(frame);
      settle();
      REQUIRE(reply->has_value());
      CHECK(code_of(**reply) == code);
    }
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "nobody waits longer than the packet or the limit") {
    options.response_timeout = 20ms;
    start();
    CHECK(code_of(run(subject->send(make_prepare("g.a", 1, *now + 10ms)))) == "R00");
    CHECK(code_of(run(subject->send(make_prepare("g.a", 1, *now + 10h)))) == "R00");
    CHECK(socket->sent.size() == 2);
    CHECK(code_of(run(subject->send(make_prepare("g.a", 1, *now)))) == "R00");
    CHECK(socket->sent.size() == 2);
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "requests under way are bounded both ways") {
    options.max_incoming = 2;
    options.max_outgoing = 1;
    const auto gate = std::make_shared<asio::steady_timer>(io, 1h);
    const ilp_fulfill yes{preimage(7), {}};
    start([=](ilp_prepare) { return wait_for(gate, yes); });
    for (uint32_t id = 1; id <= 3; ++id)
      socket->deliver(packet_frame(id));
    settle();
    REQUIRE(socket->sent.size() == 1);
    CHECK(socket->sent[0].request_id == 3);
    CHECK(code_of(reply_in(socket->sent[0])) == "T03");
    gate->cancel();
    settle();
    CHECK(socket->sent.size() == 3);
    const auto first = begin(subject->send(make_prepare("g.a", 1, *now + 30s)));
    settle();
    CHECK(code_of(run(subject->send(make_prepare("g.a", 1, *now + 30s)))) == "T02");
    CHECK_FALSE(first->has_value());
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "a peer that does not read is cut off") {
    options.max_queue_bytes = 1000;
    start();
    socket->stuck = true;
    for (uint32_t id = 0; id < 100; ++id)
      socket->deliver(btp_frame{id, btp_transfer{}});
    settle();
    CHECK(socket->closed);
    CHECK_FALSE(subject->connected());
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "the child pings, the parent does not") {
    for (const bool child_side : {false, true}) {
      socket = std::make_shared<fake_socket>(io);
      options.child_side = child_side;
      options.ping_interval = 1ms;
      start();
      if (child_side)
        until([&] { return socket->pings >= 3; });
      else
        CHECK(socket->pings == 0);
      subject->close();
      settle();
      CHECK(ended->has_value());
    }
  }

  TEST_CASE_FIXTURE(btp_session_fixture, "an answer that comes after the end goes nowhere") {
    const auto gate = std::make_shared<asio::steady_timer>(io, 1h);
    const ilp_fulfill yes{preimage(7), {}};
    start([=](ilp_prepare) { return wait_for(gate, yes); });
    socket->deliver(packet_frame(1));
    settle();
    subject->close();
    settle();
    gate->cancel();
    settle();
    CHECK(socket->sent.empty());
    CHECK(subject.use_count() == 1);
  }
}

} // namespace codius::tests
