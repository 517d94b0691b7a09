#include "runtime/base/config.hpp"
#include "runtime/base/config_table.hpp"
#include "tests/runtime/base/config_fixture.hpp"

#include <set>

using namespace codius;
using namespace codius::tests;
using namespace std::chrono_literals;
using runtime::environment;

namespace {

const environment real{{"CODIUS_PUBLIC_URI", "https://h.example"}};

environment with(environment vars, const std::string& name, const std::string& text) {
  vars[name] = text;
  return vars;
}

/// For each setting: two right texts, and one that is wrong.
struct sample {
  std::string key, right, other, wrong;
};
const sample samples[] = {
  {"dev", "true", "yes", "maybe"},
  {"public_uri", "https://a.example", "http://b.example:8080", "ftp://c.example"},
  {"port", "4000", "65535", "65536"},
  {"bind_ip", "0.0.0.0", "::1", "localhost"},
  {"root", "/data", "/var/lib/x", "data"},
  {"run_dir", "/run/x", "/tmp/run", "./run"},
  {"cost_per_month", "12.5", "0", "1e3"},
  {"max_memory_fraction", "0.5", "1", "0"},
  {"additional_host_info", "false", "0", "TRUE"},
  {"pod_runtime", "noop", "oci", "hyper"},
  {"oci_runtime", "runc", "/opt/crun", "docker"},
  {"insecure_registries", "127.0.0.1:5000", "a.example,b.example:80", "a b"},
  {"pod_subnet", "10.1.0.0/16", "192.168.7.0/24", "10.1.0.1/16"},
  {"ilp_credentials", "btp+ws://:t@x.example:7768", R"({"server":"btp+wss://x.example"})",
   "http://x"},
  {"ilp_plugin", "ilp-plugin-btp", "ilp-plugin-btp", "ilp-plugin-xrp-escrow"},
  {"ilp_listen", "127.0.0.1:9000", "[::1]:9000", "9000"},
  {"admin_listen", "127.0.0.1:3001", "off", "0.0.0.0:3001"},
  {"asset_code", "USD", "DEV", "US Dollars"},
  {"asset_scale", "6", "0", "19"},
  {"min_duration", "5", "2m", "0"},
  {"max_duration", "3600", "30d", "3651d"},
  {"payment_timeout", "30", "2m", "2h"},
  {"pull_timeout", "30s", "1h", "-1"},
  {"bootstrap_peers", R"(["https://a.example"])", "https://a.example, https://b.example:8443",
   "a.example"},
  {"gossip_interval", "10", "250ms", "40ms"},
  {"known_peers", "10", "9000", "9"},
  {"self_test", "true", "false", "maybe"},
  {"self_test_retries", "1", "100", "0"},
  {"self_test_interval", "1", "2m", "2h"},
  {"log_level", "debug", "error", "verbose"},
  {"log_format", "json", "logfmt", "xml"},
  {"threads", "2", "256", "257"},
};

} // namespace

TEST_SUITE("runtime/base/config") {
  TEST_CASE("the defaults need nothing but the public URI") {
    const auto c = load({}, real);
    REQUIRE(complaint(c) == "");
    const auto& v = c->values;
    CHECK(v.public_uri == "https://h.example");
    CHECK(v.public_host == "h.example");
    CHECK(v.public_port == 443);
    CHECK(v.port == 3000);
    CHECK(v.bind_ip == "127.0.0.1");
    CHECK(v.root == "/var/lib/codius");
    CHECK(v.run_dir == "/run/codius");
    CHECK(v.cost_per_month == decimal{10, 0});
    CHECK(v.max_memory_fraction == 0.75);
    CHECK(v.additional_host_info);
    CHECK(v.pod_runtime == runtime::pod_runtime_kind::oci);
    CHECK(v.oci_runtime.empty());
    CHECK(v.insecure_registries.empty());
    CHECK(v.pod_subnet == "10.88.0.0/16");
    CHECK_FALSE(v.ilp_listen);
    REQUIRE(v.uplink);
    CHECK(*v.uplink
          == net::btp_uri{false, "", "abababababababababababababababab", "localhost", 7768, "/"});
    CHECK(v.ledger == asset{"XRP", 9});
    CHECK(v.min_duration == 1s);
    CHECK(v.max_duration == 31'536'000s);
    CHECK(v.payment_timeout == 60s);
    CHECK(v.pull_timeout == 600s);
    CHECK(v.threads == 0);
    CHECK(c->warnings.empty());
  }

  TEST_CASE("development mode needs nothing at all") {
    for (const auto& c : {load({"--dev"}), load({}, {{"CODIUS_DEV", "true"}})}) {
      REQUIRE(complaint(c) == "");
      CHECK(c->values.public_uri == "http://localhost:3000");
      CHECK_FALSE(c->values.uplink);
      CHECK(c->values.ilp_listen == runtime::listen_address{"127.0.0.1", 7768});
      CHECK(c->warnings.empty());
    }
    const auto paired = load({"--dev", "--ilp-credentials", "btp+ws://localhost:1"});
    REQUIRE(paired);
    CHECK(paired->values.uplink);
    CHECK_FALSE(paired->values.ilp_listen);
    CHECK_FALSE(load({"--dev=false"}));
  }

  TEST_CASE("the public URI follows the port in development mode") {
    const auto fixed = load({"--dev", "--port", "4000"});
    CHECK(fixed->values.public_uri == "http://localhost:4000");
    const auto any = load({"--dev", "--port", "0"});
    REQUIRE(any);
    CHECK(runtime::effective_public_uri(any->values, 12345) == "http://localhost:12345");
    CHECK(runtime::effective_public_uri(fixed->values, 4000) == "http://localhost:4000");
    const auto named = load({"--dev", "--port=0", "--public-uri", "http://x.example"});
    CHECK(runtime::effective_public_uri(named->values, 12345) == "http://x.example");
  }

  TEST_CASE("every setting can be set in all three ways, and each refuses what is wrong") {
    std::set<std::string> covered;
    for (const auto& row : samples) {
      CAPTURE(row.key);
      covered.insert(row.key);
      const auto all = runtime::settings();
      const auto s
        = std::find_if(all.begin(), all.end(), [&](auto& x) { return x.key == row.key; });
      REQUIRE(s != all.end());
      auto base = row.key == "public_uri" ? environment{} : real;
      for (const auto& text : {row.right, row.other}) {
        CAPTURE(text);
        const auto by_flag = load({runtime::flag_of(*s) + "=" + text}, base);
        CHECK(complaint(by_flag) == "");
        CHECK(origin_of(*by_flag, row.key).source == "flag " + runtime::flag_of(*s));
        for (auto variable : s->variables) {
          const auto by_variable = load({}, with(base, std::string{variable}, " " + text + " "));
          CHECK(complaint(by_variable) == "");
          CHECK(origin_of(*by_variable, row.key).source == "environment " + std::string{variable});
        }
        const settings_file file{"# first\n" + row.key + " = '" + text + "'\n"};
        auto file_base = base;
        for (auto variable : s->variables)
          file_base.erase(std::string{variable});
        const auto by_file = load({"--config", file.path}, file_base);
        CHECK(complaint(by_file) == "");
        CHECK(origin_of(*by_file, row.key).source == file.path + ":2");
      }
      const auto why = complaint(load({runtime::flag_of(*s) + "=" + row.wrong}, base));
      CHECK(why.find(row.key + " is ") != std::string::npos);
      CHECK(why.find(s->is_secret ? "not shown" : log::quote(row.wrong)) != std::string::npos);
      CHECK(why.find("flag " + runtime::flag_of(*s)) != std::string::npos);
      CHECK(why.find("must be " + std::string{s->right}) != std::string::npos);
    }
    CHECK(covered.size() == runtime::settings().size());
  }

  TEST_CASE("the self-test is on for a real host, off in development mode, and off without pods") {
    CHECK(load({}, real)->values.self_test);
    CHECK_FALSE(load({"--dev"})->values.self_test);
    CHECK(load({"--dev", "--self-test", "true"})->values.self_test);
    CHECK_FALSE(load({"--self-test", "false"}, real)->values.self_test);
    const auto noop = load({"--dev", "--self-test", "true", "--pod-runtime", "noop"});
    REQUIRE(noop);
    CHECK_FALSE(noop->values.self_test);
    REQUIRE(noop->warnings.size() == 1);
    CHECK(noop->warnings[0].find("self_test is off") == 0);
  }

  TEST_CASE("flags win over variables, variables over the file, the file over the default") {
    const settings_file file{"port = 1\nbind_ip = \"127.0.0.2\"\nlog_level = 'debug'\n"};
    const auto c = load({"--config", file.path, "--port", "3"},
                        with(with(real, "CODIUS_PORT", "2"), "CODIUS_BIND_IP", "127.0.0.3"));
    REQUIRE(complaint(c) == "");
    CHECK(c->values.port == 3);
    CHECK(c->values.bind_ip == "127.0.0.3");
    CHECK(c->values.log_level == log::level::debug);
    CHECK(origin_of(*c, "threads").source == "default");
  }

  TEST_CASE(
    "unknown flags are refused with the nearest one; values after them are not held against") {
    CHECK(complaint(load({"--prot", "1"}, real)) == "\"--prot\" is no flag; did you mean --port?");
    CHECK(complaint(load({"--check-confg"}, real))
          == "\"--check-confg\" is no flag; did you mean --check-config?");
    CHECK(complaint(load({"--xyzzyplugh=1"}, real)) == "\"--xyzzyplugh\" is no flag");
    CHECK(complaint(load({"start"}, real)) == "unexpected argument \"start\"");
    CHECK(complaint(load({"--port"}, real)).find("--port") != std::string::npos);
    const auto twice
      = complaint(load({"--ilp-credentials", "s3cret", "--ilp-credentials", "b"}, real));
    CHECK(twice == "--ilp-credentials: At Most 1 required but received 2");
  }

  TEST_CASE("everything wrong is told at once") {
    const settings_file file{"threads = 'many'\nx = 1\n"};
    const auto why = complaint(
      load({"--port", "x", "--nope", "--config", file.path}, {{"CODIUS_BIND_IP", "y"}}));
    CHECK(std::count(why.begin(), why.end(), '\n') == 5);
  }

  TEST_CASE("the uplink is a URL or the original's JSON") {
    const std::pair<std::string, net::btp_uri> rows[] = {
      {"btp+ws://:tok@h:1", {false, "", "tok", "h", 1, "/"}},
      {"btp+wss://me:tok@h/x", {true, "me", "tok", "h", 443, "/x"}},
      {R"({"server":"btp+ws://me:tok@h:7768"})", {false, "me", "tok", "h", 7768, "/"}},
      {R"({"server":"btp+ws://h:7768","btpAccount":"a","btpToken":"b","x":[1]})",
       {false, "a", "b", "h", 7768, "/"}},
    };
    for (const auto& [text, expected] : rows) {
      CAPTURE(text);
      const auto c = load({}, with(real, "ILP_CREDENTIALS", text));
      REQUIRE(complaint(c) == "");
      CHECK(*c->values.uplink == expected);
    }
    for (const char* text : {"{", "{}", "[]", R"({"server":1})", R"({"server":"http://x"})",
                             R"({"server":"btp+ws://h","btpToken":1})", "btp+ws://", "moneyd"}) {
      CAPTURE(text);
      const auto why = complaint(load({}, with(real, "ILP_CREDENTIALS", text)));
      CHECK(why.find("ilp_credentials is a value that is not shown (environment ILP_CREDENTIALS)")
            == 0);
    }
  }

  TEST_CASE("variables of the original that mean nothing here, and slips, give a warning each") {
    const auto c = load({}, {{"CODIUS_PUBLIC_URI", "https://h.example"},
                             {"CODIUS_ADMIN_API", "true"},
                             {"CODIUS_HYPER_SOCKET", ""},
                             {"CODIUS_PROT", "1"},
                             {"NODE_ENV", "test"}});
    REQUIRE(c);
    CHECK(c->warnings
          == std::vector<std::string>{
            "CODIUS_ADMIN_API has no effect: a setting of the original host that is not used",
            "\"CODIUS_PROT\" has no effect: no such setting; did you mean CODIUS_PORT?"});
  }

  TEST_CASE("CODIUS_HYPER_NOOP is the noop runtime, unless something says otherwise") {
    const auto noop = with(real, "CODIUS_HYPER_NOOP", "true");
    CHECK(load({}, noop)->values.pod_runtime == runtime::pod_runtime_kind::noop);
    CHECK(load({"--pod-runtime", "oci"}, noop)->values.pod_runtime
          == runtime::pod_runtime_kind::oci);
    CHECK(load({}, with(real, "CODIUS_HYPER_NOOP", "no"))->values.pod_runtime
          == runtime::pod_runtime_kind::oci);
    CHECK_FALSE(load({}, with(noop, "CODIUS_POD_RUNTIME", "oci")));
    CHECK(load({}, with(noop, "CODIUS_POD_RUNTIME", "noop")));
    CHECK_FALSE(load({}, with(real, "CODIUS_HYPER_NOOP", "perhaps")));
  }

  TEST_CASE("help and version look at nothing else") {
    CHECK(load({"--help"})->wanted == runtime::command::help);
    CHECK(load({"-h", "--port", "x"})->wanted == runtime::command::help);
    CHECK(load({"--version"})->wanted == runtime::command::version);
    CHECK(load({"--check-config"}, real)->wanted == runtime::command::check_config);
    CHECK_FALSE(load({"--help", "--nope"}));
  }

  TEST_CASE("an environment is read as it comes") {
    const char* const raw[] = {"A=1", "B=", "C", "D=x=y", nullptr};
    CHECK(runtime::read_environment(raw) == environment{{"A", "1"}, {"B", ""}, {"D", "x=y"}});
    CHECK(runtime::read_environment(nullptr).empty());
  }
}
