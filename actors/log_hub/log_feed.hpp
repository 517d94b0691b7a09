#pragma once
#include "messages/log.hpp"
#include "runtime/pods/pod_log.hpp"

#include <deque>
#include <map>
#include <mutex>

namespace codius::actors {

/// One pod's log on its way to any number of followers: read and put into words once, and kept for
/// a moment for all who come to the same position. A follower is a position and nothing else, so
/// that a slow one reads later what the disk still has, and none can fill the memory. Any thread.
class log_feed {
public:
  /// The next piece of the log.
  struct piece {
    log_seat::text text;         ///< in the wire format; empty: nothing more just now
    runtime::log_position next;  ///< where to read on
    uint64_t octets = 0;         ///< what it took of `size`
  };

  /// `containers`: ids in the order of the manifest. `keep`: octets to keep for those to come.
  log_feed(std::shared_ptr<runtime::pod_log> log, const std::vector<std::string>& containers,
           size_t keep = 1 << 20);
  ~log_feed();
  log_feed(const log_feed&) = delete;
  log_feed& operator=(const log_feed&) = delete;

  /// Begins to listen for more. Errors: `io`. May block.
  status listen();

  /// What comes after `at`. False: not known, use `read`.
  bool known(const runtime::log_position& at, bool flush, piece& out);
  /// The same; asks the log if need be, and then it blocks.
  result<piece> read(const runtime::log_position& at, bool flush);
  uint64_t size() { return log_->size(); }
  /// What is kept for those to come.
  size_t kept_octets();

  /// Registers a waker until `drop`.
  uint64_t add(std::function<void()> wake);
  void drop(uint64_t waker);

  /// The pod was made anew. May block.
  void renew();
  /// The pod is gone: what can still be read is all.
  void end();
  bool ended() const;

private:
  /// What the log's own thread touches; it never owns the feed, whose end closes the log.
  struct bell {
    mutable std::mutex guard;
    uint64_t version = 0; ///< counts news
    bool ended = false;
    uint64_t last_waker = 0;
    std::map<uint64_t, std::function<void()>> wakers;
    void ring();
  };
  struct kept_piece {
    piece what;
    uint64_t version = 0;
    bool flushed = false;
  };
  void keep(const runtime::log_position& at, kept_piece p);

  const std::shared_ptr<runtime::pod_log> log_;
  const std::vector<std::string> containers_; ///< as they stand in front of a line
  const size_t most_;
  const std::shared_ptr<bell> bell_ = std::make_shared<bell>();

  std::mutex reading_; ///< one reads, the others wait and find it known
  std::mutex guard_;   ///< of what follows
  std::map<runtime::log_position, kept_piece> kept_;
  std::deque<runtime::log_position> order_; ///< of `kept_`, oldest first
  size_t octets_ = 0;
};

/// A container's name as it stands in front of its lines: `_` and its id, cut and cleaned so that
/// it can neither break a line nor swell the log.
std::string log_name(const std::string& container_id);

/// Lines in the wire format, `<container> <stream> <text>`; bytes that are no UTF-8 become U+FFFD.
std::string log_text(const std::vector<runtime::log_piece>& pieces,
                     const std::vector<std::string>& names);

} // namespace codius::actors
