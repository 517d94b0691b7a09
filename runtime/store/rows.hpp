#pragma once
#include "messages/record.hpp"
#include "runtime/store/database.hpp"

#include <optional>

namespace codius::runtime::rows {

/// How purchases and pods lie in their tables. All functions throw `database_error`.

struct purchase_row {
  purchase sale;
  asset unit;
  utc_time opened_at{};
};

int64_t insert_purchase(database& db, const open_purchase& req, utc_time at);
std::optional<purchase_row> find_purchase(database& db, uint64_t id);
/// Newest first.
std::vector<purchase_row> purchases_of(database& db, const pay_token& token, int limit);
std::optional<purchase_row> open_purchase_of(database& db, const pay_token& token);
std::vector<purchase_row> open_purchases(database& db);
std::vector<purchase> owed_purchases(database& db);
/// Owed and delivered ones of a pod, the time that runs last first.
std::vector<purchase_row> paid_purchases_of(database& db, const pod_id& pod);
void update_purchase(database& db, const purchase& p, utc_time at, const std::string& why);
/// The offer that came with an upload; null once it moved to its pod.
std::shared_ptr<const pod_offer> offer_of(database& db, uint64_t purchase);
void drop_offer(database& db, uint64_t purchase);

std::optional<pod_record> find_pod(database& db, const pod_id& id);
std::vector<pod_record> all_pods(database& db);
void insert_pod(database& db, const pod_record& record);
void update_pod(database& db, const pod_record& record);
void delete_pod(database& db, const pod_id& id);

} // namespace codius::runtime::rows
