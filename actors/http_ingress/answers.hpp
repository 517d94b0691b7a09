#pragma once
#include "messages/roles.hpp"
#include "net/http/message.hpp"
#include "net/http/uri.hpp"
#include "runtime/base/json.hpp"

namespace codius::actors {

/// A JSON answer with the headers that the original host gives.
net::http_response json_answer(unsigned status, const runtime::json& body);

/// The same from a text that is JSON already.
net::http_response json_text_answer(unsigned status, std::string text);

/// An error answer: the original's three members, `code`, and whatever `more` adds.
net::http_response error_answer(const error& why, const runtime::json_object& more = {});
/// The same where the status does not follow from the code.
net::http_response error_answer(unsigned status, std::string_view code, const std::string& message,
                                const runtime::json_object& more = {});

/// `2026-01-02T03:04:05.678Z`
std::string iso_time(utc_time t);

/// The public URI with `<hash>.` in front of its host, e.g. "http://<hash>.example.com:3000/".
std::string pod_url(const net::http_uri& public_uri, const pod_id& id);

/// Reads the `duration` of a request: whole seconds between the operator's bounds; 3600 when
/// absent or empty, as in the original. Errors: `invalid`.
result<std::chrono::seconds> read_duration(const net::http_request& req, std::chrono::seconds least,
                                           std::chrono::seconds most);

/// Whether a body comes as JSON; absent counts, as in the original. Errors: `invalid` for what is
/// no media type at all, `unsupported` for another one; both in the original's words.
status check_json_type(const net::http_request& req);

/// Reads `Pay-Token`. Errors: `invalid`, in the original's words.
result<pay_token> read_pay_token(const net::http_request& req);

} // namespace codius::actors
