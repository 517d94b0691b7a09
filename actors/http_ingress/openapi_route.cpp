#include "actors/http_ingress/answers.hpp"
#include "actors/http_ingress/api.hpp"
#include "actors/http_ingress/openapi.hpp"

// The build says where the description is (CODIUS_OPENAPI).
asm(".section .rodata\n"
    "codius_openapi:\n"
    ".incbin \"" CODIUS_OPENAPI "\"\n"
    "codius_openapi_end:\n"
    ".byte 0\n"
    ".globl codius_openapi, codius_openapi_end\n"
    ".previous\n");

extern "C" const char codius_openapi[];
extern "C" const char codius_openapi_end[];

namespace codius::actors {

std::string_view openapi_text() {
  return {codius_openapi, static_cast<size_t>(codius_openapi_end - codius_openapi)};
}

asio::awaitable<net::http_response> api::describe(api_call) {
  co_return json_text_answer(200, std::string{openapi_text()});
}

} // namespace codius::actors
