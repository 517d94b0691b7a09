#pragma once
#include "messages/error.hpp"
#include "messages/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codius {

/// A manifest hash: 52 characters of lower-case base32, the last one `a` or `q`.
struct pod_id {
  std::string text;
  bool operator==(const pod_id&) const = default;
  auto operator<=>(const pod_id&) const = default;
};

/// True for 52 characters of lower-case base32.
bool is_pod_id(std::string_view text);

/// What a machine size gives a pod. `small` is the only one of the original.
struct machine_size {
  std::string name = "small";
  uint32_t vcpu = 1;
  uint64_t memory_bytes = 512ull << 20;
  bool operator==(const machine_size&) const = default;
};

/// One container of a pod, ready to run: variables are filled in.
struct container_spec {
  std::string id;    ///< as in the manifest; never build a path or a name from it
  std::string image; ///< a registry reference, `name@sha256:…` wherever code is really pulled
  std::optional<std::vector<std::string>> command; ///< replaces the image's CMD
  std::string workdir;                             ///< empty: the image's own
  std::vector<std::pair<std::string, std::string>> environment; ///< in order, names unique
  bool operator==(const container_spec&) const = default;
};

/// A pod, ready to run. Holds private values: never log it.
struct pod_spec {
  pod_id id;
  std::vector<container_spec> containers;
  uint16_t port = 0; ///< where the pod serves HTTP; 0: it does not
  machine_size machine;
  bool operator==(const pod_spec&) const = default;
};

/// Where the proxy finds a pod.
struct pod_address {
  std::string ip;    ///< IPv4 literal
  uint16_t port = 0; ///< 0: serves nothing
  bool operator==(const pod_address&) const = default;
};

} // namespace codius
