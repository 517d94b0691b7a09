#pragma once
#include "runtime/manifest/interpolate.hpp"
#include "runtime/manifest/pod_request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codius::runtime {

/// How many things wrong with one request are told.
inline constexpr size_t max_problems = 50;

/// RFC 6901; no longer than some 300 bytes, which no honest request needs.
std::string json_pointer(const std::vector<std::string>& path);

/// Makes the pod of a manifest whose shape has been checked. Borrows all that it is given.
class pod_builder {
public:
  pod_builder(const json& manifest, const json* private_part, const host_facts& host);

  /// What stands in the way of running it (422); nothing is copied before this has been asked.
  std::optional<pod_request_error> check();

  /// The pod. Only after `check` found nothing.
  pod_spec build(pod_id id, const std::string& manifest_json) const;

private:
  using path = std::vector<std::string>;

  void check_ids();
  void check_container(const json& container, const path& at);
  void check_entry(const std::string& key, const std::string& value, const path& at);
  void check_text(std::string_view text, const path& at);
  /// `message` is the whole answer's text if this is its first reason.
  void note(const path& at, std::string sentence, std::string message = {});
  bool is_full() const { return refusal_.details.size() >= max_problems; }

  container_spec build_container(const json& container, const pod_spec& pod,
                                 const std::string& manifest_json) const;

  const json& manifest_;
  const json_array& containers_;
  const host_facts& host_;
  interpolator variables_;
  size_t environment_bytes_ = 0;
  pod_request_error refusal_{errc::unprocessable, {}, {}};
};

} // namespace codius::runtime
