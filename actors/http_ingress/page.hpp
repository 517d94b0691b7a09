#pragma once
#include "net/http/message.hpp"

#include <string>
#include <string_view>

namespace codius::actors {

/// `text` for use between HTML tags or in a quoted attribute.
std::string escaped(std::string_view text);

/// A page for people in the host's style, that loads nothing, runs nothing and can be framed by
/// nobody. Title and body are HTML: escape what comes from outside.
net::http_response page_answer(const std::string& title, const std::string& body);

} // namespace codius::actors
