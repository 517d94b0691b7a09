#pragma once
#include "messages/time.hpp"
#include "runtime/base/terms_board.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace codius::actors {

/// The body of `GET /info`, told to all who ask at about the same time: monitors and peers come in
/// crowds, and it takes three actors to say. What changes by a sale or an operator is never told
/// late, the rest for `freshness`. Any thread.
class info_text {
public:
  static constexpr std::chrono::milliseconds freshness{10};
  static constexpr std::chrono::milliseconds patience{500};
  using terms_ptr = std::shared_ptr<const runtime::host_terms>;

  /// Null for who must make it anew; meanwhile the others still get the old one, for up to
  /// `patience`. `sales`: how many have ended so far.
  std::shared_ptr<const std::string> at(utc_time now, const terms_ptr& terms, uint64_t sales);
  /// The same for who will not make it: null, and nothing is expected of them.
  std::shared_ptr<const std::string> peek(utc_time now, const terms_ptr& terms, uint64_t sales);
  /// `now`, `terms` and `sales` as they were before it was begun.
  void keep(std::string text, utc_time now, terms_ptr terms, uint64_t sales);

private:
  bool is_told(utc_time now, const terms_ptr& terms, uint64_t sales) const;

  std::mutex guard_;
  std::shared_ptr<const std::string> text_;
  utc_time made_{};
  utc_time awaited_until_{}; ///< somebody makes it anew
  terms_ptr terms_;
  uint64_t sales_ = 0;
};

} // namespace codius::actors
