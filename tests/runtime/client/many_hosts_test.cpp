// Several hosts, records, and the commands that work on them.
#include "runtime/client/extend.hpp"
#include "runtime/client/hosts.hpp"
#include "runtime/client/pod_address.hpp"
#include "runtime/client/status.hpp"
#include "runtime/client/upload_run.hpp"
#include "tests/runtime/client/many_hosts_fixture.hpp"

using namespace codius;
using namespace codius::client;
using namespace codius::tests;
using namespace std::chrono_literals;

TEST_SUITE("runtime/client/many_hosts") {
  TEST_CASE_FIXTURE(many_hosts_fixture, "C-01 several hosts are quoted and paid side by side") {
    fake_host host;
    const auto second = host.another(900), third = host.another(1100);
    CHECK(upload_by_hand({"--host", host.url(), "--host", second, "--host", third, "--btp",
                          host.ledger(), "--json"})
          == 0);
    CHECK(host.received() == 3000);
    const auto report = *runtime::parse_json(out);
    CHECK(report.find("hosts")->array()->size() == 3);
    CHECK(state().find("hostList")->array()->size() == 3);
    const auto saved = state();
    const auto& details = *saved.find("status")->find("hostDetails");
    CHECK(*details.find(second)->find("price")->find_text("totalPaid") == "900");
    // And they are all extended.
    CHECK(give(extend_commands(), "extend",
               {"-y", "--btp", host.ledger(), "--codius-state-file", options.state_file})
          == 0);
    CHECK(host.received() == 6000);
    const auto after = state();
    CHECK(
      *after.find("status")->find("hostDetails")->find(third)->find("price")->find_text("totalPaid")
      == "2200");
    CHECK(err.find(third + ": ") != err.npos);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "C-05 when an upload fails, the exit code says so") {
    fake_host host{{.after_payment = [](int, const std::string&) {
      return answer(500, R"({"message":"out of order"})");
    }}};
    const auto second = host.another(900);
    CHECK(upload_by_hand({"--host", host.url(), "--host", second, "--btp", host.ledger()})
          == static_cast<int>(exit_code::host));
    CHECK(out.find("The pod runs at 0 of 2 hosts.") != out.npos);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "one host that is too dear keeps all money here") {
    fake_host host;
    const auto dear = host.another(5'000'000'000);
    CHECK(upload_by_hand({"--host", host.url(), "--host", dear, "--btp", host.ledger()})
          == static_cast<int>(exit_code::payment));
    CHECK(err.find("--max-monthly-rate 10 XRP allows 0.002283107 XRP") != err.npos);
    CHECK(host.received() == 0);
    CHECK(!std::filesystem::exists(options.state_file));
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "the cheapest are chosen, and C-13 nobody is asked twice") {
    fake_host host;
    const std::string urls[]
      = {host.another(400), host.another(300), host.another(5'000'000'000), host.another(200)};
    std::string list = "\"" + host.url() + "\"";
    for (const auto& url : urls)
      list += ",\"" + url + "\"";
    const auto file = write("codiushosts.json", "{\"hosts\":[" + list + "]}");
    CHECK(upload_by_hand({"--host-count", "2", "--codius-hosts-file", file, "--btp", host.ledger()})
          == 0);
    CHECK(host.received() == 500);
    CHECK(count(host.requests(), "OPTIONS") == 5);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "C-12 the same bad host twice in a list is one bad host") {
    fake_host host{{.quoted = "\"NaN\""}};
    const auto file = write("codiushosts.json", "{\"hosts\":[\"" + host.url() + "\",\"" + host.url()
                                                  + "/\",\"" + host.url() + "/x?y\"]}");
    CHECK(upload_by_hand({"-c", "1", "--codius-hosts-file", file, "--btp", host.ledger()})
          == static_cast<int>(exit_code::host));
    CHECK(err.find("found 0 of 1 hosts within the limits") != err.npos);
    CHECK(count(host.requests(), "OPTIONS") == 1);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "C-08 a new record keeps the old one, and nothing else does") {
    fake_host host;
    const words to{"--host", host.url(), "--btp", host.ledger()};
    CHECK(upload_by_hand(to) == 0);
    const auto old = read(options.state_file);
    const auto paid = host.received();
    CHECK(upload_by_hand(to) == static_cast<int>(exit_code::user));
    CHECK(err.find("is the record of an earlier upload") != err.npos);
    CHECK(host.received() == paid);
    auto again = to;
    again.push_back("-o");
    CHECK(upload_by_hand(again) == 0);
    const auto kept
      = options.state_file + ".old-" + state().find_text("manifestHash")->substr(0, 12);
    CHECK(read(kept) == old);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "C-09 a HOSTS variable that is there is not replaced") {
    options.codius_file = write(
      "codius.json",
      R"({"manifest":{"name":"a","version":"1","machine":"small","containers":[{"id":"web","image":"hello)"
        + digest + R"(","environment":{"HOSTS":"mine"}}]}})");
    fake_host host;
    CHECK(upload_by_hand({"--host", host.url(), "--btp", host.ledger(), "--add-host-env"})
          == static_cast<int>(exit_code::user));
    CHECK(err.find("would replace the variable HOSTS") != err.npos);
    CHECK(host.received() == 0);
    CHECK(!std::filesystem::exists(options.state_file));
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "--add-host-env tells every container where it runs") {
    fake_host host;
    const auto second = host.another(1000);
    CHECK(upload_by_hand(
            {"--host", host.url(), "--host", second, "--btp", host.ledger(), "-a", "--debug"})
          == 0);
    const auto saved = state();
    const auto& manifest = *saved.find("generatedManifest")->find("manifest");
    const auto& container = (*manifest.find("containers")->array())[0];
    CHECK(*container.find("environment")->find_text("HOSTS")
          == "[\"" + host.url() + "\",\"" + second + "\"]");
    CHECK(*manifest.find("debug")->boolean());
    CHECK(runtime::hash_manifest(manifest).text == *saved.find_text("manifestHash"));
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "C-10 any pod can be extended by its hash, with variables too") {
    use_private_values();
    fake_host host{{.quote_needs_private = true}};
    CHECK(upload_by_hand({"--host", host.url(), "--btp", host.ledger()}) == 0);
    const auto hash = *state().find_text("manifestHash");
    const auto paid = host.received();
    CHECK(give(extend_commands(), "extend-hash",
               {hash, "--host", host.url(), "-y", "--btp", host.ledger()})
          == 0);
    CHECK(host.received() == 2 * paid);
    const auto all = host.requests();
    CHECK(all.back().method == "PUT");
    CHECK(all.back().body == "");
    const auto& head = all.back().head;
    const auto token = head.substr(head.find("Pay-Token: ") + 11, 22);
    CHECK(give(extend_commands(), "extend-hash",
               {hash, "--host", host.url(), "-y", "--btp", host.ledger(), "--pay-token", token})
          == 0);
    CHECK(host.received() == 2 * paid); // the token had paid before
    CHECK(give(extend_commands(), "extend-hash",
               {std::string(52, 'a'), "--host", host.url(), "-y", "--btp", host.ledger()})
          == static_cast<int>(exit_code::host));
  }

  TEST_CASE("C-11 a pod's address may be http") {
    const std::string hash(52, 'a');
    const auto at = [&](const std::string& text) {
      const auto pod = read_pod_address(text, {});
      return pod ? origin_of(pod->hosts.at(0)) : pod.failure().what;
    };
    CHECK(at("http://" + hash + ".h.example:8080/path") == "http://h.example:8080");
    CHECK(at("https://" + hash + ".h.example/") == "https://h.example");
    CHECK(at(hash + ".h.example") == "https://h.example");
    CHECK(at(hash + ".localhost:3000") == "http://localhost:3000");
    CHECK(at(hash) == "\"" + hash + "\" does not say at which host the pod is");
    CHECK(at("https://h.example/") == "\"https://h.example/\" names no pod");
    CHECK(read_pod_address(hash, {*parse_host("http://h")})->hosts.size() == 1);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "C-15 what was paid for nothing is recorded, and the next upload spends it") {
    int answers = 0;
    fake_host host{{.after_payment = [&](int, const std::string& hash) {
      return ++answers == 1 ? answer(500, R"({"message":"out of order"})")
                            : fake_host::delivered(hash);
    }}};
    use_private_values(); // whose nonces would make another pod of it
    const words to{"--host", host.url(), "--btp", host.ledger(), "--json"};
    CHECK(upload_by_hand(to) == static_cast<int>(exit_code::host));
    const auto first = state();
    const auto token = *first.find("unfinished")->find(host.url())->find_text("payToken");
    CHECK(*first.find("unfinished")->find(host.url())->find_text("paid") == "1000");
    CHECK(*runtime::parse_json(out)->find_text("payToken") == token);
    CHECK(give(status_commands(), "status", {"--codius-state-file", options.state_file})
          == static_cast<int>(exit_code::host));
    CHECK(out.find("pay token " + token) != out.npos);
    CHECK(upload_by_hand(to) == 0);
    CHECK(host.received() == 1000); // and not again
    const auto second = state();
    CHECK(*second.find_text("manifestHash") == *first.find_text("manifestHash"));
    CHECK(!second.find("unfinished"));
    CHECK(*second.find("status")
             ->find("hostDetails")
             ->find(host.url())
             ->find("price")
             ->find_text("totalPaid")
          == "1000");
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "the pay token is on disk before the money is with the host") {
    std::string seen;
    fake_host host{{.after_payment = [&](int, const std::string& hash) {
      seen = read(options.state_file); // a kill now would leave this
      return fake_host::delivered(hash);
    }}};
    CHECK(upload_by_hand({"--host", host.url(), "--btp", host.ledger()}) == 0);
    const auto then = runtime::parse_json(seen);
    REQUIRE(then);
    const auto token = *then->find("unfinished")->find(host.url())->find_text("payToken");
    CHECK(host.requests().back().head.find("Pay-Token: " + token + "\r\n") != std::string::npos);
    CHECK(read(options.state_file).find(token) == std::string::npos);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "the monthly limit counts at the real rate, before money moves") {
    fake_host host{{.unit = R"(,"assetCode":"EUR","assetScale":2)",
                    .worth = 3,
                    .asset_code = "EUR",
                    .asset_scale = 2}};
    const words to{"--host", host.url(), "--btp", host.ledger(), "-m"};
    auto little = to;
    little.insert(little.end(), {"0.00001", "-u", "XRP"});
    CHECK(upload_by_hand(little) == static_cast<int>(exit_code::payment));
    CHECK(err.find("costs 0.000003001 XRP (3001 units), and the most to be paid is 0.000000004 XRP")
          != err.npos);
    CHECK(host.received() == 0);
    CHECK(!std::filesystem::exists(options.state_file));
    auto none = to;
    none.insert(none.end(), {"10", "-u", "USD"});
    CHECK(upload_by_hand(none) == static_cast<int>(exit_code::user));
    CHECK(err.find("--max-monthly-rate 10 USD cannot be compared") != err.npos);
    auto theirs = to; // in the host's asset: how much of ours that is, nobody said
    theirs.insert(theirs.end(), {"1", "-u", "EUR"});
    CHECK(upload_by_hand(theirs) == static_cast<int>(exit_code::payment));
    CHECK(err.find("--max-monthly-rate 1 EUR allows 0.02 EUR (2 units)") != err.npos);
    auto enough = to;
    enough.insert(enough.end(), {"10", "-u", "XRP"});
    CHECK(upload_by_hand(enough) == 0);
    CHECK(host.received() >= 1000);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "status says what a host holds of an unfinished payment") {
    bool paid = false;
    fake_host network{{.after_payment = [&](int, const std::string&) {
      paid = true;
      return answer(500, R"({"message":"out of order","credit":"1000"})");
    }}};
    CHECK(upload_by_hand({"--host", network.url(), "--btp", network.ledger()}) != 0);
    CHECK(paid);
    const auto token = *state().find("unfinished")->find(network.url())->find_text("payToken");
    const tiny_server bank{[&](const tiny_request& r) {
      CHECK(r.target == "/credits");
      CHECK(r.head.find("Pay-Token: " + token + "\r\n") != std::string::npos);
      return answer(200, R"({"credits":[{"amount":"1000","assetCode":"XRP","assetScale":9},5]})");
    }};
    auto moved = *pod_state::parse(read(options.state_file), "s");
    moved.forget_unfinished(network.url());
    moved.set_unfinished(bank.url(), token);
    REQUIRE(write_file_safely(options.state_file, moved.text()));
    CHECK(give(status_commands(), "status", {"--codius-state-file", options.state_file}) == 2);
    CHECK(out.find("the host holds 0.000001 XRP (1000 units) for it") != out.npos);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "an unfinished payment is not lost to another manifest") {
    fake_host host{{.after_payment = [](int, const std::string&) {
      return answer(500, R"({"message":"out of order"})");
    }}};
    const words to{"--host", host.url(), "--btp", host.ledger()};
    CHECK(upload_by_hand(to) != 0);
    const auto before = read(options.state_file);
    auto other = small_codius;
    other.replace(other.find("1.0.0"), 5, "2.0.0");
    write("codius.json", other);
    CHECK(upload_by_hand(to) == static_cast<int>(exit_code::user));
    CHECK(err.find("is the record of an unfinished payment for another manifest") != err.npos);
    CHECK(read(options.state_file) == before);
    CHECK(host.received() == 1000);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "--keep buys what is missing, and nothing where it is not") {
    fake_host host;
    CHECK(upload_by_hand({"--host", host.url(), "--btp", host.ledger()}) == 0);
    const auto paid = host.received();
    auto saved = *pod_state::parse(read(options.state_file), "s");
    const auto now = world.world.utc_now();
    const auto& name = host.url();
    saved.record(name, {"http://u/", saved.hash(), now + 1h}, 0, {"XRP", 9});
    REQUIRE(write_file_safely(options.state_file, saved.text()));
    const words common{"-y", "--btp", host.ledger(), "--codius-state-file", options.state_file};
    auto enough = common;
    enough.insert(enough.end(), {"--keep", "50m"});
    CHECK(give(extend_commands(), "extend", enough) == 0);
    CHECK(out == "Nothing had to be paid.\n");
    CHECK(host.received() == paid);
    auto more = common;
    more.insert(more.end(), {"--keep", "2h"});
    CHECK(give(extend_commands(), "extend", more) == 0);
    const auto target = host.requests().back().target;
    const auto seconds = std::stoi(target.substr(target.find("duration=") + 9));
    CHECK(seconds >= 3600);
    CHECK(seconds <= 3700);
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "status tells what each host says") {
    fake_host host;
    CHECK(upload_by_hand({"--host", host.url(), "--btp", host.ledger()}) == 0);
    const words of{"--codius-state-file", options.state_file};
    CHECK(give(status_commands(), "status", of) == 0);
    CHECK(out.find("runs    " + host.url()) != out.npos);
    CHECK(out.find("paid   1000 nXRP in all") != out.npos);
    auto saved = *pod_state::parse(read(options.state_file), "s");
    saved.record("http://127.0.0.1:1", {"http://u/", saved.hash(), world.world.utc_now()}, 0,
                 {"XRP", 9});
    REQUIRE(write_file_safely(options.state_file, saved.text()));
    auto json = of;
    json.push_back("--json");
    CHECK(give(status_commands(), "status", json) == static_cast<int>(exit_code::host));
    const auto report = *runtime::parse_json(out);
    CHECK(!*report.find("ok")->boolean());
    CHECK(*(*report.find("hosts")->array())[0].find("running")->boolean());
    CHECK(!*(*report.find("hosts")->array())[1].find("running")->boolean());
  }

  TEST_CASE_FIXTURE(many_hosts_fixture,
                    "hosts are found by asking others, and told with their price") {
    std::string first;
    const tiny_server cheap{[&](const tiny_request& r) {
      return r.target == "/info"
               ? answer(200, R"({"costPerMonth":2.5,"currency":"XRP","acceptingUploads":true})")
               : answer(200, R"({"peers":["ftp://x","http://127.0.0.1:1/path",5,null,")" + first
                               + R"("]})");
    }};
    const tiny_server dear{[&](const tiny_request& r) {
      return r.target == "/info" ? answer(
               200, R"({"costPerMonth":10,"currency":"X\u001b[RP","acceptingUploads":true})")
                                 : answer(200, "{\"peers\":[\"" + cheap.url() + "\"]}");
    }};
    first = dear.url();
    const auto file = (directory / "found.json").string();
    CHECK(give(hosts_commands(), "hosts", {"--host", dear.url(), "--save", file}) == 0);
    CHECK(out.find(cheap.url()) < out.find(dear.url()));
    CHECK(out.find("2.5 XRP") != out.npos);
    CHECK(out.find('\x1b') == out.npos);
    const auto saved = read_hosts_file(file);
    REQUIRE(saved);
    CHECK((*saved)->size() == 2);
  }

  TEST_CASE("peers of strangers are https, and only so many") {
    const auto stranger = host_place{*net::parse_http_uri("https://h.example")};
    std::string list;
    for (int i = 0; i < 3000; ++i)
      list += (i ? "," : "") + std::string{"\"https://h"} + std::to_string(i) + ".example\"";
    const auto many = read_peers(*runtime::parse_json("{\"peers\":[" + list + "]}"), stranger);
    CHECK(many.size() == 1000);
    CHECK(many[0].named_by_stranger);
    CHECK(
      read_peers(*runtime::parse_json(R"({"peers":["http://10.0.0.1","https://a","https://a"]})"),
                 stranger)
        .size()
      == 1);
    CHECK(read_peers(*runtime::parse_json(R"({"peers":5})"), stranger).empty());
    CHECK(read_peers(*runtime::parse_json("[]"), stranger).empty());
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "bad files of hosts are refused, and nobody is asked") {
    fake_host host;
    for (const char* text : {"", "nope", "[]", R"({"hosts":"x"})", R"({"hosts":[]})",
                             R"({"hosts":[5]})", R"({"hosts":["ftp://x"]})", "\xff"}) {
      CAPTURE(text);
      const auto file = write("codiushosts.json", text);
      CHECK(upload_by_hand({"--codius-hosts-file", file, "--btp", host.ledger()})
            == static_cast<int>(exit_code::user));
      CHECK(err.find("codiushosts.json ") != err.npos);
    }
    CHECK(upload_by_hand({"--codius-hosts-file", "nowhere", "--btp", host.ledger()})
          == static_cast<int>(exit_code::user));
    CHECK(err.find("nowhere does not exist") != err.npos);
    CHECK(host.requests().empty());
  }

  TEST_CASE_FIXTURE(many_hosts_fixture, "hosts that misbehave leave the record untouched") {
    write("default.codiusstate.json", "mine");
    for (const char* quoted : {"\"9223372036854775808\"", "\"-5\"", "1.5", "\"NaN\"", "null"}) {
      CAPTURE(quoted);
      fake_host host{{.quoted = quoted}};
      CHECK(upload_by_hand({"-o", "--host", host.url(), "--btp", host.ledger()})
            == static_cast<int>(exit_code::host));
      CHECK(read(options.state_file) == "mine");
      CHECK(host.received() == 0);
    }
  }
}
