#include "actors/admin/sums.hpp"

#include <algorithm>

namespace codius::actors {

namespace {

/// Decimal digits, without leading zeros; "" is none. Scales go up to 255, so no integer is wide
/// enough.
std::string plus(std::string a, std::string b) {
  const auto width = std::max(a.size(), b.size()) + 1;
  a.insert(0, width - a.size(), '0');
  b.insert(0, width - b.size(), '0');
  int carry = 0;
  for (auto i = width; i-- > 0;) {
    const int sum = a[i] - '0' + b[i] - '0' + carry;
    a[i] = static_cast<char>('0' + sum % 10);
    carry = sum / 10;
  }
  a.erase(0, a.find_first_not_of('0'));
  return a;
}

} // namespace

void sums::add(const asset& unit, uint64_t amount) {
  auto [at, fresh] = amounts_.try_emplace(unit.code);
  if (fresh)
    order_.push_back(unit.code);
  at->second[unit.scale] += amount;
}

std::vector<std::pair<std::string, std::string>> sums::by_code() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& code : order_) {
    const auto& parts = amounts_.at(code);
    const size_t places = parts.rbegin()->first;
    std::string digits;
    for (const auto& [scale, amount] : parts)
      digits = plus(digits, std::to_string(amount) + std::string(places - scale, '0'));
    if (digits.size() <= places)
      digits.insert(0, places + 1 - digits.size(), '0');
    if (places > 0) {
      digits.insert(digits.size() - places, 1, '.');
      digits.erase(digits.find_last_not_of('0') + 1);
      if (digits.back() == '.')
        digits.pop_back();
    }
    out.emplace_back(code, std::move(digits));
  }
  return out;
}

} // namespace codius::actors
