#pragma once
#include "net/ilp/btp_server.hpp"
#include "net/ilp/ildcp.hpp"
#include "tests/net/ilp/ilp_fixture.hpp"

namespace codius::tests {

/// A parent at test.parent, whose children learn their address and nothing else.
struct btp_server_fixture : ilp_fixture {
  net::btp_server_options options;
  std::shared_ptr<net::memory_btp_accounts> accounts = std::make_shared<net::memory_btp_accounts>();
  std::shared_ptr<net::btp_server> subject;
  std::vector<std::string> connected, disconnected;
  std::vector<std::shared_ptr<net::ilp_link>> links;
  bool wanted = true;

  ~btp_server_fixture() {
    links.clear();
    if (subject)
      subject->stop();
    settle();
  }
  void listen() {
    const net::btp_server_events events{
      [this](const std::string& account, std::shared_ptr<net::ilp_link> link) -> net::ilp_handler {
        connected.push_back(account);
        links.push_back(std::move(link));
        if (!wanted)
          return {};
        return [this, account](net::ilp_prepare p) {
          return answer_now(
            net::answer_ildcp(p, {"test.parent." + account, 2, "USD"}, "test.parent", *now));
        };
      },
      [this](const std::string& account, const std::shared_ptr<net::ilp_link>&) {
        disconnected.push_back(account);
      }};
    auto started = net::btp_server::listen(io.get_executor(), world, options, accounts, events);
    REQUIRE(started);
    subject = *started;
  }
  std::shared_ptr<net::message_socket> dial() {
    const net::message_socket_target target{"127.0.0.1", subject->port(), "/", false, ""};
    auto socket = net::make_client_socket(io.get_executor(), target, {});
    REQUIRE(run(socket->handshake()));
    return socket;
  }
  void gone() {
    until([&] { return subject->connections() == 0; });
  }
};

/// Auth without a user name; the token is "tok1".
inline const std::string auth_frame
  = "06000000011a0102046175746800000a617574685f746f6b656e0104746f6b31";

} // namespace codius::tests
