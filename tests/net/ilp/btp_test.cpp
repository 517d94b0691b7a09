#include "net/ilp/btp.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"
#include "tests/net/ilp/mutation.hpp"

namespace codius::tests {

using namespace net;

namespace {

btp_entry entry_of(dom::element e) {
  return {text(e, "protocolName"), static_cast<uint8_t>(uint64_t{e["contentType"]}),
          hex(e, "data")};
}

btp_entries entries_of(dom::element c) {
  btp_entries out;
  if (has(c, "protocolDataEach"))
    out.assign(uint64_t{c["protocolDataCount"]}, entry_of(c["protocolDataEach"]));
  else
    for (dom::element e : c["protocolData"].get_array())
      out.push_back(entry_of(e));
  return out;
}

btp_frame frame_of(dom::element c) {
  const auto id = static_cast<uint32_t>(uint64_t{c["requestId"]});
  switch (uint64_t{c["type"]}) {
    case 1: return {id, btp_response{entries_of(c)}};
    case 6: return {id, btp_message{entries_of(c)}};
    case 7: return {id, btp_transfer{number(c, "amount"), entries_of(c)}};
    default: break;
  }
  const dom::element e = c["error"];
  return {id, btp_error{text(e, "code"), text(e, "name"), iso_time(text(e, "triggeredAt")),
                        text(e, "data"), entries_of(c)}};
}

} // namespace

TEST_SUITE("net/ilp/btp") {
  TEST_CASE("every frame vector encodes and decodes") {
    const ilp_vectors file{"btp-frames.json"};
    size_t run = 0;
    for (dom::element c : file.list("valid")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      const auto frame = frame_of(c);
      CHECK(to_hex(encode(frame)) == text(c, "hex"));
      const auto decoded = decode_btp_frame(hex(c, "hex"));
      REQUIRE(decoded);
      CHECK(*decoded == frame);
      ++run;
    }
    CHECK(run == 22);
  }

  TEST_CASE("broken frames are refused, octets after the last field are not") {
    const ilp_vectors file{"btp-frames.json"};
    size_t run = 0;
    for (dom::element c : file.list("invalid")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      const auto decoded = decode_btp_frame(hex(c, "hex"));
      CHECK(bool{decoded} == (text(c, "expected") == "decode-ok"));
      if (!decoded)
        CHECK(decoded.error().code == errc::malformed);
      ++run;
    }
    CHECK(run == 22);
  }

  TEST_CASE("of several ILP entries a request's last and a response's first one counts") {
    const btp_entries entries{{"ilp", 0, hex("01")}, {"x", 0, {}}, {"ilp", 0, hex("02")}};
    CHECK(ilp_entry_of_request(entries)->data == hex("02"));
    CHECK(ilp_entry_of_response(entries)->data == hex("01"));
    CHECK(ilp_entry_of_request({}) == nullptr);
    CHECK(ilp_entry_of_response({{"x", 0, {}}}) == nullptr);
    CHECK(ilp_entry_of_request(make_ilp_entries(hex("03")))->data == hex("03"));
  }

  TEST_CASE("a huge entry count is refused before anything is allocated") {
    CHECK_FALSE(decode_btp_frame(hex("06000000010908ffffffffffffffff")));
    CHECK_FALSE(decode_btp_frame(hex("06000000010504ffffffff")));
  }

  TEST_CASE("names that are not ASCII are refused") {
    CHECK_FALSE(decode_btp_frame(hex("060000000106010101e90000")));
    CHECK(decode_btp_frame(hex("060000000106010101690000")));
  }

  TEST_CASE("no broken frame hurts, and what decodes is stable") {
    const ilp_vectors file{"btp-frames.json"};
    size_t decoded = 0;
    for (dom::element c : file.list("valid")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      mutate(hex(c, "hex"), [&](byte_view b) {
        decoded += check_stable(b, decode_btp_frame, [](const btp_frame& f) { return encode(f); });
      });
    }
    CHECK(decoded > 1000);
  }
}

} // namespace codius::tests
