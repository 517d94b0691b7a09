#include "net/ilp/btp.hpp"

#include "net/ilp/oer.hpp"
#include "net/ilp/timestamp.hpp"

#include <algorithm>

namespace codius::net {

namespace {

constexpr uint8_t response_type = 1;
constexpr uint8_t error_type = 2;
constexpr uint8_t message_type = 6;
constexpr uint8_t transfer_type = 7;
constexpr size_t max_error_data = 8192;
constexpr size_t smallest_entry = 3; // two empty strings and the content type

error malformed(const char* why) { return {errc::malformed, std::string{"btp: "} + why}; }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

result<std::string> take_text(oer_reader& in, size_t max) {
  const auto raw = in.var_octets(max);
  if (!raw)
    return raw.error();
  return std::string{as_text(*raw)};
}

result<btp_entry> take_entry(oer_reader& in) {
  auto name = take_text(in, max_btp_frame);
  if (!name)
    return name.error();
  if (!is_ascii(*name))
    return malformed("an entry's name is not ASCII");
  const auto type = in.u8();
  if (!type)
    return type.error();
  const auto data = in.var_octets(max_btp_frame);
  if (!data)
    return data.error();
  return btp_entry{*std::move(name), *type, to_buffer(*data)};
}

result<btp_entries> take_entries(oer_reader& in) {
  const auto count = in.var_uint();
  if (!count)
    return count.error();
  if (*count > in.rest().size() / smallest_entry)
    return malformed("more entries announced than can follow");
  btp_entries out;
  for (uint64_t i = 0; i < *count; ++i) {
    auto entry = take_entry(in);
    if (!entry)
      return entry.error();
    out.push_back(*std::move(entry));
  }
  return out;
}

result<btp_error> take_error(oer_reader& in) {
  btp_error out;
  const auto code = in.octets(3);
  if (!code)
    return code.error();
  out.code = as_text(*code);
  auto name = take_text(in, max_btp_frame);
  if (!name)
    return name.error();
  out.name = *std::move(name);
  if (!is_ascii(out.code) || !is_ascii(out.name))
    return malformed("an error's code or name is not ASCII");
  const auto when = take_text(in, 64);
  if (!when)
    return when.error();
  const auto at = from_generalized_time(*when);
  if (!at)
    return at.error();
  out.triggered_at = *at;
  auto data = take_text(in, max_error_data);
  if (!data)
    return data.error();
  out.data = *std::move(data);
  auto entries = take_entries(in);
  if (!entries)
    return entries.error();
  out.entries = *std::move(entries);
  return out;
}

template <class Body>
result<btp_frame> entries_only(uint32_t id, oer_reader in) {
  auto entries = take_entries(in);
  if (!entries)
    return entries.error();
  return btp_frame{id, Body{*std::move(entries)}};
}

result<btp_frame> transfer(uint32_t id, oer_reader in) {
  const auto amount = in.u64();
  if (!amount)
    return amount.error();
  auto entries = take_entries(in);
  if (!entries)
    return entries.error();
  return btp_frame{id, btp_transfer{*amount, *std::move(entries)}};
}

result<btp_frame> failure(uint32_t id, oer_reader in) {
  auto body = take_error(in);
  if (!body)
    return body.error();
  return btp_frame{id, *std::move(body)};
}

void put_entries(oer_writer& out, const btp_entries& entries) {
  out.var_uint(entries.size());
  for (const auto& e : entries) {
    out.var_octets(as_bytes(e.name));
    out.u8(e.content_type);
    out.var_octets(e.data);
  }
}

uint8_t put_body(oer_writer& out, const btp_response& b) {
  put_entries(out, b.entries);
  return response_type;
}

uint8_t put_body(oer_writer& out, const btp_message& b) {
  put_entries(out, b.entries);
  return message_type;
}

uint8_t put_body(oer_writer& out, const btp_transfer& b) {
  out.u64(b.amount);
  put_entries(out, b.entries);
  return transfer_type;
}

uint8_t put_body(oer_writer& out, const btp_error& b) {
  auto code = b.code;
  code.resize(3, '0');
  out.octets(as_bytes(code));
  out.var_octets(as_bytes(b.name));
  out.var_octets(as_bytes(to_generalized_time(b.triggered_at)));
  out.var_octets(as_bytes(std::string_view{b.data}.substr(0, max_error_data)));
  put_entries(out, b.entries);
  return error_type;
}

bool is_ilp(const btp_entry& e) { return e.name == "ilp"; }

} // namespace

byte_buffer encode(const btp_frame& frame) {
  oer_writer body;
  const auto type = std::visit([&](const auto& b) { return put_body(body, b); }, frame.body);
  oer_writer out;
  out.u8(type);
  out.u32(frame.request_id);
  out.var_octets(body.bytes());
  return out.take();
}

result<btp_frame> decode_btp_frame(byte_view bytes) {
  oer_reader in{bytes};
  const auto type = in.u8();
  if (!type)
    return type.error();
  const auto id = in.u32();
  if (!id)
    return id.error();
  const auto contents = in.var_octets(max_btp_frame);
  if (!contents)
    return contents.error();
  const oer_reader body{*contents};
  switch (*type) {
    case response_type: return entries_only<btp_response>(*id, body);
    case error_type: return failure(*id, body);
    case message_type: return entries_only<btp_message>(*id, body);
    case transfer_type: return transfer(*id, body);
    default: return malformed("unknown frame type");
  }
}

const btp_entry* ilp_entry_of_request(const btp_entries& entries) {
  const auto it = std::find_if(entries.rbegin(), entries.rend(), is_ilp);
  return it == entries.rend() ? nullptr : &*it;
}

const btp_entry* ilp_entry_of_response(const btp_entries& entries) {
  const auto it = std::find_if(entries.begin(), entries.end(), is_ilp);
  return it == entries.end() ? nullptr : &*it;
}

btp_entries make_ilp_entries(byte_buffer packet) {
  btp_entries out(1);
  out[0].name = "ilp";
  out[0].data = std::move(packet);
  return out;
}

} // namespace codius::net
