#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/pod_request.hpp"
#include "tests/runtime/manifest/vectors.hpp"

#include <random>

using namespace codius;
using namespace codius::runtime;
using namespace codius::runtime::testing;

namespace {

const host_facts host{.public_uri = "https://codius.example.com"};

std::variant<pod_request, pod_request_error> read(const std::string& body) {
  return read_pod_request(as_bytes(body), host);
}

pod_request accept(const std::string& body) {
  auto read_back = read(body);
  if (const auto* refused = std::get_if<pod_request_error>(&read_back))
    FAIL(refused->message, " ", refused->details.at(0).pointer, " ",
         refused->details.at(0).sentence);
  return std::get<pod_request>(std::move(read_back));
}

pod_request_error refuse(const std::string& body) {
  auto read_back = read(body);
  REQUIRE(std::holds_alternative<pod_request_error>(read_back));
  return std::get<pod_request_error>(std::move(read_back));
}

/// A request of one container with these members beside `id` and `image`, and these beside
/// `containers`, and this behind the manifest.
std::string body_with(const std::string& container, const std::string& manifest = "",
                      const std::string& behind = "") {
  return R"({"manifest":{"name":"n","version":"v","containers":[{"id":"a","image":"i")" + container
         + "}]" + manifest + "}" + behind + "}";
}

} // namespace

TEST_SUITE("runtime/manifest/pod_request") {
  TEST_CASE("a request becomes a pod") {
    const std::string manifest
      = R"({"name":"n","version":"v","port":"8080","debug":true,"containers":[{"id":"a","image":"i",)"
        R"("command":["x",""],"workdir":"/w","environment":{"Z":"z","10":"ten","9":"nine","B":"$PUB",)"
        R"("C":"$SEC","D":"a$b"}},{"id":"b","image":"j","command":[]}],"vars":{"PUB":{"value":"$SEC"},)"
        R"("SEC":{"encoding":"private:sha256","value":"e8a88c5feca57760702e1186d1a727e6c344fbcff0cfe9d16f34a3dea7f302ac"}}})";
    const pod_request request = accept(
      R"({"private":{"vars":{"SEC":{"nonce":"00112233445566778899aabbccddeeff","value":"s3cr3t"}}},"manifest":)"
      + manifest + "}");
    const json parsed = *parse_json(manifest);
    CHECK(request.manifest_json == dump(parsed));
    CHECK(request.manifest_json.find("s3cr3t") == std::string::npos);
    CHECK(request.debug);
    const pod_spec& pod = request.spec;
    CHECK(pod.id == hash_manifest(parsed));
    CHECK(pod.port == 8080);
    CHECK(pod.machine == machine_size{});
    REQUIRE(pod.containers.size() == 2);
    const container_spec& a = pod.containers[0];
    CHECK(a.id == "a");
    CHECK(a.image == "i");
    CHECK(a.command == std::vector<std::string>{"x", ""});
    CHECK(a.workdir == "/w");
    const std::vector<std::pair<std::string, std::string>> environment = {
      {"CODIUS", "true"},
      {"CODIUS_HOST", "https://codius.example.com"},
      {"CODIUS_MANIFEST_HASH", pod.id.text},
      {"CODIUS_MANIFEST", request.manifest_json},
      {"9", "nine"},
      {"10", "ten"},
      {"Z", "z"},
      {"B", "$SEC"},
      {"C", "s3cr3t"},
      {"D", "a$b"},
    };
    CHECK(a.environment == environment);
    const container_spec& b = pod.containers[1];
    CHECK(b.command == std::vector<std::string>{});
    CHECK(b.workdir.empty());
    CHECK(b.environment.size() == 4);
  }

  TEST_CASE("absent members stay absent") {
    const pod_request request = accept(body_with(""));
    CHECK_FALSE(request.debug);
    CHECK(request.spec.port == 0);
    CHECK_FALSE(request.spec.containers[0].command);
    CHECK(accept(body_with("", R"(,"port":"")")).spec.port == 0);
    CHECK(accept(body_with("", R"(,"port":"1")")).spec.port == 1);
    CHECK(accept(body_with("", R"(,"port":"65535")")).spec.port == 65535);
  }

  TEST_CASE("a refusal says where and what, all at once") {
    const auto shape = refuse(
      R"({"manifest":{"version":1,"port":"99999","machine":"big","containers":[{"id":"a","image":"i","x/y~z":1,)"
      R"("environment":{"A":1,"__proto__":"x"},"command":"sh"}],"debug":"true","vars":{"V":{"value":"v","description":""}}},"private":[]})");
    CHECK(shape.code == errc::invalid);
    CHECK(shape.message == "Invalid request payload input");
    const std::vector<request_problem> expected = {
      {"/manifest/name", "is required"},
      {"/manifest/version", "must be a string"},
      {"/manifest/port",
       "must be a decimal number from 1 to 65535 in a string, without sign, blanks "
       "or leading zeros; leave it out for a pod that serves nothing"},
      {"/manifest/machine", "must be \"small\""},
      {"/manifest/containers/0/command", "must be an array"},
      {"/manifest/containers/0/environment/A", "must be a string"},
      {"/manifest/containers/0/environment/__proto__", "is not a name that can be used"},
      {"/manifest/containers/0/x~1y~0z", "is not a member of this object"},
      {"/manifest/vars/V/description", "is not a member of this object"},
      {"/manifest/debug", "must be true or false"},
      {"/private", "must be an object"},
    };
    CHECK(shape.details == expected);

    const auto filled = refuse(
      R"({"manifest":{"name":"n","version":"v","containers":[{"id":"a","image":"i","environment":{"CODIUS_X":"$NO",)"
      R"("B":"$SEC"}},{"id":"a","image":"j"}],"vars":{"SEC":{"encoding":"private:sha256","value":"x"}}}})");
    CHECK(filled.code == errc::unprocessable);
    CHECK(filled.message
          == "environment variables starting in \"CODIUS\" are reserved. var=CODIUS_X");
    const std::vector<request_problem> expected_422 = {
      {"/manifest/containers/0/environment/CODIUS_X",
       "names that begin with CODIUS are the host's own"},
      {"/manifest/containers/0/environment/CODIUS_X",
       "names a variable that manifest.vars does not have"},
      {"/manifest/containers/0/environment/B",
       "needs a private variable that private.vars does not have"},
      {"/manifest/containers/1/id", "is the id of container 0 too"},
    };
    CHECK(filled.details == expected_422);
    CHECK(refuse(R"({"manifest":)").details.at(0).sentence
          == "line 1, column 13: the text ends where a value should be");
  }

  TEST_CASE("integer-like names come first when the first error is chosen") {
    CHECK(refuse(body_with(R"(,"environment":{"B":"$B","2":"$two","1":"$one"})")).message
          == "could not interpolate var. var=$one manifest.vars=undefined");
  }

  TEST_CASE("what no environment or argument can hold is refused") {
    for (const char* container : {R"(,"environment":{"A":"x\u0000y"})",
                                  R"(,"environment":{"A\u0000":"x"})", R"(,"environment":{"":"x"})",
                                  R"(,"command":["a","\u0000"])", R"(,"workdir":"/\u0000")"}) {
      CAPTURE(container);
      CHECK(refuse(body_with(container)).code == errc::unprocessable);
    }
    CHECK(
      refuse(body_with(R"(,"environment":{"A":"$X"})", R"(,"vars":{"X":{"value":"\u0000"}})")).code
      == errc::unprocessable);
    CHECK(refuse(body_with("", "", R"(,"x":")" + std::string(10, '\0') + "\"")).code
          == errc::malformed);
  }

  TEST_CASE("a manifest is as large as one environment variable may be, and no larger") {
    const size_t frame = accept(body_with(R"(,"workdir":"")")).manifest_json.size();
    const auto sized = [frame](size_t size) {
      return body_with(R"(,"workdir":")" + std::string(size - frame, 'w') + "\"");
    };
    CHECK(accept(sized(max_manifest_text)).manifest_json.size() == max_manifest_text);
    const auto refused = refuse(sized(max_manifest_text + 1));
    CHECK(refused.code == errc::unprocessable);
    CHECK(refused.details.at(0).sentence
          == "is 122881 bytes of JSON, at most 122880 fit into a pod's environment");
    // Blanks do not count; they are not kept.
    CHECK(accept(std::string(500'000, ' ') + sized(1000)).manifest_json.size() == 1000);
  }

  TEST_CASE("a small request cannot become a huge pod") {
    std::string environment = R"(,"environment":{"a":"$X")";
    for (int i = 0; i < 4000; ++i)
      environment += ",\"k" + std::to_string(i) + "\":\"$X\"";
    environment += "}";
    const std::string vars = R"(,"vars":{"X":{"value":")" + std::string(50'000, 'x') + "\"}}";
    const auto many_values = refuse(body_with(environment, vars));
    CHECK(many_values.code == errc::unprocessable);
    CHECK(many_values.message
          == "the environment has more than 524288 bytes when its variables are filled in");

    std::string containers = R"({"id":"c0","image":"i"})";
    for (int i = 1; i < 4000; ++i)
      containers += R"(,{"id":"c)" + std::to_string(i) + R"(","image":"i"})";
    const auto many_containers
      = refuse(R"({"manifest":{"name":"n","version":"v","containers":[)" + containers + "]}}");
    CHECK(many_containers.message == "a pod of this host has at most 32 containers");

    // One private value, hashed once however often it is named.
    const std::string secret
      = R"(,"private":{"vars":{"X":{"nonce":"n","value":")" + std::string(800'000, 's') + "\"}}}";
    const auto large_secret = refuse(
      body_with(environment, R"(,"vars":{"X":{"encoding":"private:sha256","value":"x"}})", secret));
    CHECK(large_secret.message.starts_with("private var does not match hash. var=$X"));
    CHECK(large_secret.details.size() == 50);
  }

  TEST_CASE("a refusal is never much larger than what it refuses") {
    std::string items = "1";
    for (int i = 0; i < 300'000; ++i)
      items += ",1";
    CHECK(refuse(R"({"manifest":{"name":"n","version":"v","containers":[)" + items + "]}}")
            .details.size()
          == 50);
    const auto long_name = refuse(R"({")" + std::string(1'000'000, 'x') + R"(":1})");
    CHECK(long_name.details.size() == 2);
    CHECK(long_name.details[1].pointer.size() < 200);
  }

  TEST_CASE("deep, truncated and mutilated bodies are refused or read, never worse") {
    CHECK(refuse(std::string(1'000'000, '[')).code == errc::malformed);
    CHECK(refuse(R"({"manifest":)" + std::string(63, '[') + std::string(63, ']') + "}").code
          == errc::invalid);
    CHECK(refuse("{\"manifest\":\"\xff\"}").code == errc::malformed);
    const std::string seed
      = R"({"manifest":{"name":"n","version":"v","port":"80","machine":"small","containers":[{"id":"a",)"
        R"("image":"i","command":["x"],"environment":{"A":"$X","B":"b"}}],"vars":{"X":{"encoding":"private:sha256",)"
        R"("value":"e8a88c5feca57760702e1186d1a727e6c344fbcff0cfe9d16f34a3dea7f302ac"}}},"private":{"vars":{"X":)"
        R"({"nonce":"00112233445566778899aabbccddeeff","value":"s3cr3t"}}}})";
    (void)accept(seed);
    for (size_t size = 0; size < seed.size(); ++size)
      (void)refuse(seed.substr(0, size));
    std::mt19937 random{1};
    const std::string_view spice = "{}[]\",:\\$0aCODIUS_nul\xc3\xed";
    for (int round = 0; round < 5000; ++round) {
      std::string text = seed;
      for (size_t edits = 1 + random() % 3; edits > 0; --edits) {
        const size_t at = random() % text.size();
        if (random() % 2 == 0)
          text[at] = spice[random() % spice.size()];
        else
          text.erase(at, 1 + random() % 20);
        if (text.empty())
          text = seed;
      }
      CAPTURE(text);
      const auto read_back = read(text);
      if (const auto* request = std::get_if<pod_request>(&read_back))
        REQUIRE(is_pod_id(request->spec.id.text));
      else
        REQUIRE_FALSE(std::get<pod_request_error>(read_back).details.empty());
    }
  }
}
