#include "actors/purchase/sale_record.hpp"

#include <algorithm>

namespace codius::actors {

sale_record::sale_record(const sell& req) {
  note_.attempt = req.attempt;
  note_.kind = req.kind;
  note_.token = req.token;
  note_.pod = req.pod;
  note_.duration = req.duration;
  note_.request_id = req.request_id;
  note_.asked_at = req.asked_at;
  note_.unit = {{}, 0}; // not known yet
  step("accepted", req.asked_at);
}

void sale_record::step(const char* name, utc_time at) {
  const auto known = std::any_of(note_.steps.begin(), note_.steps.end(),
                                 [&](const upload_step& s) { return s.name == name; });
  if (!known)
    note_.steps.push_back({name, at});
}

void sale_record::price(uint64_t amount, const asset& unit) {
  note_.price = amount;
  note_.unit = unit;
}

void sale_record::payable(const pay_details& where, utc_time until) {
  note_.pay = pay_text(where);
  note_.pay_until = until;
}

void sale_record::failed(error why) {
  note_.pay.clear();
  note_.failure = std::move(why);
}

} // namespace codius::actors
