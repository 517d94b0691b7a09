#include "net/ilp/btp.hpp"
#include "net/ilp/stream_packet.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"
#include "tests/net/ilp/mutation.hpp"
#include "tests/net/ilp/stream_json.hpp"

namespace codius::tests {

using namespace net;

namespace {

const net::octets32& key() {
  static const net::octets32 k
    = stream_keys{hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")}
        .encryption_key();
  return k;
}

// The vectors share one IV, which the packets of the product never do.
byte_buffer seal_as_vector(byte_view plaintext) {
  const auto iv = hex("a0a1a2a3a4a5a6a7a8a9aaab");
  return gcm_seal(key(), std::span{iv}.first<gcm_iv_octets>(), plaintext);
}

byte_buffer encode_as_vector(dom::element c) {
  auto plaintext = encode(packet_of(c));
  if (has(c, "padToSize"))
    plaintext.resize(uint64_t{c["padToSize"]} - gcm_overhead);
  return plaintext;
}

// The ILP packets inside one recorded BTP frame.
std::vector<byte_buffer> ilp_of(dom::element step) {
  std::vector<byte_buffer> out;
  const auto recorded = decode_btp_frame(hex(step, "btpFrame"));
  REQUIRE(recorded);
  std::visit(
    [&](const auto& body) {
      for (const auto& entry : body.entries)
        if (entry.name == "ilp" && !entry.data.empty())
          out.push_back(entry.data);
    },
    recorded->body);
  return out;
}

byte_buffer data_of(const ilp_packet& p) {
  return std::visit([](const auto& x) { return x.data; }, p);
}

} // namespace

TEST_SUITE("net/ilp/stream_packet") {
  TEST_CASE("packets encode, seal, open and decode as in the vectors") {
    const ilp_vectors file{"stream-packets.json"};
    size_t count = 0;
    for (dom::element c : file.list("packets")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      ++count;
      const auto plaintext = encode_as_vector(c);
      CHECK(to_hex(plaintext) == text(c, "plaintext"));
      CHECK(to_hex(seal_as_vector(plaintext)) == text(c, "ciphertext"));
      const auto opened = gcm_open(key(), hex(c, "ciphertext"));
      REQUIRE(opened);
      const auto packet = decode_stream_packet(*opened);
      REQUIRE(packet);
      CHECK(*packet == packet_of(c));
    }
    CHECK(count == 51);
  }

  TEST_CASE("unknown frames are skipped, broken ones spoil the packet, limits saturate") {
    const ilp_vectors file{"stream-packets.json"};
    size_t count = 0;
    for (dom::element c : file.list("plaintexts")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      ++count;
      const auto packet = decode_stream_packet(hex(c, "plaintext"));
      CHECK(bool{packet} == (text(c, "expected") == "decode-ok"));
      if (packet && has(c, "frames"))
        CHECK(*packet == packet_of(c));
      if (!packet)
        CHECK(packet.error().code == errc::malformed);
    }
    CHECK(count == 20);
  }

  TEST_CASE("every STREAM packet of a recorded paid request decodes") {
    const ilp_vectors file{"paid-http-exchange.json"};
    const stream_keys keys{hex("41443522e45f0c6cb5c266d323f8eb264337f3909bcab57ddb0a0e6c79549169")};
    size_t count = 0;
    size_t announced = 0;
    for (dom::element step : file.list("steps")) {
      if (!has(step, "btpFrame"))
        continue;
      for (dom::element s : dom::array{step["summary"]})
        announced += s.is_object() && has(s, "stream") && s["stream"].is_object();
      for (const auto& bytes : ilp_of(step)) {
        const auto outer = decode_ilp_packet(bytes);
        REQUIRE(outer);
        const auto inner = open_stream_packet(data_of(*outer), keys);
        if (!inner)
          continue; // ILDCP
        ++count;
        CHECK(inner->ilp_type == std::to_integer<uint8_t>(bytes[0]));
        CHECK(decode_stream_packet(encode(*inner))->frames == inner->frames);
      }
    }
    CHECK(count == announced);
    CHECK(count > 50);
  }

  TEST_CASE_FIXTURE(ilp_fixture, "a Prepare can be fulfilled by who shares its secret") {
    const stream_keys keys{as_bytes("secret")};
    const stream_packet hello{ilp_type_prepare, 1, 0, {}};
    using std::chrono::seconds;
    net::octets32 opened;
    auto p = make_stream_prepare(hello, keys, world, "test.a", 5, true, seconds{30});
    CHECK(can_fulfill(p, keys, opened));
    CHECK(sha256(opened) == p.execution_condition);
    CHECK(p.expires_at == *now + seconds{30});
    CHECK_FALSE(can_fulfill(p, stream_keys{as_bytes("other")}, opened));
    p = make_stream_prepare(hello, keys, world, "test.a", 5, false, seconds{30});
    CHECK_FALSE(can_fulfill(p, keys, opened));
  }

  TEST_CASE("hostile plaintexts never crash, and what decodes is stable") {
    const ilp_vectors file{"stream-packets.json"};
    size_t decoded = 0;
    for (dom::element c : file.list("packets"))
      mutate(hex(c, "plaintext"), [&](byte_view bytes) {
        decoded += check_stable(bytes, decode_stream_packet,
                                [](const stream_packet& p) { return encode(p); });
      });
    CHECK(decoded > 1000);
  }
}

} // namespace codius::tests
