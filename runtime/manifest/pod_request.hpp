#pragma once
#include "messages/bytes.hpp"
#include "messages/pod.hpp"

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace codius::runtime {

/// A manifest reaches its pod in one environment variable, and Linux takes 128 KiB for one.
inline constexpr size_t max_manifest_text = 120 * 1024;

/// What a request is read against.
struct host_facts {
  std::string public_uri; ///< becomes `CODIUS_HOST`
  size_t max_containers = 32;
  size_t max_environment_bytes = 512 * 1024; ///< of a pod, with variables filled in
};

/// A request for a pod, ready to be priced and run.
struct pod_request {
  pod_spec spec;             ///< holds private values: never log it
  std::string manifest_json; ///< the `manifest` member, as `GET /pods` returns it
  bool debug = false;        ///< the owner lets everybody read the pod's output
};

/// One thing wrong, e.g. {"/manifest/containers/0/image", "is required"}.
struct request_problem {
  std::string pointer;  ///< JSON pointer (RFC 6901) into the body; cut with `…` if very long
  std::string sentence; ///< what is wrong there, for a person; holds no value of the request
  bool operator==(const request_problem&) const = default;
};

/// Why a request is refused, all reasons at once (but no more than 50).
struct pod_request_error {
  errc code = errc::invalid; ///< `malformed` and `invalid` are HTTP 400, `unprocessable` is 422
  std::string message;       ///< the text that deployed hosts answer with, or ours of that kind
  std::vector<request_problem> details;
};

/// Reads the body of `OPTIONS /pods` and `POST /pods`, `{"manifest": {…}, "private": {…}?}`, whose
/// size the caller has bounded. Its hash is that of the manifest as it was sent: nothing is
/// converted, so JSON text in place of an object is refused. Each container's environment begins
/// with `CODIUS`, `CODIUS_HOST`, `CODIUS_MANIFEST_HASH`, `CODIUS_MANIFEST`.
///
/// Errors: `malformed` (not JSON), `invalid` (another shape than asked, a port that is none),
/// `unprocessable` (reserved names, variables that cannot be filled in, container ids that repeat,
/// more than a pod can hold). Pure; any thread; linear in the size but for a factor log n.
std::variant<pod_request, pod_request_error> read_pod_request(byte_view body,
                                                              const host_facts& host);

} // namespace codius::runtime
