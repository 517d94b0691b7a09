#include "net/ilp/ildcp.hpp"

#include "net/ilp/address.hpp"
#include "net/ilp/condition.hpp"
#include "net/ilp/oer.hpp"

namespace codius::net {

namespace {

using namespace std::chrono_literals;

constexpr const char* config_address = "peer.config";
constexpr size_t max_asset_code = 255;

const octets32& zeros_condition() {
  static const octets32 condition = sha256(octets32{});
  return condition;
}

error malformed(std::string why) { return {errc::malformed, "ildcp: " + std::move(why)}; }

} // namespace

bool is_ildcp_request(const ilp_prepare& p) { return p.destination == config_address; }

ilp_prepare make_ildcp_request(utc_time now) {
  return {0, now + 60s, zeros_condition(), config_address, {}};
}

ilp_reply answer_ildcp(const ilp_prepare& request, const ildcp_response& child,
                       const std::string& parent, utc_time now) {
  if (!is_ildcp_request(request))
    return make_reject("F00", parent, "not a configuration request");
  if (request.execution_condition != zeros_condition())
    return make_reject("F00", parent, "configuration request has a wrong condition");
  if (request.expires_at <= now)
    return make_reject("F00", parent, "configuration request has expired");
  oer_writer data;
  data.var_octets(as_bytes(child.address));
  data.u8(child.asset_scale);
  data.var_octets(as_bytes(child.asset_code));
  return ilp_fulfill{octets32{}, data.take()};
}

result<ildcp_response> parse_ildcp_reply(const ilp_reply& reply) {
  if (const auto* reject = std::get_if<ilp_reject>(&reply))
    return error{errc::rejected, "ildcp: the parent answered " + reject->code};
  const auto& fulfill = std::get<ilp_fulfill>(reply);
  if (fulfill.fulfillment != octets32{})
    return malformed("wrong fulfillment");
  oer_reader in{fulfill.data};
  const auto address = in.var_octets(1023);
  if (!address)
    return address.error();
  if (!is_ilp_address(as_text(*address)))
    return malformed("the parent's answer holds no ILP address");
  const auto scale = in.u8();
  if (!scale)
    return scale.error();
  const auto code = in.var_octets(max_asset_code);
  if (!code)
    return code.error();
  return ildcp_response{std::string{as_text(*address)}, *scale, std::string{as_text(*code)}};
}

} // namespace codius::net
