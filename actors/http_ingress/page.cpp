#include "actors/http_ingress/page.hpp"

#include "messages/bytes.hpp"
#include "net/http/error_body.hpp"
#include "net/ilp/condition.hpp"

namespace codius::actors {

namespace {

constexpr std::string_view style = R"css(
:root{color-scheme:light dark;--ink:#1c2230;--soft:#5a6375;--paper:#f6f7f9;--card:#fff;--line:#dfe3ea;--mark:#0b6e4f;--warn:#9a5b00}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#a3adbf;--paper:#12151c;--card:#1a1f29;--line:#2d3442;--mark:#5fd3a5;--warn:#f0b35a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem 3rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2.2rem 0 .6rem}
p{margin:.4rem 0}
.soft{color:var(--soft)}
.state{font-weight:600;color:var(--mark)}
.state.no{color:var(--warn)}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;margin:1.4rem 0}
dl div{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .9rem}
dt{color:var(--soft);font-size:.85rem}
dd{margin:0;font-size:1.1rem;font-weight:600;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem .9rem;overflow-x:auto;font:.9rem/1.5 ui-monospace,monospace}
a{color:var(--mark)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
td,th{border-top:1px solid var(--line);padding:.45rem .5rem;text-align:left;vertical-align:top}
nav a{margin-right:1.1rem;white-space:nowrap}
)css";

/// Nothing may be loaded, run, framed or sent; the style is known by its hash.
const std::string& policy() {
  static const std::string text
    = "default-src 'none'; style-src 'sha256-" + to_base64(net::sha256(as_bytes(style)))
      + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return text;
}

} // namespace

std::string escaped(std::string_view text) {
  std::string out;
  net::append_html_escaped(out, text);
  return out;
}

net::http_response page_answer(const std::string& title, const std::string& body) {
  net::http_response out;
  out.fields.set("content-type", "text/html; charset=utf-8");
  out.fields.set("cache-control", "no-cache");
  out.fields.set("content-security-policy", policy());
  out.fields.set("referrer-policy", "no-referrer");
  out.fields.set("x-content-type-options", "nosniff");
  auto& page = out.body;
  page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>"
         + title + "</title>\n<style>";
  page.append(style).append("</style></head>\n<body><main>\n");
  page.append(body).append("</main></body></html>\n");
  return out;
}

} // namespace codius::actors
