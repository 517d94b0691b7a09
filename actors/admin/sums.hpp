#pragma once
#include "messages/money.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace codius::actors {

/// Adds up amounts of one asset code whatever their scales, exactly.
class sums {
public:
  void add(const asset& unit, uint64_t amount);
  /// Whole units in the shortest form, e.g. {"XRP", "1.5"}; in the order of their first coming.
  std::vector<std::pair<std::string, std::string>> by_code() const;

private:
  std::vector<std::string> order_;
  std::map<std::string, std::map<uint8_t, uint64_t>> amounts_; ///< code → scale → sum
};

} // namespace codius::actors
