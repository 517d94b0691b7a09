#pragma once
#include "actors/peer_gossip/chance.hpp"
#include "actors/peer_gossip/refusals.hpp"
#include "actors/peer_gossip/waiting_list.hpp"
#include "messages/peer.hpp"

#include <deque>
#include <memory>
#include <unordered_map>

namespace codius::actors {

/// Everything that is decided about peers. Pure: it asks nobody and reads no clock, so that ten
/// thousand of them run in one thread on a simulated network. One thread at a time.
///
/// When all places are taken, half of them are the core: of all that were ever named and answered,
/// those whose names have the lowest rank, a hash under a secret of this process. To be named often
/// is of no use for that, so each host's core is another fair sample of all hosts; else everybody
/// would in the end know the same few. The other half goes to whoever announced itself lately, so
/// that a newcomer is known soon.
///
/// The caller begins a round every `pause()`; then, and after each answer, it takes what `next`
/// gives until that gives nothing, has it done, and reports it to `finish`.
//
//   heard of --> waiting --check--> healthy <--answers-- failing (asked after 1, 2, 4 … rounds)
//                   |                  |                    |
//                   | no answer        +----- silent -----> + four times, while others do answer
//                   v                                       v
//                refused for a while, twice as long each time; bootstrap peers fail for ever
class peer_book {
public:
  /// `own_uri` is never a peer.
  peer_book(peer_rules rules, const std::string& own_uri, uint64_t seed);
  peer_book(const peer_book&) = delete;
  peer_book& operator=(const peer_book&) = delete;

  // --- what the operator says ---
  /// `kept`: to be written down. Errors: `invalid`.
  result<peer_view> add_bootstrap(const std::string& text, bool kept, utc_time now);
  /// Errors: `not_found`.
  result<peer_view> remove(const std::string& text, utc_time now);
  /// From now on so. What was known and has no place any more is forgotten.
  void follow(const peer_wishes& wishes, utc_time now);
  /// What an earlier process knew.
  void restore(const std::vector<kept_peer>& all, utc_time now);

  // --- what strangers say ---
  /// Notes names that are new, as far as there is room: those that somebody brought unasked.
  /// `source` is who, as far as they can be told apart; never a peer's name.
  void hear(const std::vector<std::string>& names, const std::string& source, utc_time now);

  // --- rounds ---
  void begin_round(utc_time now);
  std::optional<peer_contact> next();
  void finish(const peer_contact& contact, const contact_outcome& outcome, utc_time now);
  std::chrono::milliseconds pause();

  // --- what is told ---
  /// All in the order of their arrival if there are fewer than `most`, else a random sample.
  std::vector<std::string> told(size_t most);
  size_t told_count() const;
  peer_table table(utc_time now) const;
  std::vector<kept_peer> kept() const;
  /// Whether `kept` is another than at the last call.
  bool take_changed() { return std::exchange(changed_, false); }

  /// Something an operator may want to read.
  struct news {
    const char* event; ///< "peer.joined", "peer.failed", "peer.answers", "peer.forgotten", "peer.lied"
    std::string uri;
    std::string why;
  };
  std::vector<news> take_news() { return std::exchange(news_, {}); }

private:
  void set_places(size_t known);
  struct peer {
    std::string uri;
    size_t site = 0;
    uint64_t rank = 0;
    bool bootstrap = false;
    bool kept_bootstrap = false;
    bool answered = false; // under its own name, at some time
    bool asking = false;
    uint16_t failures = 0;
    uint16_t good_tips = 0, bad_tips = 0; // names it told of, when asked
    utc_time known_since{}, last_good{}, last_asked{}, due{};
  };

  void note_names(waiting_list& where, const std::vector<std::string>& names,
                  const std::string& source, utc_time now);
  peer* find(const std::string& uri) const;
  peer& insert(peer_name name, utc_time now);
  void forget(const peer& p);
  bool is_told(const peer& p) const;
  peer_view view(const peer& p, utc_time now) const;
  size_t count_site(size_t site) const;

  void plan(const std::vector<peer*>& which, peer_contact::kind what);
  std::vector<peer*> choose_exchanges(utc_time now);
  std::vector<peer*> choose_checks(utc_time now);
  std::vector<peer*> choose_retries(utc_time now);
  void choose_newcomers();

  void succeed(peer& p, const peer_contact& contact, const contact_outcome& outcome, utc_time now);
  void fail(peer& p, const contact_outcome& outcome, utc_time now);
  void finish_newcomer(const peer_contact& contact, const contact_outcome& outcome, utc_time now);
  bool admit(const peer_name& name, utc_time now);
  bool make_place();
  bool is_full() const { return all_.size() - bootstraps_ >= rules_.fresh; }
  uint64_t rank_of(const std::string& text) const;
  uint64_t turn_of(const std::string& source) const;
  void find_core();
  void judge_source(const std::string& source, bool good, utc_time now);
  void refuse(const std::string& uri, std::chrono::milliseconds first, utc_time now);
  void note(const char* event, const std::string& uri, const std::string& why);
  bool network_works() const;
  size_t checks_a_round() const;

  peer_rules rules_;
  std::string own_;
  chance luck_;
  uint64_t salt_;
  uint64_t core_rank_ = ~uint64_t{0}; ///< who is below it belongs to the core
  std::vector<std::unique_ptr<peer>> all_; ///< in the order of their arrival
  std::unordered_map<std::string_view, peer*> by_uri_;
  size_t bootstraps_ = 0;
  // Apart, so that neither a flood of announcements nor what peers tell can crowd out the other.
  waiting_list announced_{rules_}, told_of_{rules_};
  bool announced_next_ = false; ///< whose turn it is
  uint64_t round_ = 0;
  refusals refused_{rules_};
  std::deque<peer_contact> planned_;
  std::deque<waiting_list::entry> strangers_;
  size_t peers_asked_ = 0, strangers_asked_ = 0; ///< now
  std::unordered_map<std::string, peer_name> strangers_under_way_;
  uint32_t outcomes_ = 0;   ///< of the latest 32 requests to peers, a bit each
  unsigned outcomes_known_ = 0;
  bool changed_ = false;
  std::vector<news> news_;
};

} // namespace codius::actors
