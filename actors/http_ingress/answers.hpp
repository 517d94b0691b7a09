#pragma once
#include "messages/roles.hpp"
#include "net/http/message.hpp"
#include "net/http/uri.hpp"
#include "runtime/base/iso_time.hpp"
#include "runtime/base/json.hpp"

namespace codius::actors {

/// A JSON answer with the headers that the original host gives.
net::http_response json_answer(unsigned status, const runtime::json& body);

/// The same from a text that is JSON already.
net::http_response json_text_answer(unsigned status, std::string text);

/// What `GET /version` says.
net::http_response version_answer();

/// An error answer: the original's three members, `code` and `hint`, and whatever `more` adds.
/// `status` is for where it does not follow from the code.
net::http_response error_answer(const error& why, const runtime::json_object& more = {},
                                unsigned status = 0);

using runtime::iso_time;

/// The public URI with `<hash>.` in front of its host, e.g. "http://<hash>.example.com:3000/".
std::string pod_url(const net::http_uri& public_uri, const pod_id& id);

/// Reads the `duration` of a request: whole seconds between the operator's bounds; 3600 when
/// absent or empty, as in the original. Errors: `invalid_duration`.
result<std::chrono::seconds> read_duration(const net::http_request& req, std::chrono::seconds least,
                                           std::chrono::seconds most);

/// Whether a body comes as JSON; absent counts, as in the original. Errors: `invalid` for what is
/// no media type at all, `unsupported` for another one; both in the original's words.
status check_json_type(const net::http_request& req);

/// Reads `Pay-Token`. Errors: `missing_pay_token`, `invalid_pay_token`, in the original's words.
result<pay_token> read_pay_token(const net::http_request& req);

} // namespace codius::actors
