#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codius::net {

/// One header field as it was written; names compare without regard to case.
struct http_field {
  std::string name;
  std::string value;
  bool operator==(const http_field&) const = default;
};

/// Header fields in their order of arrival, repeated names kept.
class http_fields {
public:
  http_fields() = default;
  http_fields(std::initializer_list<http_field> list) : list_(list) {}

  void add(std::string name, std::string value);
  /// Adds the field and removes all others of its name.
  void set(std::string name, std::string value);
  void remove(std::string_view name);

  /// The first value of that name; null when there is none.
  const std::string* find(std::string_view name) const noexcept;
  /// The first value of that name; empty when there is none.
  std::string_view get(std::string_view name) const noexcept;
  size_t count(std::string_view name) const noexcept;
  /// True when an element of a comma-separated field (all of that name) is `token`.
  bool has_element(std::string_view name, std::string_view token) const noexcept;

  auto begin() const noexcept { return list_.begin(); }
  auto end() const noexcept { return list_.end(); }
  size_t size() const noexcept { return list_.size(); }
  bool empty() const noexcept { return list_.empty(); }
  void reserve(size_t n) { list_.reserve(n); }
  bool operator==(const http_fields&) const = default;

private:
  std::vector<http_field> list_;
};

/// `key=value` pairs of a query, decoded, in order, repeated keys kept.
using query_list = std::vector<std::pair<std::string, std::string>>;

/// A whole request as an API handler sees it.
struct http_request {
  std::string method; ///< a token, case kept
  std::string target; ///< origin form as received, e.g. "/pods?manifestHash=abc"
  std::string path;   ///< percent-decoded, well-formed UTF-8, begins with '/'
  query_list query;   ///< decoded
  unsigned minor = 1; ///< HTTP/1.`minor`: 0 or 1
  std::string host;   ///< the authority asked for: Host, or that of an absolute-form target
  http_fields fields;
  std::string body;    ///< without transfer coding; content coding untouched
  std::string peer_ip; ///< of the connection, not of any header
  uint16_t peer_port = 0;

  /// The first value of `key` in the query; null when there is none.
  const std::string* find_query(std::string_view key) const noexcept;
};

struct body_producer; // body_writer.hpp

/// A whole response. The server adds Date, Content-Length, Transfer-Encoding and Connection by
/// itself and ignores such fields here.
struct http_response {
  unsigned status = 200; ///< 200 to 599
  http_fields fields;
  std::string body;
  /// Makes the body while it is sent, instead of `body`; see `produce`. Null: none.
  std::shared_ptr<const body_producer> stream = nullptr;
};

/// The phrase of a status line, e.g. 413 "Payload Too Large"; "Unknown" for a status without one.
std::string_view reason_phrase(unsigned status) noexcept;

} // namespace codius::net
