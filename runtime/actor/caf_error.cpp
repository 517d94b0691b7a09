#include "runtime/actor/caf_error.hpp"

#include "messages/error_catalogue.hpp"

#include <caf/exit_reason.hpp>

namespace codius::runtime {

namespace {

errc nearest(caf::sec code) {
  switch (code) {
    case caf::sec::request_timeout:
    case caf::sec::connection_timeout: return errc::timed_out;
    case caf::sec::invalid_argument: return errc::invalid;
    case caf::sec::unavailable_or_would_block: return errc::busy;
    case caf::sec::network_syscall_failed:
    case caf::sec::cannot_open_file:
    case caf::sec::cannot_open_port:
    case caf::sec::socket_invalid:
    case caf::sec::socket_disconnected:
    case caf::sec::socket_operation_failed: return errc::io;
    case caf::sec::unexpected_message:
    case caf::sec::unexpected_response:
    case caf::sec::unknown_type:
    case caf::sec::runtime_error:
    case caf::sec::bad_function_call: return errc::internal;
    default: return errc::unavailable;
  }
}

bool is_known(uint8_t code) { return code >= 1 && code <= error_catalogue().size(); }

constexpr auto gone = "a part of this host restarts; ask again in a moment";

/// Strangers may get these words; what CAF calls it is for faults of ours, which they never see.
error of_system(const caf::error& e) {
  const auto code = nearest(static_cast<caf::sec>(e.code()));
  switch (code) {
    case errc::timed_out: return {code, "a part of this host did not answer in time"};
    case errc::unavailable: return {code, gone};
    case errc::busy: return {code, "a part of this host has too much to do; ask again in a moment"};
    default: return {code, caf::to_string(e)};
  }
}

} // namespace

error from_caf(const caf::error& e) {
  if (!e) // CAF 0.17.6 reads a null pointer when asked for the code of an empty error
    return {errc::internal, "an empty error"};
  if (e.category() == caf::atom("codius") && is_known(e.code())) {
    const auto& context = e.context();
    return {static_cast<errc>(e.code()),
            context.match_elements<std::string>() ? context.get_as<std::string>(0) : std::string{}};
  }
  if (e.category() == caf::atom("system"))
    return of_system(e);
  return {errc::unavailable, gone};
}

std::string describe(const caf::error& e) {
  if (!e)
    return "normal";
  if (e.category() != caf::atom("codius"))
    return caf::to_string(e);
  const auto known = from_caf(e);
  const std::string code = to_string(known.code);
  return known.detail.empty() ? code : code + ": " + known.detail;
}

} // namespace codius::runtime
