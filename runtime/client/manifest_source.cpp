#include "runtime/client/manifest_source.hpp"

#include "runtime/client/input_file.hpp"
#include "runtime/client/text.hpp"
#include "runtime/manifest/hash.hpp"
#include "runtime/manifest/image_name.hpp"
#include "runtime/manifest/image_resolver.hpp"

#include <optional>
#include <thread>

namespace codius::client {

using runtime::json;
using runtime::json_object;

namespace {

constexpr const char* no_vars = R"({"vars":{}})";

failure about(const std::string& path, const std::string& what, std::string next = {}) {
  return {exit_code::user, printable(path) + " " + what, std::move(next)};
}

outcome<std::optional<std::string>> read_file(const std::string& path) {
  auto text = read_input(path, {.most = max_source_bytes});
  if (text && *text && (*text)->find_first_not_of(" \t\r\n") == std::string::npos)
    return about(path, "is empty");
  return text;
}

failure manifest_failure(const error& why) {
  std::string detail;
  for (size_t at = 0; at <= why.detail.size();) { // it has lines; each may quote a stranger
    const auto end = std::min(why.detail.find('\n', at), why.detail.size());
    detail += (at > 0 ? "\n" : "") + printable(why.detail.substr(at, end - at), 1000);
    at = end + 1;
  }
  const auto code = why.code == errc::timed_out ? exit_code::timed_out : exit_code::user;
  return {code, detail, runtime::image_hint(why)};
}

/// What the thread makes, and how it tells.
struct workshop {
  manifest_sources sources;
  runtime::image_resolver resolver;
  env world;
  std::stop_token stop;
  std::function<void(std::string)> on_image; ///< any thread
  std::vector<std::string> images;

  result<std::string> resolve(const std::string& image) {
    if (runtime::has_digest(image))
      return image;
    on_image(printable(image));
    auto digest = resolver.resolve(image, stop);
    if (digest)
      images.push_back(printable(image) + " is " + printable(*digest));
    return digest;
  }
  outcome<made_manifest> make() {
    auto complete
      = runtime::generate_manifest(sources.codius, sources.vars, world,
                                   [this](const std::string& image) { return resolve(image); });
    if (!complete)
      return manifest_failure(complete.error());
    auto hash = runtime::hash_manifest(*complete->find("manifest"));
    return made_manifest{*std::move(complete), std::move(hash), std::move(images)};
  }
};

} // namespace

outcome<manifest_sources> read_sources(const upload_options& options) {
  auto codius = read_file(options.codius_file);
  if (!codius)
    return codius.failure();
  if (!*codius)
    return about(options.codius_file, "does not exist",
                 "It says what to run: codius init writes one to begin with; name another with "
                 "--codius-file");
  auto vars = read_file(options.vars_file);
  if (!vars)
    return vars.failure();
  if (!*vars && options.vars_file_named)
    return about(options.vars_file, "does not exist",
                 "It has the values of variables; leave --codius-vars-file away if there are none");
  const bool has_vars = vars->has_value();
  return manifest_sources{{options.codius_file, **std::move(codius)},
                          {options.vars_file, has_vars ? **std::move(vars) : no_vars},
                          has_vars};
}

asio::awaitable<outcome<made_manifest>> make_manifest(manifest_sources sources,
                                                      std::vector<std::string> insecure_registries,
                                                      env world, stopper& stop,
                                                      std::function<void(std::string)> on_image) {
  const asio::any_io_executor io = co_await asio::this_coro::executor;
  runtime::image_resolver_options registries;
  registries.insecure_registries = std::move(insecure_registries);
  const auto told = [io, on_image](std::string image) {
    asio::post(io, [on_image, image = std::move(image)] { on_image(image); });
  };
  std::stop_source halt;
  const auto hook = stop.on_stop([halt]() mutable { halt.request_stop(); });
  auto shop = std::make_shared<workshop>(workshop{std::move(sources),
                                                  runtime::image_resolver{std::move(registries)},
                                                  std::move(world),
                                                  halt.get_token(),
                                                  told,
                                                  {}});
  auto made = std::make_shared<awaited<outcome<made_manifest>>>(io);
  std::jthread work{[io, shop, made] {
    auto out = std::make_shared<outcome<made_manifest>>(shop->make());
    asio::post(io, [made, out] {
      made->value = std::move(*out);
      made->done.notify();
    });
  }};
  (void)co_await made->done.wait(std::chrono::hours{24});
  work.join();
  co_return *std::move(made->value);
}

bool has_private_vars(const json& manifest) {
  const auto* vars = manifest.find("vars");
  if (!vars || !vars->object())
    return false;
  for (const auto& [name, var] : *vars->object())
    if (var.find("encoding"))
      return true;
  return false;
}

json stand_in(const json& manifest) {
  json out = manifest;
  if (auto* vars = out.find("vars"); vars && vars->object())
    for (auto& [name, var] : *vars->object())
      if (var.object())
        var.object()->erase("encoding");
  return out;
}

} // namespace codius::client
