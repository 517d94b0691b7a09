#pragma once
#include "messages/error_catalogue.hpp"
#include "net/http/message.hpp"
#include "runtime/base/json.hpp"

#include <string>

namespace codius::actors {

/// The error catalogue in the forms that people and programs read it in. All are made from the one
/// table in messages/error_catalogue.cpp and messages/payment_faults.cpp.

/// `{"errors": [{code, statuses, message, money, hint}], "payments": [{code, name, message, money,
/// hint, temporary}]}`
runtime::json_object error_catalogue_json();
/// One entry of it; nothing if the code is unknown in both lists.
std::optional<runtime::json_object> error_json(std::string_view code);
/// As a page.
net::http_response error_catalogue_page();
/// As deploy/errors.md has it.
std::string error_catalogue_markdown();

} // namespace codius::actors
