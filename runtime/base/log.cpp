#include "runtime/base/log_level.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace codius::log {

namespace {

spdlog::level::level_enum to_spdlog(level l) {
  switch (l) {
    case level::debug: return spdlog::level::debug;
    case level::info: return spdlog::level::info;
    case level::warn: return spdlog::level::warn;
    case level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// Hands finished lines to whoever redirected the log.
class redirected_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit redirected_sink(std::function<void(std::string_view)> f) : f_(std::move(f)) {}

private:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    f_({msg.payload.data(), msg.payload.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> f_;
};

class backend {
public:
  backend() { open(nullptr); }

  void configure(level least, format how) {
    const std::lock_guard lock{mutex_};
    least_ = least;
    how_ = how;
    set_pattern();
  }

  void set_least(level least) { least_ = least; }

  void open(std::function<void(std::string_view)> to) {
    const std::lock_guard lock{mutex_};
    spdlog::sink_ptr sink;
    if (to)
      sink = std::make_shared<redirected_sink>(std::move(to));
    else
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto fresh = std::make_shared<spdlog::logger>("codius", std::move(sink));
    fresh->set_level(spdlog::level::debug);
    fresh->flush_on(spdlog::level::debug);
    logger_ = std::move(fresh);
    set_pattern();
  }

  bool enabled(level l) const noexcept { return l >= least_.load(std::memory_order_relaxed); }

  void write(level l, std::string_view event, std::span<const field> fields) {
    const std::lock_guard lock{mutex_};
    const auto line = render(how_, l, event, fields);
    logger_->log(to_spdlog(l), spdlog::string_view_t{line.data(), line.size()});
  }

private:
  void set_pattern() {
    const bool json = how_ == format::json;
    const auto* pattern
      = json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ",%v})" : "ts=%Y-%m-%dT%H:%M:%S.%eZ %v";
    logger_->set_formatter(
      std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n"));
  }

  std::mutex mutex_;
  std::shared_ptr<spdlog::logger> logger_;
  std::atomic<level> least_{level::info};
  format how_ = format::logfmt;
};

/// Never destroyed: actors may log until the very end of the process.
backend& the_backend() {
  static auto* const it = new backend;
  return *it;
}

} // namespace

const char* to_string(level l) noexcept {
  switch (l) {
    case level::debug: return "debug";
    case level::info: return "info";
    case level::warn: return "warn";
    case level::error: return "error";
  }
  return "unknown";
}

const char* to_string(format f) noexcept {
  switch (f) {
    case format::logfmt: return "logfmt";
    case format::json: return "json";
  }
  return "unknown";
}

void write(level l, std::string_view event, std::initializer_list<field> fields) {
  if (auto& out = the_backend(); out.enabled(l))
    out.write(l, event, fields);
}

void configure(level least, format how) { the_backend().configure(least, how); }
void set_least(level least) { the_backend().set_least(least); }
bool enabled(level l) noexcept { return the_backend().enabled(l); }
void redirect(std::function<void(std::string_view)> sink) { the_backend().open(std::move(sink)); }

} // namespace codius::log
