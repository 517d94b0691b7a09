#pragma once
#include "actors/peer_gossip/peer_rules.hpp"
#include "actors/peer_gossip/peer_uri.hpp"

#include <optional>
#include <string>
#include <vector>

namespace codius::actors {

inline size_t text_hash(const std::string& text) { return std::hash<std::string>{}(text); }

/// Names heard of and not asked yet. Short: with no place left, the name with the highest rank goes.
class waiting_list {
public:
  explicit waiting_list(const peer_rules& rules) : rules_(rules) {}

  struct entry {
    peer_name name;
    std::string source;
  };
  /// `spare`: all places for peers are taken, so that few names are wanted.
  void begin_round(bool spare);
  /// False when it is here already, or there is no place for it.
  bool add(peer_name name, const std::string& source, uint64_t rank);
  /// Takes the name with the lowest rank.
  std::optional<entry> take();
  void drop_source(const std::string& source);

  bool has(const std::string& uri) const;
  size_t count_source(const std::string& source) const;
  size_t count_site(size_t site) const;
  /// How many more names of `source` may be taken at the most.
  size_t places_for(const std::string& source) const;
  size_t size() const { return all_.size(); }

private:
  struct item {
    entry what;
    size_t uri, site, source; // hashes: what is compared thousands of times
    uint64_t rank;
  };
  size_t in_all() const { return spare_ ? rules_.most_spare : rules_.most_waiting; }
  size_t from_one() const { return spare_ ? rules_.most_spare_from_one : rules_.most_from_one; }
  std::vector<item>::iterator highest();
  entry take_at(std::vector<item>::iterator at);

  const peer_rules& rules_;
  bool spare_ = false;
  std::vector<item> all_;
};

} // namespace codius::actors
