#pragma once
#include "messages/upload.hpp"
#include "net/http/message.hpp"
#include "net/http/uri.hpp"
#include "runtime/base/json.hpp"

namespace codius::actors {

/// The answer to a sale that brought no pod, e.g. 503 with what the token still holds.
net::http_response sale_refusal(const pod_id& pod, const error& why, uint64_t credit);

/// "/uploads/<id>"
std::string upload_path(const std::string& id);

/// A record as `GET /uploads/{id}` gives it. Its `error` has the members of the error body that
/// who waited for the sale got.
runtime::json upload_json(const upload_view& view, const net::http_uri& public_uri);

} // namespace codius::actors
