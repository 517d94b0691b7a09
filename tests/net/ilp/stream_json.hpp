#pragma once
#include "net/ilp/stream_packet.hpp"
#include "tests/net/ilp/ilp_vectors.hpp"

namespace codius::tests {

/// Its number; some files give the name alone.
inline int frame_type_of(dom::element f) {
  if (has(f, "type"))
    return static_cast<int>(uint64_t{f["type"]});
  const auto name = text(f, "name");
  return name == "ConnectionClose"  ? 1
         : name == "StreamMaxMoney" ? 18
         : name == "StreamData"     ? 20
                                    : 0;
}

/// A frame as the vectors write it.
inline net::stream_frame frame_of(dom::element f) {
  namespace frame = net::frame;
  const auto octet = [&](std::string_view key) { return static_cast<uint8_t>(uint64_t{f[key]}); };
  const auto id = [&] { return number(f, "streamId"); };
  switch (frame_type_of(f)) {
    case 1: return frame::connection_close{octet("errorCode"), text(f, "errorMessage")};
    case 2: return frame::connection_new_address{text(f, "sourceAccount")};
    case 3: return frame::connection_max_data{number(f, "maxOffset")};
    case 4: return frame::connection_data_blocked{number(f, "maxOffset")};
    case 5: return frame::connection_max_stream_id{number(f, "maxStreamId")};
    case 6: return frame::connection_stream_id_blocked{number(f, "maxStreamId")};
    case 7:
      return frame::connection_asset_details{text(f, "sourceAssetCode"), octet("sourceAssetScale")};
    case 16: return frame::stream_close{id(), octet("errorCode"), text(f, "errorMessage")};
    case 17: return frame::stream_money{id(), number(f, "shares")};
    case 18:
      return frame::stream_max_money{id(), number(f, "receiveMax"), number(f, "totalReceived")};
    case 19: return frame::stream_money_blocked{id(), number(f, "sendMax"), number(f, "totalSent")};
    case 20: return frame::stream_data{id(), number(f, "offset"), hex(f, "data")};
    case 21: return frame::stream_max_data{id(), number(f, "maxOffset")};
    case 22: return frame::stream_data_blocked{id(), number(f, "maxOffset")};
    case 23: return frame::stream_receipt{id(), hex(f, "receipt")};
  }
  FAIL("a frame type that the vectors do not define");
  return frame::connection_close{};
}

inline std::vector<net::stream_frame> frames_of(dom::element owner) {
  std::vector<net::stream_frame> out;
  for (dom::element f : dom::array{owner["frames"]})
    out.push_back(frame_of(f));
  return out;
}

inline net::stream_packet packet_of(dom::element p) {
  return {static_cast<uint8_t>(uint64_t{p["ilpPacketType"]}), number(p, "sequence"),
          number(p, "prepareAmount"), frames_of(p)};
}

} // namespace codius::tests
