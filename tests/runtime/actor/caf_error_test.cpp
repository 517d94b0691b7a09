#include "runtime/actor/caf_error.hpp"

#include <caf/exit_reason.hpp>
#include <doctest/doctest.h>

using namespace codius;

TEST_SUITE("runtime/actor/caf_error") {
  TEST_CASE("an error reads well in a log") {
    CHECK(runtime::describe({}) == "normal");
    CHECK(runtime::describe(runtime::to_caf({errc::busy, "full"})) == "busy: full");
    CHECK(runtime::describe(caf::make_error(errc::busy)) == "busy");
    CHECK(runtime::describe(caf::make_error(caf::exit_reason::kill)).find("kill")
          != std::string::npos);
    CHECK(runtime::from_caf({}).code == errc::internal);
  }

  TEST_CASE("CAF's own errors become the nearest of ours") {
    const std::pair<caf::error, errc> rows[] = {
      {caf::make_error(caf::sec::request_timeout), errc::timed_out},
      {caf::make_error(caf::sec::request_receiver_down), errc::unavailable},
      {caf::make_error(caf::sec::unexpected_message), errc::internal},
      {caf::make_error(caf::sec::runtime_error), errc::internal},
      {caf::make_error(caf::sec::cannot_open_file), errc::io},
      {caf::make_error(caf::sec::invalid_argument), errc::invalid},
      {caf::make_error(caf::exit_reason::kill), errc::unavailable},
      {caf::error{200, caf::atom("codius")}, errc::unavailable},
      {caf::make_error(errc::busy), errc::busy},
    };
    for (const auto& [caf_error, code] : rows) {
      CAPTURE(caf::to_string(caf_error));
      CHECK(runtime::from_caf(caf_error).code == code);
    }
    for (auto code = static_cast<uint8_t>(errc::malformed);
         code <= static_cast<uint8_t>(errc::internal); ++code) {
      const error ours{static_cast<errc>(code), "detail"};
      CHECK(runtime::from_caf(runtime::to_caf(ours)) == ours);
    }
  }
}
