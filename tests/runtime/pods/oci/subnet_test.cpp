#include "runtime/pods/oci/slots.hpp"
#include "runtime/pods/oci/subnet.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/subnet");

namespace {

// As a little-endian machine shows it.
const std::string route_table
  = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    "tun0\t0000580A\t0105A8C0\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    "short line\n";

} // namespace

TEST_CASE("subnets are read and written, and bad ones refused") {
  for (const char* text : {"10.88.0.0/16", "192.168.4.0/24", "10.0.0.16/28", "0.0.0.0/0"}) {
    CAPTURE(text);
    REQUIRE(parse_subnet(text));
    CHECK(parse_subnet(text)->text() == text);
  }
  for (const char* text : {"", "10.88.0.0", "10.88.0.0/", "10.88.0.0/33", "10.88.0.1/16",
                           "10.88/16", "10.88.0.0/1x", "a.b.c.d/16", "10.88.0.0/-1", "::/16"}) {
    CAPTURE(text);
    CHECK(parse_subnet(text).error().code == errc::malformed);
  }
}

TEST_CASE("the first address is the bridge's, pods have the next ones") {
  const auto net = *parse_subnet("10.88.0.0/16");
  CHECK(ip_text(net.gateway()) == "10.88.0.1");
  CHECK(ip_text(net.pod_ip(0)) == "10.88.0.2");
  CHECK(ip_text(net.pod_ip(255)) == "10.88.1.1");
  CHECK(net.capacity() == 65533);
  CHECK(ip_text(net.pod_ip(net.capacity() - 1)) == "10.88.255.254");
  CHECK(parse_subnet("10.0.0.16/28")->capacity() == 13);
  CHECK(short_id_of(0x0a3f) == "p0a3f");
  CHECK(veth_name("codius0", 0x0a3f) == "codius0-0a3f");
}

TEST_CASE("the machine's routes are read, its default route apart") {
  const auto routes = parse_routes(route_table);
  REQUIRE(routes.size() == 2);
  CHECK(routes[0].interface == "eth0");
  CHECK(routes[0].to.text() == "192.0.2.0/24");
  CHECK(routes[0].local);
  CHECK(routes[1].to.text() == "10.88.0.0/16");
  CHECK_FALSE(routes[1].local);
}

TEST_CASE("pods get a subnet that nothing else uses") {
  const auto routes = parse_routes(route_table);
  CHECK(choose_subnet("", {}, "codius0")->text() == "10.88.0.0/16");
  CHECK(choose_subnet("", routes, "codius0")->text() == "10.89.0.0/16");
  CHECK(choose_subnet("10.200.0.0/20", routes, "codius0")->text() == "10.200.0.0/20");
  const auto taken = choose_subnet("10.88.4.0/24", routes, "codius0");
  CHECK(taken.error().code == errc::conflict);
  CHECK(taken.error().detail.find("10.88.0.0/16 on tun0") != std::string::npos);
  CHECK(choose_subnet("10.0.0.0/8", {}, "codius0").error().code == errc::invalid);
  CHECK(choose_subnet("10.0.0.0/30", {}, "codius0").error().code == errc::invalid);
  CHECK(choose_subnet("nonsense", {}, "codius0").error().code == errc::malformed);
  const std::vector<route> ours{{"codius0", *parse_subnet("10.95.0.0/16"), true}};
  CHECK(choose_subnet("", ours, "codius0")->text() == "10.95.0.0/16"); // it stays what it was
  const std::vector<route> wide{{"vpn", *parse_subnet("10.0.0.0/8"), false}};
  CHECK(choose_subnet("", wide, "codius0").error().code == errc::conflict);
}

TEST_CASE("places go round before one is given out again, also over a restart") {
  const tests::temp_dir dir;
  const auto file = dir.path() + "/next";
  {
    slots places{3, file};
    CHECK(*places.take() == 0);
    CHECK(*places.take() == 1);
    places.give_back(0);
    CHECK(*places.take() == 2);
    CHECK(*places.take() == 0);
    CHECK(places.take().error().code == errc::no_capacity);
    places.give_back(1);
    CHECK(*places.take() == 1);
  }
  slots later{3, file};
  later.keep(2);
  CHECK(*later.take() == 0);
  CHECK(*later.take() == 1);
  CHECK(later.take().error().code == errc::no_capacity);
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
