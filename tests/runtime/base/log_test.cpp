#include "runtime/base/log.hpp"

#include <doctest/doctest.h>
#include <simdjson.h>
#include <unistd.h>

using namespace codius;
using log::field;

namespace {

std::string one(log::format how, std::string value) {
  const field f{"why", std::move(value)};
  return log::render(how, log::level::info, "e", {&f, 1});
}

struct captured_log {
  std::vector<std::string> lines;
  captured_log() {
    log::redirect([this](std::string_view l) { lines.emplace_back(l); });
  }
  ~captured_log() {
    log::redirect(nullptr);
    log::configure(log::level::info, log::format::logfmt);
  }
};

} // namespace

TEST_SUITE("runtime/base/log") {
  TEST_CASE("a line is level, event, then the fields in order") {
    const field fields[] = {{"pod", "abc"}, {"ms", 12}, {"ok", true}, {"why", "no luck"}};
    CHECK(log::render(log::format::logfmt, log::level::warn, "pod.start_failed", fields)
          == "level=warn event=pod.start_failed pod=abc ms=12 ok=true why=\"no luck\"");
    CHECK(
      log::render(log::format::json, log::level::warn, "pod.start_failed", fields)
      == R"("level":"warn","event":"pod.start_failed","pod":"abc","ms":12,"ok":true,"why":"no luck")");
  }

  TEST_CASE("no value starts a line, ends its quotes, or changes how the line is shown") {
    const std::pair<std::string, std::string> rows[] = {
      {"", R"("")"},
      {"plain-1.2:3/4", "plain-1.2:3/4"},
      {"a b", R"("a b")"},
      {"a=b", R"("a=b")"},
      {"x\nlevel=error event=fake", R"("x\nlevel=error event=fake")"},
      {"\r\t", R"("\r\t")"},
      {std::string{"\0", 1}, R"("\u0000")"},
      {"say \"hi\" \\", R"("say \"hi\" \\")"},
      {"\x1b[31mred", R"("\u001b[31mred")"},
      {"\x7f", R"("\u007f")"},
      {"\xc2\x9b"
       "31m",
       R"("\u009b31m")"}, // a terminal's other escape
      {"\xe2\x80\xae"
       "gpj.exe",
       R"("\u202egpj.exe")"}, // right-to-left override
      {"\xe2\x80\xa8", R"("\u2028")"},
      {"\xf3\xa0\x80\xa1", R"("\udb40\udc21")"}, // an invisible tag character
      {"gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\""},
      {"\xff"
       "a",
       R"("\ufffda")"},
      {"\xc0\x8a", R"("\ufffd\ufffd")"}, // an overlong newline
      {"\xed\xa0\x80", R"("\ufffd")"},   // a surrogate
      {"cut \xe2\x82", R"("cut \ufffd")"},
    };
    for (const auto& [value, expected] : rows) {
      CAPTURE(expected);
      CHECK(one(log::format::logfmt, value) == "level=info event=e why=" + expected);
    }
  }

  TEST_CASE("JSON lines parse back, whatever the value") {
    simdjson::dom::parser parser;
    for (int c = 0; c < 256; ++c) {
      const std::string value{'a', static_cast<char>(c), 'b'};
      const std::string line = "{" + one(log::format::json, value) + "}";
      CHECK(line.find('\n') == std::string::npos);
      std::string_view why;
      REQUIRE(!parser.parse(line)["why"].get(why));
      if (c < 0x80)
        CHECK(why == value);
    }
  }

  TEST_CASE("a long value is cut between characters") {
    std::string value;
    for (int i = 0; i < 3000; ++i)
      value += "\xc3\xbc";
    const auto line = one(log::format::logfmt, value);
    CHECK(line.size() < 4200);
    CHECK(line.find("fffd") == std::string::npos);
  }

  TEST_CASE("a slip in a key does not break the line") {
    const field f{"a b\n", "x"};
    CHECK(log::render(log::format::logfmt, log::level::info, "E v", {&f, 1})
          == "level=info event=__v a_b_=x");
  }

  TEST_CASE("lines go to stderr, time first, in both formats") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const int kept = dup(2);
    dup2(ends[1], 2);
    log::write(log::level::info, "one", {{"n", 1}});
    log::configure(log::level::info, log::format::json);
    log::write(log::level::info, "two", {{"n", 2}});
    log::configure(log::level::info, log::format::logfmt);
    dup2(kept, 2);
    close(kept);
    close(ends[1]);
    std::string text(1000, ' ');
    text.resize(static_cast<size_t>(read(ends[0], text.data(), text.size())));
    close(ends[0]);
    for (auto& c : text)
      if (c >= '0' && c <= '9')
        c = '9';
    CHECK(text
          == "ts=9999-99-99T99:99:99.999Z level=info event=one n=9\n"
             "{\"ts\":\"9999-99-99T99:99:99.999Z\",\"level\":\"info\",\"event\":\"two\","
             "\"n\":9}\n");
  }

  TEST_CASE("only what is wanted is written") {
    captured_log out;
    log::write(log::level::debug, "quiet", {});
    log::write(log::level::info, "loud", {});
    log::configure(log::level::error, log::format::json);
    log::write(log::level::warn, "quiet", {});
    log::write(log::level::error, "loud", {});
    CHECK(
      out.lines
      == std::vector<std::string>{"level=info event=loud", R"("level":"error","event":"loud")"});
    CHECK_FALSE(log::enabled(log::level::warn));
  }

  TEST_CASE("every level and format has a name") {
    using log::level;
    for (auto l : {level::debug, level::info, level::warn, level::error})
      CHECK(log::to_string(l) != std::string{"unknown"});
    for (auto f : {log::format::logfmt, log::format::json})
      CHECK(log::to_string(f) != std::string{"unknown"});
  }
}
