#include "actors/peer_gossip/peer_uri.hpp"

#include "runtime/base/json.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>

using namespace codius;
using actors::read_peer_name;

namespace {

/// Where this host differs from the original, and why.
const std::map<std::string, bool> differences{
  // A peer is an origin, and has no user.
  {"https://a.example/path?x=1#y", false},
  {"https://user:pw@a.example", false},
  // Blanks are no part of a URI, a backslash is no slash, and names travel in ASCII.
  {" https://a.example", false},
  {"https://a b", false},
  {"https:\\\\a.example", false},
  {"https://b\xc3\xbc"
   "cher.example",
   false},
  // D-27: this machine and other closed places, in any spelling.
  {"https://localhost.", false},
  {"https://0", false},
  {"https://[::1]", false},
  {"https://[::ffff:127.0.0.1]", false},
  {"https://10.0.0.1", false},
  {"https://192.168.1.1", false},
  {"https://169.254.169.254", false},
  {"https://2130706433", false},
  {"https://0x7f000001", false},
  // Names that only look like it; what they resolve to is looked at when they are asked.
  {"https://127example.com", true},
  {"https://127.0.0.1.nip.io", true},
};

} // namespace

TEST_SUITE("actors/peer_gossip/peer_uri") {
  TEST_CASE("each name that the original was asked about is taken or refused as there, or for a reason") {
    std::ifstream file{std::string{CODIUS_TEST_DATA} + "/host-api/12-peer-validation.json"};
    std::stringstream text;
    text << file.rdbuf();
    const auto document = runtime::parse_json(text.str());
    REQUIRE(document);
    size_t cases = 0;
    size_t differing = 0;
    for (const auto& one : *document->find("cases")->array()) {
      const auto peer = *one.find_text("peer");
      const bool theirs = *one.find("accepted")->boolean();
      CAPTURE(peer);
      const auto known = differences.find(peer);
      const bool expected = known == differences.end() ? theirs : known->second;
      CHECK(static_cast<bool>(read_peer_name(peer, false)) == expected);
      differing += expected != theirs ? 1 : 0;
      ++cases;
    }
    CHECK(cases == 41);
    CHECK(differing == differences.size());
  }

  TEST_CASE("one peer has one name") {
    const std::pair<const char*, const char*> rows[] = {
      {"HTTPS://A.Example", "https://a.example"},
      {"https://a.example/", "https://a.example"},
      {"https://a.example:443", "https://a.example"},
      {"https://a.example:8443/", "https://a.example:8443"},
      {"https://[2a00:0:0::00AB]:8443", "https://[2a00::ab]:8443"},
      {"https://93.184.216.34", "https://93.184.216.34"},
    };
    for (const auto& [text, uri] : rows) {
      CAPTURE(text);
      const auto name = read_peer_name(text, false);
      REQUIRE(name);
      CHECK(name->uri == uri);
    }
  }

  TEST_CASE("D-27 a name cannot mean this machine, a closed network or another service") {
    for (const char* text :
         {"https://127.1", "https://127.0.0.1", "https://017700000001", "https://a.0x7f", "https://1.2.3",
          "https://100.64.0.1", "https://172.31.0.1", "https://192.0.2.1", "https://198.18.0.1",
          "https://224.0.0.1", "https://255.255.255.255", "https://[fe80::1]", "https://[fd00:ec2::254]",
          "https://[64:ff9b::a9fe:a9fe]", "https://[2002:7f00:1::]", "https://[2001:db8::1]",
          "https://[::]", "https://x.localhost", "https://local.codius.org:3000", "https://a.example:22",
          "https://a.example:80", "https://a.example:0", "https://a.example:65536",
          "https://-a.example", "https://a..example", "https://a_b.example", "https://%31.example",
          "http://a.example", "https://a.example?", "https://a.example#", "https://a.example/x"}) {
      CAPTURE(text);
      CHECK_FALSE(read_peer_name(text, false));
    }
    CHECK_FALSE(read_peer_name("https://" + std::string(244, 'a') + ".ex", false));
    CHECK_FALSE(read_peer_name("https://" + std::string(300, 'a'), true));
  }

  TEST_CASE("in development mode peers may be on this machine") {
    CHECK(read_peer_name("http://localhost:3001", true)->uri == "http://localhost:3001");
    CHECK(read_peer_name("http://127.0.0.1:80/", true)->uri == "http://127.0.0.1");
    CHECK_FALSE(read_peer_name("http://localhost:3001/x", true));
    CHECK_FALSE(read_peer_name("ftp://localhost", true));
  }

  TEST_CASE("who answers for a name") {
    const std::pair<const char*, const char*> rows[] = {
      {"https://a.b.example.com", "example.com"}, {"https://example.com", "example.com"},
      {"https://x.a.example.co.uk", "example.co.uk"}, {"https://93.184.216.34", "93.184.216.34"},
      {"https://[2a00:1:2:3::4]", "2a0000010002"}, {"https://single", "single"},
    };
    for (const auto& [text, site] : rows) {
      CAPTURE(text);
      REQUIRE(read_peer_name(text, false));
      CHECK(read_peer_name(text, false)->site == site);
    }
  }
}
