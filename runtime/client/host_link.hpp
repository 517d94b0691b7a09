#pragma once
#include "messages/error.hpp"
#include "net/asio.hpp"
#include "net/http/message.hpp"
#include "net/http/uri.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace codius::client {

struct host_request {
  std::string method;
  std::string target; ///< path and query
  net::http_fields fields;
  std::string body;
  /// Told each piece of a 200's body as it comes; then the answer has none, and the time limit is
  /// for each piece.
  std::function<void(std::string_view)> on_piece = {};
};

/// Where a host is, and who says so.
struct host_place {
  host_place(net::http_uri at, bool of_stranger = false)
    : uri(std::move(at)), named_by_stranger(of_stranger) {}
  net::http_uri uri;      ///< its target is "/"
  bool named_by_stranger; ///< then only public addresses are connected to
};

/// One host over HTTP. Follows no redirects, and takes answers of at most 1 MiB. Connections are
/// kept for the next request. Single executor.
class host_link {
public:
  explicit host_link(host_place host);

  /// Errors: `unavailable` (nobody there), `timed_out`, `malformed`, `too_large`, in words for
  /// people. The coroutine owns what it uses, so it may be left alone.
  asio::awaitable<result<net::http_response>> ask(host_request request,
                                                  std::chrono::milliseconds limit);
  /// "https://host.example", for sentences.
  const std::string& name() const { return name_; }

private:
  struct connections;
  std::shared_ptr<connections> connections_;
  std::string name_;
  bool public_only_;
};

} // namespace codius::client
