#include "net/ilp/stream_math.hpp"

#include "net/ilp/oer.hpp"

#include <algorithm>
#include <limits>

namespace codius::net {

namespace {

__extension__ using wide = unsigned __int128;

constexpr uint64_t most = std::numeric_limits<uint64_t>::max();

uint64_t saturate(wide v) { return v > most ? most : static_cast<uint64_t>(v); }

} // namespace

uint64_t saturating_add(uint64_t a, uint64_t b) { return a > most - b ? most : a + b; }
uint64_t saturating_sub(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

uint64_t mul_div_floor(uint64_t a, uint64_t b, uint64_t c) {
  return saturate(static_cast<wide>(a) * b / c);
}

uint64_t mul_div_ceil(uint64_t a, uint64_t b, uint64_t c) {
  const auto product = static_cast<wide>(a) * b;
  return saturate(product / c + (product % c != 0 ? 1 : 0));
}

std::vector<uint64_t> split_amount(uint64_t amount, const std::vector<uint64_t>& shares) {
  wide sum = 0;
  for (uint64_t s : shares)
    sum += s;
  std::vector<uint64_t> parts(shares.size());
  if (sum != 0)
    std::transform(shares.begin(), shares.end(), parts.begin(), [&](uint64_t s) {
      return static_cast<uint64_t>(static_cast<wide>(amount) * s / sum);
    });
  return parts;
}

uint64_t receive_tolerance(uint64_t receive_max, uint64_t total_received) {
  return mul_div_ceil(saturating_sub(receive_max, total_received), 101, 100);
}

uint64_t minimum_arriving(uint64_t amount, const stream_rate& rate, uint32_t slippage) {
  return mul_div_floor(rate.to_receiver(amount), whole_slippage - slippage, whole_slippage);
}

uint64_t maximum_to_send(uint64_t receive_max, uint64_t total_received, const stream_rate& rate) {
  const auto room = saturating_sub(receive_max, total_received);
  if (rate.arrived == 0)
    return room == 0 ? 0 : most;
  return mul_div_ceil(room, rate.sent, rate.arrived);
}

std::optional<uint64_t> limit_from_f08(uint64_t sent, byte_view data) {
  oer_reader in{data};
  const auto received = in.u64();
  const auto maximum = in.u64();
  if (!received || !maximum || *received <= *maximum)
    return std::nullopt;
  return mul_div_floor(sent, *maximum, *received);
}

void stream_path::too_large(uint64_t sent, byte_view f08_data) {
  if (const auto exact = limit_from_f08(sent, f08_data)) {
    maximum = std::min(maximum, *exact);
    limit = maximum;
    return;
  }
  maximum = std::min(maximum, saturating_sub(sent, 1));
  limit = maximum / 2;
}

void stream_path::illiquid(uint64_t sent) {
  const auto m = std::min(sent, limit);
  limit = std::max<uint64_t>(2, m - m / 3);
}

void stream_path::fulfilled(uint64_t sent) {
  if (sent != limit)
    return;
  limit = maximum == most ? saturating_add(limit, limit)
                          : std::min(saturating_add(limit, maximum / 10), maximum);
}

} // namespace codius::net
