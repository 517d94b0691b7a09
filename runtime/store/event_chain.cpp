#include "runtime/store/event_chain.hpp"

#include "runtime/base/iso_time.hpp"

#include <cryptopp/sha.h>

#include <algorithm>
#include <cmath>

namespace codius::runtime {

namespace {

const CryptoPP::byte* octets(byte_view v) {
  return reinterpret_cast<const CryptoPP::byte*>(v.data());
}

std::optional<uint64_t> whole(const json* value) {
  const auto* number = value ? value->number() : nullptr;
  if (number == nullptr || *number < 0 || *number > 9e15 || std::floor(*number) != *number)
    return std::nullopt;
  return static_cast<uint64_t>(*number);
}

std::optional<event_hash> read_hash(const json& from) {
  const auto* hex = from.find_text("hash");
  const auto read = hex ? from_hex(*hex) : result<byte_buffer>{error{errc::malformed, {}}};
  event_hash out{};
  if (!read || read->size() != out.size())
    return std::nullopt;
  std::copy(read->begin(), read->end(), out.begin());
  return out;
}

} // namespace

std::string event_text(uint64_t seq, std::string_view at, std::string_view kind,
                       std::string_view subject, std::string_view detail) {
  std::string out = "[" + std::to_string(seq);
  for (const auto part : {at, kind, subject})
    out.append(",").append(quote_json(part));
  return out.append(",").append(detail).append("]");
}

event_hash chained(const event_hash& before, std::string_view text) {
  event_hash out{};
  CryptoPP::SHA256 sha;
  sha.Update(octets(before), before.size());
  sha.Update(octets(as_bytes(text)), text.size());
  sha.Final(reinterpret_cast<CryptoPP::byte*>(out.data()));
  return out;
}

std::string token_mark(const pay_token& token) {
  event_hash whole{};
  CryptoPP::SHA256{}.CalculateDigest(reinterpret_cast<CryptoPP::byte*>(whole.data()), octets(token),
                                     token.size());
  return to_hex(byte_view{whole}.first(8));
}

json_object event_json(const host_event& e) {
  auto detail = parse_json(e.detail);
  return {{"seq", e.seq},
          {"at", iso_time(e.at)},
          {"kind", e.kind},
          {"subject", e.subject},
          {"detail", detail ? std::move(*detail) : json{}},
          {"hash", to_hex(e.hash)}};
}

json_object point_json(const event_point& p) { return {{"seq", p.seq}, {"hash", to_hex(p.hash)}}; }

result<event_point> read_point(const json* from) {
  const auto seq = from ? whole(from->find("seq")) : std::nullopt;
  const auto hash = from ? read_hash(*from) : std::nullopt;
  if (!seq || !hash)
    return error{errc::malformed, "no place in an event log"};
  return event_point{*seq, *hash};
}

status event_checker::check(const json& row) {
  const auto wrong = [&](const std::string& why) {
    return error{errc::invalid, "row " + std::to_string(at_.seq + 1) + " " + why};
  };
  const auto seq = whole(row.find("seq"));
  if (seq != at_.seq + 1)
    return wrong("is missing");
  const auto* at = row.find_text("at");
  const auto* kind = row.find_text("kind");
  const auto* subject = row.find_text("subject");
  const auto* detail = row.find("detail");
  const auto hash = read_hash(row);
  if (!at || !kind || !subject || !detail || !hash)
    return wrong("is no event");
  if (chained(at_.hash, event_text(*seq, *at, *kind, *subject, dump(*detail))) != *hash)
    return wrong("was changed, or the one before it");
  at_ = {*seq, *hash};
  return ok();
}

} // namespace codius::runtime
