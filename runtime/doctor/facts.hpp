#pragma once
#include "runtime/base/config.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace codius::runtime::doctor {

/// Something that was tried: fine, or why not. Empty: it was not tried.
using tried = std::optional<status>;

struct program {
  std::string path;    ///< empty: not installed
  std::string version; ///< as it says, first line; may be empty
};

struct directory {
  bool exists = false;
  bool writable = false; ///< it, or the nearest one above that exists
  std::string why_not;   ///< not writable
  uint64_t free_bytes = 0;
  bool in_memory = false; ///< a tmpfs
};

struct port {
  std::string setting; ///< "port", "ilp_listen"
  std::string ip;
  uint16_t number = 0;
  tried free;         ///< could be listened at
  std::string holder; ///< the name of the program that listens there; empty: nobody, or unknown
};

struct names {
  bool needed = false; ///< false: the public host is this machine itself, or an address
  std::vector<std::string> host;     ///< its addresses, sorted
  std::vector<std::string> wildcard; ///< those of a random name below it
  std::string host_failure;
  std::string wildcard_failure;
};

/// What was found out about a machine and its settings. Whatever could not be found out has its
/// empty value. Made by `probe`; tests make their own.
struct facts {
  config settings;
  bool root_user = false;
  bool host_runs = false; ///< a codiusd has the root directory open

  // What makes pods. Looked at with the oci runtime alone.
  program crun, runc, conmon, skopeo, umoci, nft, unshare;
  tried container;           ///< a container was really run
  bool without_users = false; ///< … but only without user namespaces
  std::string without_because;
  std::string engine;        ///< what ran it: "crun 1.8.1"
  std::string engine_warning;
  std::string cgroup_kind; ///< "v1", "v1 with a v2 tree", "v2"; empty: none mounted
  std::set<std::string> controllers;
  std::set<std::string> namespaces; ///< of /proc/self/ns
  uint64_t max_user_namespaces = 0;
  tried nft_list; ///< the kernel's tables could be listed
  std::string ip_forward;  ///< "0", "1"; empty: no such file
  std::string bridge_calls_iptables;

  std::vector<port> ports;
  names dns;
  utc_time now{};
  utc_time built{};              ///< no clock may be before that
  std::optional<bool> clock_synchronised;
  tried uplink; ///< connected, and told who we are
  std::string uplink_address;
  directory root, run;
  std::optional<unsigned> secret_mode; ///< of the file with the secret, if there is one
  uint64_t memory_bytes = 0;
  uint64_t available_bytes = 0;
  tried reached; ///< GET /version by the public URI
  std::string reached_name; ///< what answered calls itself
};

} // namespace codius::runtime::doctor
