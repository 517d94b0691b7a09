#pragma once
#include "net/http/message.hpp"

namespace codius::actors {

/// Web pages of any origin may use the API: nothing here is told apart by a browser's cookies or
/// by the network that it stands in, only by tokens that the page itself must know.

/// Whether a browser asks for permission before the request itself. On `/pods` that is what tells
/// it from a quote, which is an OPTIONS, too.
bool is_preflight(const net::http_request& req);

/// Which methods `path` takes, as in an Allow field; empty for a path that is not known.
std::string methods_of(std::string_view path);

/// The answer to an OPTIONS that asks about `methods`: 204.
net::http_response options_answer(const std::string& methods);

/// Lets the page that asked read an answer, and the fields in it that this API has of its own.
void open_to_web_pages(net::http_response& answer);

} // namespace codius::actors
