#pragma once
#include "messages/money.hpp"
#include "messages/sale.hpp"
#include "messages/time.hpp"
#include "runtime/base/json.hpp"
#include "runtime/client/host_answers.hpp"
#include "runtime/client/outcome.hpp"
#include "runtime/client/price.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace codius::client {

inline constexpr const char* usual_state_file = "default.codiusstate.json";

/// The record of an upload, `*.codiusstate.json`, as the original client reads and writes it. It
/// has the private values: its file is for its owner alone. Members that are not known here are
/// kept. Beside the original's stands `unfinished`: payments that brought no pod yet, by host, with
/// the pay token that the host counts them under.
class pod_state {
public:
  static pod_state for_upload(const runtime::json& complete, std::string_view hash);
  /// Fails (1), naming `path`, for anything else than such a record.
  static outcome<pod_state> parse(std::string_view text, const std::string& path);
  std::string text() const;

  const runtime::json& complete() const;
  const std::string& hash() const;

  /// Origins of the hosts that run it, by what they said.
  std::vector<std::string> hosts() const;
  /// By what the host said last.
  std::optional<utc_time> expiry(const std::string& host) const;
  std::string url(const std::string& host) const;
  /// "2283106 nXRP"; empty when nothing is recorded.
  std::string total_paid(const std::string& host) const;

  std::optional<std::chrono::seconds> duration() const;
  /// What was allowed for a month; nothing when it is missing, zero or odd.
  std::optional<whole_amount> monthly() const;
  void set_options(std::chrono::seconds duration, const std::optional<whole_amount>& monthly);

  /// Hosts with money and no pod.
  std::vector<std::string> unfinished() const;
  std::optional<pay_token> token_of(const std::string& host) const;
  void set_unfinished(const std::string& host, const std::string& token);
  /// What went to it is counted all the same.
  void add_to_unfinished(const std::string& host, uint64_t paid);
  void forget_unfinished(const std::string& host);

  /// A host runs it; `paid` of `unit` just now, and what was unfinished before, count as paid.
  void record(const std::string& host, const delivery& pod, uint64_t paid, const asset& unit);

  void add_cron_job(const std::string& job, utc_time now);
  void clear_cron_jobs();

private:
  runtime::json_object& member(runtime::json_object& in, const char* name);
  runtime::json_object& status_of(const std::string& host);
  const runtime::json* details_of(const std::string& host) const;

  runtime::json_object all_;
};

/// "nXRP" for units of 10^-9 XRP, as the original writes it.
std::string unit_name(const asset& unit);
/// Local time as the original writes it: "11-22-2026 16:26:00 +0100".
std::string state_time(utc_time t);
/// Nothing for another text.
std::optional<utc_time> parse_state_time(std::string_view text);

/// Writes all or nothing, for the owner alone: a new file takes the old one's place when it is on
/// disk. Fails (1) naming `path`.
done write_file_safely(const std::string& path, std::string_view text);

/// Which file is meant: `named`; else the only one in `directory` that ends in .codiusstate.json.
/// Fails (1) for none and for several.
outcome<std::string> find_state_file(const std::optional<std::string>& named,
                                     const std::string& directory = ".");
/// Reads it. Fails (1) when it is not there.
outcome<pod_state> read_state_file(const std::string& path);

} // namespace codius::client
