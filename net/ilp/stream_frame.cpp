#include "net/ilp/stream_frame.hpp"

#include <array>
#include <concepts>
#include <utility>

namespace codius::net {

namespace {

constexpr size_t max_contents = 32767;

// One list of fields a frame serves both directions: a codec is a writer that takes values or a
// reader that takes references.
template <class T, class Frame>
concept like = std::same_as<std::remove_const_t<T>, Frame>;

void fields(auto& codec, like<frame::connection_close> auto& x) {
  codec.octet(x.code);
  codec.text(x.message);
}
void fields(auto& codec, like<frame::connection_new_address> auto& x) { codec.text(x.address); }
void fields(auto& codec, like<frame::connection_max_data> auto& x) { codec.number(x.max_offset); }
void fields(auto& codec, like<frame::connection_data_blocked> auto& x) {
  codec.number(x.max_offset);
}
void fields(auto& codec, like<frame::connection_max_stream_id> auto& x) {
  codec.number(x.max_stream_id);
}
void fields(auto& codec, like<frame::connection_stream_id_blocked> auto& x) {
  codec.number(x.max_stream_id);
}
void fields(auto& codec, like<frame::connection_asset_details> auto& x) {
  codec.text(x.code);
  codec.octet(x.scale);
}
void fields(auto& codec, like<frame::stream_close> auto& x) {
  codec.number(x.stream_id);
  codec.octet(x.code);
  codec.text(x.message);
}
void fields(auto& codec, like<frame::stream_money> auto& x) {
  codec.number(x.stream_id);
  codec.number(x.shares);
}
void fields(auto& codec, like<frame::stream_max_money> auto& x) {
  codec.number(x.stream_id);
  codec.saturating(x.receive_max);
  codec.number(x.total_received);
}
void fields(auto& codec, like<frame::stream_money_blocked> auto& x) {
  codec.number(x.stream_id);
  codec.saturating(x.send_max);
  codec.number(x.total_sent);
}
void fields(auto& codec, like<frame::stream_data> auto& x) {
  codec.number(x.stream_id);
  codec.number(x.offset);
  codec.octets(x.data);
}
void fields(auto& codec, like<frame::stream_max_data> auto& x) {
  codec.number(x.stream_id);
  codec.number(x.max_offset);
}
void fields(auto& codec, like<frame::stream_data_blocked> auto& x) {
  codec.number(x.stream_id);
  codec.number(x.max_offset);
}
void fields(auto& codec, like<frame::stream_receipt> auto& x) {
  codec.number(x.stream_id);
  codec.octets(x.receipt);
}

struct field_writer {
  oer_writer out;
  void octet(uint8_t v) { out.u8(v); }
  void number(uint64_t v) { out.var_uint(v); }
  void saturating(uint64_t v) { out.var_uint(v); }
  void text(std::string_view v) { out.var_octets(as_bytes(v)); }
  void octets(byte_view v) { out.var_octets(v); }
};

// Keeps the first failure; later fields are then left alone.
struct field_reader {
  oer_reader in;
  status good = ok();

  template <class T, class F>
  void take(result<T> got, F store) {
    if (!good)
      return;
    if (got)
      store(*got);
    else
      good = got.error();
  }
  void octet(uint8_t& v) {
    take(in.u8(), [&](uint8_t x) { v = x; });
  }
  void number(uint64_t& v) {
    take(in.var_uint(), [&](uint64_t x) { v = x; });
  }
  void saturating(uint64_t& v) {
    take(in.var_uint_saturating(max_contents), [&](uint64_t x) { v = x; });
  }
  void text(std::string& v) {
    take(in.var_octets(max_contents), [&](byte_view x) { v = as_text(x); });
  }
  void octets(byte_buffer& v) {
    take(in.var_octets(max_contents), [&](byte_view x) { v = to_buffer(x); });
  }
};

// Types 1–7 belong to the connection, 16–23 to streams; the variant lists them in this order.
constexpr size_t connection_types = 7;
constexpr size_t first_stream_type = 16;

uint8_t type_of(const stream_frame& f) {
  const auto i = f.index();
  return static_cast<uint8_t>(i < connection_types ? i + 1
                                                   : i - connection_types + first_stream_type);
}

size_t index_of(uint8_t type) {
  if (type >= 1 && type <= connection_types)
    return type - 1u;
  if (type >= first_stream_type)
    return type - first_stream_type + connection_types;
  return std::variant_npos;
}

template <class Frame>
result<stream_frame> read_as(byte_view contents) {
  field_reader reader{oer_reader{contents}};
  Frame x;
  fields(reader, x);
  if (!reader.good)
    return reader.good.error();
  return stream_frame{std::move(x)};
}

template <size_t... I>
constexpr auto readers(std::index_sequence<I...>) {
  return std::array{&read_as<std::variant_alternative_t<I, stream_frame>>...};
}

} // namespace

void write_frame(oer_writer& out, const stream_frame& f) {
  field_writer contents;
  std::visit([&](const auto& x) { fields(contents, x); }, f);
  out.u8(type_of(f));
  out.var_octets(contents.out.bytes());
}

result<stream_frame> read_frame(uint8_t type, byte_view contents) {
  static constexpr auto table
    = readers(std::make_index_sequence<std::variant_size_v<stream_frame>>{});
  const auto i = index_of(type);
  if (i >= table.size())
    return error{errc::unsupported, "stream: unknown frame type"};
  return table[i](contents);
}

} // namespace codius::net
