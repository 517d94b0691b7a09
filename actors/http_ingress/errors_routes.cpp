#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "actors/http_ingress/errors_page.hpp"
#include "net/http/error_body.hpp"

namespace codius::actors {

using net::http_response;

/// For people a page, for programs JSON.
asio::awaitable<http_response> api::list_errors(api_call call) {
  if (net::wants_page(call.req.fields))
    co_return error_catalogue_page();
  static const auto text = dump(error_catalogue_json());
  co_return json_text_answer(200, text);
}

asio::awaitable<http_response> api::show_error(api_call call) {
  const auto known = error_json(call.segments.at(0));
  if (known)
    co_return json_answer(200, *known);
  co_return error_answer({errc::not_found, "no error has this code; GET /errors lists all"});
}

} // namespace codius::actors
