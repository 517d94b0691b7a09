#include "tests/net/ilp/btp_server_fixture.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"

namespace codius::tests {

using namespace net;

namespace {

// One frame that the parent sent, against what the vector says.
void check_answer(dom::element expected, byte_view bytes) {
  const auto frame = decode_btp_frame(bytes);
  REQUIRE(frame);
  CHECK(frame->request_id == uint64_t{expected["requestId"]});
  if (uint64_t{expected["type"]} == 2) {
    const auto& refusal = std::get<btp_error>(frame->body);
    CHECK(refusal.code == text(expected, "code"));
    CHECK(refusal.name == text(expected, "name"));
    for (const auto* secret : {"tok1", "pw1", "pw2"})
      CHECK(refusal.data.find(secret) == std::string::npos);
    return;
  }
  const auto& entries = std::get<btp_response>(frame->body).entries;
  REQUIRE(entries.size() == uint64_t{expected["protocolDataCount"]});
  if (!has(expected, "ildcp"))
    return;
  const auto told = parse_ildcp_reply(*decode_ilp_reply(entries[0].data));
  REQUIRE(told);
  CHECK(told->address == text(expected["ildcp"], "clientAddress"));
  CHECK(told->asset_scale == uint64_t{expected["ildcp"]["assetScale"]});
  CHECK(told->asset_code == text(expected["ildcp"], "assetCode"));
}

void play(btp_server_fixture& f, dom::element scenario) {
  const auto socket = f.dial();
  const auto answers = scenario["answers"].get_array();
  size_t i = 0;
  for (dom::element frame : scenario["frames"].get_array()) {
    REQUIRE(f.run(socket->write(hex(std::string_view{frame}))));
    for (dom::element expected : answers.at(i++).get_array()) {
      const auto got = f.run(socket->read());
      REQUIRE(got);
      check_answer(expected, *got);
    }
  }
  if (!bool{scenario["closedByParent"]}) {
    // Still there, and nothing else was said.
    REQUIRE(f.run(socket->write(encode(btp_frame{4242, btp_message{}}))));
    const auto got = f.run(socket->read());
    REQUIRE(got);
    CHECK(decode_btp_frame(*got)->request_id == 4242);
    socket->abort();
  } else {
    const auto got = f.run(socket->read());
    REQUIRE_FALSE(got);
    CHECK(got.error().code == errc::unavailable);
  }
  f.gone();
}

} // namespace

TEST_SUITE("net/ilp/btp_server") {
  TEST_CASE_FIXTURE(btp_server_fixture,
                    "every opening of the username-or-hash mode goes as known") {
    listen();
    const ilp_vectors file{"btp-auth-scenarios.json"};
    size_t run = 0;
    size_t other_modes = 0;
    for (dom::element c : file.list("scenarios")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      // The host serves one mode; the other two are what parents without a store do.
      if (text(c, "parentMode") != "username-or-hash") {
        ++other_modes;
        continue;
      }
      play(*this, c);
      ++run;
    }
    CHECK(run == 23);
    CHECK(other_modes == 46);
    CHECK(connected.size() == disconnected.size());
  }
}

} // namespace codius::tests
