#include "net/ilp/stream_crypto.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"

namespace codius::tests {

using namespace net;

TEST_SUITE("net/ilp/stream_crypto") {
  TEST_CASE("keys, fulfillments and conditions derive as in the vectors") {
    const ilp_vectors file{"stream-derivation.json"};
    size_t count = 0;
    for (dom::element c : file.list("cases")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      ++count;
      const auto secret = hex(c, "sharedSecret");
      const stream_keys keys{secret};
      if (has(c, "encryptionKey")) {
        CHECK(keys.encryption_key() == octets32(c, "encryptionKey"));
        CHECK(keys.fulfillment_key() == octets32(c, "fulfillmentKey"));
        const auto preimage = keys.fulfillment(hex(c, "data"));
        CHECK(preimage == octets32(c, "fulfillment"));
        CHECK(sha256(preimage) == octets32(c, "condition"));
      }
      if (has(c, "packetId")) {
        auto message = to_buffer(as_bytes("ilp_stream_packet_id"));
        const auto sequence = number(c, "packetIdSequence");
        for (int shift = 56; shift >= 0; shift -= 8)
          message.push_back(static_cast<std::byte>(sequence >> shift & 0xff));
        CHECK(hmac_sha256(secret, message) == octets32(c, "packetId"));
      }
    }
    CHECK(count == 11);
  }

  TEST_CASE("only what is whole and authentic opens") {
    const ilp_vectors file{"stream-packets.json"};
    size_t count = 0;
    for (dom::element c : file.list("decryption")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      ++count;
      const bool authentic
        = text(c, "expected") == "decrypt-ok" || name == "authentic-but-empty-plaintext";
      CHECK(gcm_open(octets32(c, "key"), hex(c, "ciphertext")).has_value() == authentic);
    }
    CHECK(count == 11);
  }

  TEST_CASE_FIXTURE(ilp_fixture, "sealing takes a fresh IV each time and opens again") {
    const stream_keys keys{as_bytes("secret")};
    const auto message = as_bytes("a message");
    const auto one = keys.seal(message, world);
    const auto two = keys.seal(message, world);
    CHECK(one.size() == message.size() + gcm_overhead);
    CHECK(to_hex(byte_view{one}.first(12)) != to_hex(byte_view{two}.first(12)));
    CHECK(as_text(*keys.open(one)) == "a message");
    CHECK(as_text(*keys.open(two)) == "a message");
    CHECK_FALSE(stream_keys{as_bytes("another")}.open(one));
  }
}

} // namespace codius::tests
