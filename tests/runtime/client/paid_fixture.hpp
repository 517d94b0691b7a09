#pragma once
// Uploads that pay, to a host that behaves as each test asks.
#include "tests/runtime/client/fake_host.hpp"
#include "tests/runtime/client/upload_fixture.hpp"

namespace codius::tests {

struct paid_fixture : upload_fixture {
  client::purchase_result upload_to(const fake_host& host) {
    options.hosts = {*client::parse_host(host.url())};
    options.ledger = *net::parse_btp_uri(host.ledger());
    result = run();
    return result;
  }
  client::failure fail_at(const fake_host& host) {
    upload_to(host);
    REQUIRE(!result.end);
    return result.end.failure();
  }
  /// Everything that was ever sent before the first paid request.
  static std::string quotes(fake_host& host) {
    std::string out;
    for (const auto& r : host.requests())
      if (r.method == "OPTIONS")
        out += r.head + r.body + "\n";
    return out;
  }
};

} // namespace codius::tests
