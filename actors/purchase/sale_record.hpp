#pragma once
#include "messages/upload.hpp"

namespace codius::actors {

/// What one sale tells of itself, as far as it got. Nothing when the request asked for no record.
class sale_record {
public:
  sale_record() = default;
  explicit sale_record(const sell& req);

  bool is_kept() const { return !note_.attempt.empty(); }
  const upload_note& note() const { return note_; }

  /// The first time of each name counts.
  void step(const char* name, utc_time at);
  void price(uint64_t amount, const asset& unit);
  /// Anyone may come and pay, until then.
  void payable(const pay_details& where, utc_time until);
  /// The sale has ended without a pod.
  void failed(error why);

private:
  upload_note note_;
};

} // namespace codius::actors
