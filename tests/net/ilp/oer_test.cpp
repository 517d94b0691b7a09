#include "net/ilp/oer.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"
#include "tests/net/ilp/mutation.hpp"

namespace codius::tests {

using net::oer_reader;
using net::oer_writer;

namespace {

constexpr size_t no_limit = size_t{1} << 48;

// The value as the vectors write it: decimal, or hex for octets.
result<std::string> read(const std::string& op, oer_reader& in) {
  const auto shown = [](auto r) -> result<std::string> {
    if (!r)
      return r.error();
    return std::to_string(*r);
  };
  if (op == "length-prefix")
    return shown(in.length(no_limit));
  if (op == "uint8")
    return shown(in.u8());
  if (op == "uint16")
    return shown(in.u16());
  if (op == "uint32")
    return shown(in.u32());
  if (op == "uint64")
    return shown(in.u64());
  if (op == "var-uint")
    return shown(in.var_uint());
  const auto octets = op == "var-octets"
                        ? in.var_octets(no_limit)
                        : in.octets(std::stoul(op.substr(op.find_first_of("0123456789"))));
  if (!octets)
    return octets.error();
  return to_hex(*octets);
}

byte_buffer write(const std::string& op, dom::element c) {
  oer_writer out;
  if (op == "length-prefix")
    out.length(number(c, "value"));
  else if (op == "uint8")
    out.u8(static_cast<uint8_t>(number(c, "value")));
  else if (op == "uint16")
    out.u16(static_cast<uint16_t>(number(c, "value")));
  else if (op == "uint32")
    out.u32(static_cast<uint32_t>(number(c, "value")));
  else if (op == "uint64")
    out.u64(number(c, "value"));
  else if (op == "var-uint")
    out.var_uint(number(c, "value"));
  else if (op == "var-octets")
    out.var_octets(hex(c, "value"));
  else
    out.octets(hex(c, "value"));
  return out.take();
}

void check_case(dom::element c) {
  const auto op = text(c, "op");
  const auto expected = text(c, "expected");
  const auto bytes = hex(c, "hex");
  oer_reader in{bytes};
  const auto value = read(op, in);
  if (expected == "error") {
    REQUIRE_FALSE(value);
    CHECK(value.error().code == errc::malformed);
    CHECK(in.rest().size() == bytes.size());
    return;
  }
  REQUIRE(value);
  CHECK(*value == text(c, "value"));
  if (expected == "roundtrip")
    CHECK(to_hex(write(op, c)) == to_hex(bytes));
  else
    CHECK(bytes.size() - in.rest().size() == uint64_t{c["consumed"]});
}

} // namespace

TEST_SUITE("net/ilp/oer") {
  TEST_CASE("every vector reads, writes or is refused as it should be") {
    const ilp_vectors file{"oer.json"};
    size_t run = 0;
    size_t unwritable = 0;
    size_t unused = 0;
    for (dom::element c : file.list("cases")) {
      const auto name = text(c, "name");
      CAPTURE(name);
      // Signed integers are in the file, but in no protocol of ours.
      if (text(c, "op") == "var-int") {
        ++unused;
        continue;
      }
      // Values that do not fit their field cannot even be named with the writer's types.
      if (text(c, "expected") == "encode-error")
        ++unwritable;
      else
        check_case(c);
      ++run;
    }
    CHECK(run + unused == 105);
    CHECK(unwritable == 5);
    CHECK(unused == 11);
  }

  TEST_CASE("the cursor moves only on success") {
    const auto bytes = hex("03aabb");
    oer_reader in{bytes};
    CHECK_FALSE(in.var_octets(10));
    CHECK_FALSE(in.var_uint());
    CHECK_FALSE(in.u32());
    CHECK(in.rest().size() == 3);
    CHECK(*in.u8() == 3);
    CHECK(*in.u16() == 0xaabb);
    CHECK(in.empty());
  }

  TEST_CASE("a length over the caller's limit is refused before anything is taken") {
    const auto bytes = hex("0401020304");
    oer_reader in{bytes};
    CHECK_FALSE(in.var_octets(3));
    CHECK(in.var_octets(4)->size() == 4);
  }

  TEST_CASE("a saturating integer of more than eight octets is the greatest there is") {
    for (const auto& [digits, value] : {std::pair{"0105", uint64_t{5}},
                                        {"09010000000000000000", UINT64_MAX},
                                        {"0900000000000000000a", UINT64_MAX},
                                        {"08ffffffffffffffff", UINT64_MAX}}) {
      CAPTURE(digits);
      const auto bytes = hex(digits);
      oer_reader in{bytes};
      CHECK(*in.var_uint_saturating() == value);
    }
    const auto empty = hex("00");
    CHECK_FALSE(oer_reader{empty}.var_uint_saturating());
  }

  TEST_CASE("no octets can make a reader leave its buffer") {
    const auto seed = hex("8203e8010582000104deadbeef08ffffffffffffffff810081ff");
    mutate(seed, [](byte_view bytes) {
      for (int op = 0; op < 6; ++op) {
        oer_reader in{bytes};
        while (!in.empty()) {
          const auto before = in.rest().size();
          bool good = false;
          switch (op) {
            case 0: good = bool{in.u8()}; break;
            case 1: good = bool{in.u64()}; break;
            case 2: good = bool{in.length(1000)}; break;
            case 3: good = bool{in.var_octets(1000)}; break;
            case 4: good = bool{in.var_uint()}; break;
            default: good = bool{in.var_uint_saturating()};
          }
          if (good != (in.rest().size() < before))
            FAIL_CHECK("the cursor moved without success");
          if (!good)
            break;
        }
      }
    });
  }
}

} // namespace codius::tests
