// The frame of an upload: order of the steps, the manifest, and the record.
#include "runtime/client/upload_run.hpp"

#include "runtime/client/input_file.hpp"
#include "runtime/client/text.hpp"
#include "runtime/manifest/hash.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace codius::client {

using runtime::json;

upload_run::upload_run(const upload_options& options, const program_world& world)
  : options_(options), world_(world), session_(world, options.time_limit, options.ledger) {
  order_.rules = options;
  order_.retries = options.retries;
}

run_report upload_run::run() {
  session_.run([this] { return drive(); });
  return std::move(report_);
}

asio::awaitable<void> upload_run::drive() {
  const auto end = co_await flow();
  if (!end) {
    report_.why = session_.describe(end.failure());
    session_.steps().fail();
  }
  if (basket_)
    report_.hosts = basket_->results();
  for (auto& one : report_.hosts)
    if (!one.end && !report_.why)
      session_.steps().fail();
}

asio::awaitable<done> upload_run::flow() {
  if (auto step = look_at_state(); !step)
    co_return step;
  if (auto step = co_await make(); !step)
    co_return step;
  if (auto step = co_await find_hosts(); !step)
    co_return step;
  basket_ = std::make_unique<basket>(session_, order_, keeper_.get());
  if (auto step = co_await choose(); !step)
    co_return step;
  if (options_.add_host_env)
    if (auto step = co_await add_host_env(); !step)
      co_return step;
  if (auto step = co_await basket_->confirm("Run it", options_.assume_yes); !step)
    co_return step;
  co_return co_await basket_->buy_together();
}

/// A record that is there is not to be lost: it may be the only way to extend a pod.
done upload_run::look_at_state() {
  const auto text = read_input(options_.state_file, {.most = 4 << 20});
  if (!text)
    return text.failure();
  if (!*text || options_.overwrite_state)
    return well();
  auto state = pod_state::parse(**text, options_.state_file);
  if (!state)
    return state.failure();
  if (!state->unfinished().empty()) {
    before_ = *std::move(state);
    return well();
  }
  return failure{exit_code::user,
                 printable(options_.state_file) + " is the record of an earlier upload",
                 "Extend that pod with codius extend, or begin a new record with -o, which keeps "
                 "the old one under another name"};
}

void upload_run::set_manifest(json complete) {
  order_.manifest = *complete.find("manifest");
  order_.complete = std::move(complete);
  order_.hash = runtime::hash_manifest(order_.manifest).text;
}

/// With the nonces of the upload that is taken up, so that it is the same pod.
done upload_run::resume(made_manifest& made) {
  if (same_sources(before_->complete(), made.complete, options_.add_host_env)) {
    json complete = before_->complete();
    made.complete = std::move(complete);
    return well();
  }
  const auto host = before_->unfinished().front();
  const auto token = before_->token_of(host);
  return failure{exit_code::user,
                 printable(options_.state_file)
                   + " is the record of an unfinished payment for another manifest, to "
                   + printable(host),
                 "Upload that manifest again, or begin a new record with -o"
                   + (token ? "; --pay-token " + token_text(*token) + " spends what is at that host"
                            : std::string{})};
}

asio::awaitable<done> upload_run::make() {
  auto& steps = session_.steps();
  steps.begin("files", "reading " + printable(options_.codius_file));
  auto sources = read_sources(options_);
  if (!sources)
    co_return sources.failure();
  steps.end(printable(options_.codius_file)
            + (sources->has_vars_file ? ", " + printable(options_.vars_file)
                                      : " (and no file of variables)"));
  steps.begin("images", "making the manifest");
  auto made = co_await make_manifest(
    *std::move(sources), options_.insecure_registries, world_.world, session_.stop(),
    [this](std::string image) { session_.steps().update("asking the registry about " + image); });
  if (session_.stop().requested())
    co_return stop_failure(session_.stop());
  if (!made)
    co_return made.failure();
  if (options_.debug)
    made->complete.find("manifest")->object()->set("debug", true);
  if (before_)
    if (auto fine = resume(*made); !fine)
      co_return fine;
  std::string images;
  for (const auto& image : made->images)
    images += (images.empty() ? "" : ", ") + image;
  steps.end(images.empty() ? "named by their digests" : images);
  set_manifest(std::move(made->complete));
  if (!options_.add_host_env) { // else it changes once the hosts are known
    steps.begin("hash", "");
    steps.end(order_.hash);
  }
  begin_record();
  co_return well();
}

void upload_run::begin_record() {
  auto state = before_ ? *before_ : pod_state::for_upload(order_.complete, order_.hash);
  state.set_options(options_.duration, options_.max_monthly);
  keeper_ = std::make_unique<state_keeper>(options_.state_file, std::move(state));
  if (!before_)
    keeper_->before_first_write = [this] { return move_old_record(); };
}

/// The record of another pod goes where nothing finds it by itself, but a person does.
done upload_run::move_old_record() const {
  const auto& path = options_.state_file;
  const auto text = read_input(path, {.most = 4 << 20});
  if (!text || !*text)
    return text ? well() : done{text.failure()};
  const auto old = pod_state::parse(**text, path);
  const auto name = path + ".old-" + (old ? old->hash().substr(0, 12) : std::string{"unknown"});
  if (std::rename(path.c_str(), name.c_str()) != 0)
    return failure{exit_code::user,
                   printable(path) + " cannot be kept as " + printable(name) + ": "
                     + std::strerror(errno),
                   {}};
  session_.world().streams.err("The old record is kept as " + printable(name) + "\n");
  return well();
}

} // namespace codius::client
