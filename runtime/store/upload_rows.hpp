#pragma once
#include "messages/upload.hpp"
#include "runtime/store/database.hpp"

#include <optional>

namespace codius::runtime::rows {

/// How the records of sales lie in their table. All functions throw `database_error`.

/// What goes first when there are too many, in this order.
enum class upload_worth : int64_t { over_unpaid, open_unpaid, over_paid, open_paid };

struct upload_row {
  std::string id;
  uint64_t version = 0;
  upload_note note;      ///< its attempt is empty when no sale is at work
  uint64_t purchase = 0; ///< 0: none
  upload_worth worth = upload_worth::open_unpaid;
  utc_time changed_at{};

  bool over() const {
    return worth == upload_worth::over_unpaid || worth == upload_worth::over_paid;
  }
};

std::optional<upload_row> find_upload(database& db, const std::string& id);
/// The record of a request.
std::optional<upload_row> find_upload(database& db, const upload_note& request);
std::optional<upload_row> upload_of_purchase(database& db, uint64_t purchase);
/// Those that are not over.
std::vector<upload_row> open_uploads(database& db);
/// Replaces the row of the same id, if there is one.
void put_upload(database& db, const upload_row& row);

/// Removes what was over before `oldest`, then what is worth least until there are fewer than
/// `most`. The ids of the latter.
std::vector<std::string> make_room_for_upload(database& db, utc_time oldest, size_t most);

/// When a purchase was paid and settled (nothing while it was not), and what was said of that.
struct purchase_story {
  std::optional<utc_time> paid_at;
  std::optional<utc_time> settled_at;
  std::string why;
};
purchase_story story_of(database& db, uint64_t purchase);

} // namespace codius::runtime::rows
