#include "net/ilp/condition.hpp"
#include "net/ilp/packet.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"
#include "tests/net/ilp/mutation.hpp"

namespace codius::tests {

using namespace net;

namespace {

byte_buffer data_of(dom::element c) {
  if (has(c, "data"))
    return hex(c, "data");
  return byte_buffer(uint64_t{c["dataLength"]}, hex(c, "dataFill").at(0));
}

template <class Packet>
void check_roundtrip(dom::element c, const Packet& packet) {
  const auto bytes = encode(packet);
  if (has(c, "hex")) {
    CHECK(to_hex(bytes) == text(c, "hex"));
  } else {
    CHECK(bytes.size() == uint64_t{c["totalLength"]});
    CHECK(to_hex(sha256(bytes)) == text(c, "sha256"));
  }
  const auto decoded = decode_ilp_packet(bytes);
  REQUIRE(decoded);
  CHECK(std::get<Packet>(*decoded) == packet);
}

status decode_as(const std::string& what, byte_view bytes) {
  const auto packet = decode_ilp_packet(bytes);
  if (!packet)
    return packet.error();
  constexpr std::array names{"prepare", "fulfill", "reject"};
  if (what != "any" && what != names[packet->index()])
    return error{errc::malformed, "wrong type"};
  return ok();
}

} // namespace

TEST_SUITE("net/ilp/packet") {
  TEST_CASE("every Prepare vector encodes and decodes") {
    const ilp_vectors file{"ilp-packets.json"};
    size_t run = 0;
    for (dom::element c : file.list("prepare")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      check_roundtrip(c, ilp_prepare{number(c, "amount"), iso_time(text(c, "expiresAt")),
                                     octets32(c, "executionCondition"), text(c, "destination"),
                                     data_of(c)});
      ++run;
    }
    CHECK(run == 18);
  }

  TEST_CASE("every Fulfill vector encodes, decodes and fits its condition") {
    const ilp_vectors file{"ilp-packets.json"};
    size_t run = 0;
    for (dom::element c : file.list("fulfill")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      check_roundtrip(c, ilp_fulfill{octets32(c, "fulfillment"), data_of(c)});
      CHECK(fulfills(octets32(c, "fulfillment"), octets32(c, "condition")));
      CHECK_FALSE(fulfills(octets32(c, "condition"), octets32(c, "condition")));
      ++run;
    }
    CHECK(run == 5);
  }

  TEST_CASE("every Reject vector encodes and decodes") {
    const ilp_vectors file{"ilp-packets.json"};
    size_t run = 0;
    for (dom::element c : file.list("reject")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      check_roundtrip(
        c, ilp_reject{text(c, "code"), text(c, "triggeredBy"), text(c, "message"), data_of(c)});
      if (has(c, "receivedAmount"))
        CHECK(amount_too_large("g.x", number(c, "receivedAmount"), number(c, "maximumAmount")).data
              == data_of(c));
      ++run;
    }
    CHECK(run == 28);
  }

  TEST_CASE("broken packets are refused, octets after the last field are not") {
    const ilp_vectors file{"ilp-packets.json"};
    size_t run = 0;
    for (dom::element c : file.list("invalid")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      // We are strict about dates that do not exist and octets that are not ASCII.
      const bool strict = name == "tolerated:prepare-month-9x"
                          || name == "tolerated:prepare-address-high-bit-octet";
      const bool good = text(c, "expected") == "decode-ok" && !strict;
      const auto decoded = decode_as(text(c, "decodeAs"), hex(c, "hex"));
      CHECK(bool{decoded} == good);
      if (!decoded)
        CHECK(decoded.error().code == errc::malformed);
      ++run;
    }
    CHECK(run == 33);
  }

  TEST_CASE("the decoder for one kind refuses the others") {
    const auto prepare = encode(ilp_prepare{1, utc_time{} + std::chrono::hours{1}, {}, "g.a", {}});
    const auto fulfill = encode(ilp_fulfill{});
    const auto reject = encode(ilp_reject{"F00", "", "", {}});
    CHECK(decode_ilp_prepare(prepare));
    CHECK_FALSE(decode_ilp_prepare(fulfill));
    CHECK_FALSE(decode_ilp_prepare(reject));
    CHECK_FALSE(decode_ilp_reply(prepare));
    CHECK(decode_ilp_reply(fulfill));
    CHECK(decode_ilp_reply(reject));
  }

  TEST_CASE("field sizes have limits") {
    ilp_reject reject{"F00", "", std::string(8191, 'm'), byte_buffer(32767)};
    CHECK(decode_ilp_packet(encode(reject)));
    reject.data.resize(32768);
    CHECK_FALSE(decode_ilp_packet(encode(reject)));
    ilp_fulfill fulfill;
    fulfill.data.resize(32768);
    CHECK_FALSE(decode_ilp_packet(encode(fulfill)));
    reject = {"F00", "", std::string(9000, 'm'), {}};
    CHECK(std::get<ilp_reject>(*decode_ilp_packet(encode(reject))).message.size() == 8191);
  }

  TEST_CASE("no broken packet hurts, and what decodes is stable") {
    const ilp_vectors file{"ilp-packets.json"};
    size_t decoded = 0;
    const auto again
      = [](const ilp_packet& p) { return std::visit([](const auto& x) { return encode(x); }, p); };
    for (const auto* kind : {"prepare", "fulfill", "reject"})
      for (dom::element c : file.list(kind)) {
        const auto name = text(c, "name");
        CAPTURE(name);
        if (!has(c, "hex") || text(c, "hex").size() > 1500)
          continue;
        mutate(hex(c, "hex"),
               [&](byte_view b) { decoded += check_stable(b, decode_ilp_packet, again); });
      }
    CHECK(decoded > 1000);
  }
}

} // namespace codius::tests
