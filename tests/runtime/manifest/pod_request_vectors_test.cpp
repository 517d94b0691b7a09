#include "runtime/manifest/pod_request.hpp"
#include "tests/runtime/manifest/vectors.hpp"

#include <map>

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::testing;

namespace {

const host_facts host{.public_uri = "https://codius.example.com"};

using read_result = std::variant<pod_request, pod_request_error>;

int http_status(errc code) {
  return code == errc::malformed || code == errc::invalid ? 400
         : code == errc::unprocessable                    ? 422
                                                          : 500;
}

enum class ours : uint8_t { accepted, invalid, unprocessable };

/// Where this host answers otherwise than the one that was recorded, and why.
const std::map<std::string, ours> exceptions = {
  // JSON text in place of a value, and words in place of true and false, are not converted.
  {"body-double-encoded", ours::invalid},
  {"manifest-json-string", ours::invalid},
  {"containers-json-string", ours::invalid},
  {"container-json-string", ours::invalid},
  {"command-json-string", ours::invalid},
  {"environment-json-string", ours::invalid},
  {"debug-\"true\"", ours::invalid},
  {"debug-\"TRUE\"", ours::invalid},
  {"debug-\"false\"", ours::invalid},
  // Ports that are none, or that peers would read differently.
  {"port-string-\" 8080\"", ours::invalid},
  {"port-string-\"8080 \"", ours::invalid},
  {"port-string-\"abc80\"", ours::invalid},
  {"port-string-\"80abc\"", ours::invalid},
  {"port-string-\"a0b1\"", ours::invalid},
  {"port-string-\"-5\"", ours::invalid},
  {"port-string-\"3.5\"", ours::invalid},
  {"port-string-\"70000\"", ours::invalid},
  {"port-string-\"1e3\"", ours::invalid},
  {"port-string-\"0x50\"", ours::invalid},
  // A name that would have to be dropped, which would change the hash.
  {"environment-proto-key", ours::invalid},
  // What would fail only when the pod starts, after it has been paid.
  {"containers-two-same-id", ours::unprocessable},
  {"environment-empty-key", ours::unprocessable},
  // Own members only.
  {"var-prototype", ours::unprocessable},
  // A missing `private` is an empty one; the recorded host answered 500.
  {"environment-double-dollar", ours::unprocessable},
  {"var-public-no-private-field", ours::accepted},
  // Fits the body, but not an environment variable.
  {"size-exactly-1MiB", ours::unprocessable},
};

/// Media types, content codings and body sizes are refused before a body is read.
bool is_for_http(const std::string& id) {
  return (id.starts_with("type-") && id != "type-none") || id.starts_with("size-over");
}

std::string body_of(const json& c) {
  const json& request = *c.find("request");
  if (const std::string* body = request.find_text("body"))
    return *body;
  if (text_of(c, "id") == "size-exactly-1MiB")
    return R"({"manifest":{"name":")" + std::string(1'048'362, 'x')
           + R"(","version":"v","containers":[{"id":"a","image":"b"}]}})";
  return "";
}

void check_as_recorded(const json& c, const read_result& read_back) {
  const json& response = *c.find("response");
  if (const auto* request = std::get_if<pod_request>(&read_back)) {
    CHECK(*response.find("status")->number() == 200);
    CHECK(request->spec.id.text == text_of(*response.find("json"), "manifestHash"));
    const json manifest = *parse_json(body_of(c))->find("manifest");
    CHECK(request->manifest_json == dump(manifest));
    return;
  }
  const auto& refused = std::get<pod_request_error>(read_back);
  CHECK(*response.find("status")->number() == http_status(refused.code));
  CHECK(refused.message == text_of(*response.find("json"), "message"));
  CHECK_FALSE(refused.details.empty());
}

void check_exception(ours expected, const read_result& read_back) {
  const auto* refused = std::get_if<pod_request_error>(&read_back);
  REQUIRE((refused == nullptr) == (expected == ours::accepted));
  if (!refused)
    return;
  CHECK(refused->code == (expected == ours::invalid ? errc::invalid : errc::unprocessable));
  CHECK_FALSE(refused->message.empty());
  CHECK_FALSE(refused->details.empty());
}

} // namespace

TEST_SUITE("runtime/manifest/pod_request_vectors") {
  TEST_CASE("every recorded body gets the recorded answer, but for the documented ones") {
    size_t count = 0;
    size_t excepted = 0;
    size_t for_http = 0;
    for (const json& c : vector_cases("host-api/03-pod-request-validation.json")) {
      const std::string& id = text_of(c, "id");
      CAPTURE(id);
      ++count;
      if (is_for_http(id)) {
        ++for_http;
        continue;
      }
      const std::string body = body_of(c);
      const auto read_back = read_pod_request(as_bytes(body), host);
      const auto exception = exceptions.find(id);
      if (exception == exceptions.end()) {
        check_as_recorded(c, read_back);
        continue;
      }
      ++excepted;
      check_exception(exception->second, read_back);
    }
    CHECK(count == 165);
    CHECK(excepted == exceptions.size());
    CHECK(for_http == 11);
  }
}
