#include "net/ilp/address.hpp"
#include "net/ilp/oer.hpp"
#include "net/ilp/stream_address.hpp"
#include "net/ilp/stream_crypto.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"

#include <set>

namespace codius::tests {

using namespace net;

namespace {

const auto server_secret = byte_buffer(32, std::byte{0x5a});
const auto pay_token = *from_hex("000102030405060708090a0b0c0d0e0f");

net::octets32 key_of(const byte_buffer& bytes) {
  net::octets32 key{};
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

// The two schemes of the deployed receivers, to see that our primitives agree with theirs.
std::string encrypted_token_segment(dom::element c) {
  oer_writer plaintext;
  plaintext.octets(hex(c, "tokenNonce"));
  plaintext.var_octets(as_bytes(text(c, "connectionTag")));
  plaintext.var_octets(hex(c, "receiptNonce"));
  plaintext.var_octets(hex(c, "receiptSecret"));
  CHECK(to_hex(plaintext.bytes()) == text(c, "tokenPlaintext"));
  const auto iv = hex(c, "iv");
  const auto token = gcm_seal(key_of(hex(c, "serverSecret")), std::span{iv}.first<gcm_iv_octets>(),
                              plaintext.bytes());
  CHECK(to_hex(token) == text(c, "token"));
  return to_base64url(token);
}

std::string clear_tag_segment(dom::element c) {
  auto segment = to_base64url(hex(c, "tokenBytes"));
  if (const auto tag = text(c, "connectionTag"); !tag.empty())
    segment += "~" + tag;
  return segment;
}

} // namespace

TEST_SUITE("net/ilp/stream_address") {
  TEST_CASE("the deployed schemes come out of the same primitives") {
    const ilp_vectors file{"stream-addresses.json"};
    size_t count = 0;
    for (dom::element c : file.list("cases")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      ++count;
      const bool encrypted = text(c, "scheme") == "encrypted-token";
      const auto segment = encrypted ? encrypted_token_segment(c) : clear_tag_segment(c);
      CHECK(text(c, "serverAddress") + "." + segment == text(c, "destinationAccount"));
      const auto generator
        = hmac_sha256(hex(c, "serverSecret"), as_bytes("ilp_stream_shared_secret"));
      const auto message = encrypted ? hex(c, "token") : to_buffer(as_bytes(segment));
      CHECK(hmac_sha256(generator, message) == octets32(c, "sharedSecret"));
    }
    CHECK(count == 16);
  }

  TEST_CASE_FIXTURE(ilp_fixture, "D-06 an address carries its tag and secret, and shows neither") {
    const stream_addresses addresses{server_secret};
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
      const auto made = addresses.make("test.host", pay_token, world);
      CHECK(is_ilp_address(made.address));
      CHECK(seen.insert(made.address).second);
      const auto segment = stream_segment("test.host", made.address);
      const auto token = addresses.read(segment);
      REQUIRE(token);
      CHECK(token->tag == pay_token);
      CHECK(token->shared_secret == made.shared_secret);
      CHECK(made.address.find(to_hex(pay_token)) == std::string::npos);
      CHECK(made.address.find(to_base64url(pay_token)) == std::string::npos);
    }
  }

  TEST_CASE_FIXTURE(ilp_fixture, "an address without a tag works") {
    const stream_addresses addresses{server_secret};
    const auto made = addresses.make("test.host", {}, world);
    const auto token = addresses.read(stream_segment("test.host", made.address));
    REQUIRE(token);
    CHECK(token->tag.empty());
  }

  TEST_CASE_FIXTURE(ilp_fixture, "nobody else's segment is read") {
    const stream_addresses addresses{server_secret};
    const auto made = addresses.make("test.host", pay_token, world);
    const std::string good{stream_segment("test.host", made.address)};
    REQUIRE(addresses.read(good));
    for (size_t i = 0; i < good.size(); ++i) {
      auto bad = good;
      bad[i] = bad[i] == 'A' ? 'B' : 'A';
      CAPTURE(bad);
      CHECK_FALSE(addresses.read(bad));
    }
    const std::pair<const char*, std::string> rows[]{
      {"empty", ""},
      {"longer", good + "A"},
      {"another spelling", good + "~"},
      {"shorter", good.substr(1)},
      {"very long", std::string(1000, 'A')},
    };
    for (const auto& [name, segment] : rows) {
      CAPTURE(name);
      CHECK_FALSE(addresses.read(segment));
    }
    CHECK_FALSE(stream_addresses{byte_buffer(32, std::byte{1})}.read(good));
  }

  TEST_CASE("the segment is the first one below our address") {
    struct row {
      const char* own;
      const char* destination;
      const char* segment;
    };
    const row rows[]{
      {"test.a", "test.a.b", "b"}, {"test.a", "test.a.b.c", "b"}, {"test.a", "test.a", ""},
      {"test.a", "test.ab.c", ""}, {"test.a", "test.b.c", ""},    {"test.a", "test.a.", ""},
      {"", "test.a.b", ""},
    };
    for (const auto& r : rows) {
      CAPTURE(r.destination);
      CHECK(stream_segment(r.own, r.destination) == r.segment);
    }
  }
}

} // namespace codius::tests
