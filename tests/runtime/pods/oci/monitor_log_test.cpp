#include "runtime/pods/oci/monitor_log.hpp"

#include <doctest/doctest.h>

using namespace codius::runtime;
using namespace codius::runtime::oci;

namespace {

std::string record(const char* stream, const char* tag, const std::string& text) {
  return std::string{"2026-01-02T03:04:05.678901234+00:00 "} + stream + " " + tag + " " + text
         + "\n";
}

using pieces = std::vector<log_piece>;

} // namespace

TEST_SUITE("runtime/pods/oci/monitor_log") {
  TEST_CASE("each whole record is a line") {
    const auto in = record("stdout", "F", "hello world") + record("stderr", "F", "")
                    + record("stdout", "F", " F stdout P ");
    const auto got = read_records(in, 3, false, false);
    CHECK(got.used == in.size());
    CHECK(got.pieces
          == pieces{{3, false, "hello world\n"}, {3, true, "\n"}, {3, false, " F stdout P \n"}});
  }

  TEST_CASE("a line in parts becomes one") {
    const auto in = record("stdout", "P", "one ") + record("stdout", "P", "two ")
                    + record("stdout", "F", "three") + record("stdout", "P", "xxxx")
                    + record("stdout", "F", "");
    const auto got = read_records(in, 0, false, false);
    CHECK(got.used == in.size());
    CHECK(got.pieces == pieces{{0, false, "one two three\n"}, {0, false, "xxxx\n"}});
  }

  TEST_CASE("a line that has not ended waits, until it is flushed or fills the part") {
    const auto whole = record("stdout", "F", "a");
    const auto in = whole + record("stdout", "P", "prompt> ");
    const auto waits = read_records(in, 0, false, false);
    CHECK(waits.pieces == pieces{{0, false, "a\n"}});
    CHECK(waits.used == whole.size());
    const auto flushed = read_records(in, 0, true, false);
    CHECK(flushed.pieces == pieces{{0, false, "a\n"}, {0, false, "prompt> "}});
    CHECK(flushed.used == in.size());
    const auto part = record("stdout", "P", std::string(100, 'x'));
    CHECK(read_records(part + part + "2026", 0, false, false).used == 0);
    const auto full = read_records(part + part + "2026", 0, false, true);
    CHECK(full.used == 2 * part.size());
    CHECK(full.pieces == pieces{{0, false, std::string(200, 'x')}});
  }

  TEST_CASE("two streams that interleave lose and repeat nothing") {
    const auto in = record("stdout", "P", "out ") + record("stderr", "F", "err")
                    + record("stdout", "F", "more");
    const auto got = read_records(in, 0, false, false);
    CHECK(got.pieces == pieces{{0, true, "err\n"}, {0, false, "out more\n"}});
    // Cut before its end: reading again from its start would repeat the other line.
    const auto cut = record("stdout", "P", "out ") + record("stderr", "F", "err");
    const auto early = read_records(cut, 0, false, false);
    CHECK(early.used == cut.size());
    CHECK(early.pieces == pieces{{0, true, "err\n"}, {0, false, "out "}});
  }

  TEST_CASE("D-20 however the octets arrive, the same lines come out") {
    std::string in;
    for (int i = 0; i < 20; ++i)
      in += record(i % 3 ? "stdout" : "stderr", "F", "line " + std::to_string(i))
            + record("stdout", "P", std::string(static_cast<size_t>(i), 'p'))
            + record("stdout", "F", "\x01\x02 end");
    const auto all = read_records(in, 0, false, false);
    REQUIRE(all.pieces.size() == 40);
    for (size_t step = 1; step < 300; ++step) {
      CAPTURE(step);
      pieces got;
      size_t from = 0;
      for (size_t end = step; from < in.size(); end = std::min(in.size(), end + step)) {
        const auto some
          = read_records(std::string_view{in}.substr(from, end - from), 0, false, false);
        from += some.used;
        got.insert(got.end(), some.pieces.begin(), some.pieces.end());
      }
      REQUIRE(got == all.pieces);
    }
  }

  TEST_CASE("what conmon would not write is skipped") {
    const auto good = record("stdout", "F", "good");
    for (const std::string bad :
         {"\n", "junk\n", "t stdout X text\n", "t stdlog F text\n", "t stdout F\n", " stdout F x\n"}) {
      CAPTURE(bad);
      const auto got = read_records(bad + good, 0, false, false);
      CHECK(got.used == bad.size() + good.size());
      CHECK(got.pieces == pieces{{0, false, "good\n"}});
    }
    const std::string endless(1000, 'j');
    CHECK(read_records(endless, 0, false, false).used == 0);
    CHECK(read_records(endless, 0, false, true).used == endless.size());
  }
}
