#include "actors/http_ingress/routes.hpp"

#include <doctest/doctest.h>

using namespace codius::actors;

TEST_SUITE("actors/http_ingress/routes") {
  TEST_CASE("every route of the table is found by its own path, and by HEAD if it is a GET") {
    std::vector<std::string> segments;
    for (const auto& route : api_routes()) {
      std::string path{route.path};
      size_t wanted = 0;
      for (auto at = path.find("{}"); at != path.npos; at = path.find("{}"), ++wanted)
        path.replace(at, 2, "x");
      CAPTURE(path);
      CHECK(find_route(route.method, path, segments) == &route);
      CHECK(segments.size() == wanted);
      if (route.method == "GET")
        CHECK(find_route("HEAD", path, segments) == &route);
    }
  }

  TEST_CASE("what is not in the table is not found") {
    std::vector<std::string> segments;
    for (const char* path : {"", "pods", "/pods/", "//pods", "/PODS", "/pods/x/y/z", "/version/x", "*"}) {
      CAPTURE(path);
      CHECK(find_route("GET", path, segments) == nullptr);
    }
    CHECK(find_route("DELETE", "/pods", segments) == nullptr);
    CHECK(find_route("get", "/pods", segments) == nullptr);
  }
}
