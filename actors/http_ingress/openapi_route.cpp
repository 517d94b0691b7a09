#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "actors/http_ingress/openapi.hpp"
#include "runtime/base/embed.hpp"

// The build says where the description is (CODIUS_OPENAPI).
CODIUS_EMBED(codius_openapi, CODIUS_OPENAPI);

namespace codius::actors {

std::string_view openapi_text() { return runtime::embedded(codius_openapi, codius_openapi_end); }

asio::awaitable<net::http_response> api::describe(api_call) {
  co_return json_text_answer(200, std::string{openapi_text()});
}

} // namespace codius::actors
