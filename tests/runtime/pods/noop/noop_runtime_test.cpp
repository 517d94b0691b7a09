#include "runtime/pods/noop/noop_runtime.hpp"

#include <doctest/doctest.h>

namespace codius::runtime {

TEST_SUITE_BEGIN("runtime/pods/noop/noop_runtime");

namespace {

pod_spec spec_of(char letter, uint16_t port) {
  pod_spec spec;
  spec.id.text = std::string(51, letter) + "a";
  spec.port = port;
  spec.containers.push_back({"web", "registry/web@sha256:aa", {}, {}, {}});
  return spec;
}

} // namespace

TEST_CASE("D-30 a pod is held from its start to its removal") {
  noop_runtime pods;
  CHECK(pods.prepare_host());
  const auto spec = spec_of('b', 8080);
  CHECK_FALSE(pods.inspect(spec.id)->has_value());
  CHECK(*pods.start(spec) == pod_address{"127.0.0.1", 8080});
  CHECK((*pods.inspect(spec.id))->now == observed_pod::condition::running);
  CHECK(pods.list()->size() == 1);
  CHECK(pods.sweep());
  CHECK(pods.list()->size() == 1);
  CHECK(pods.release_host().error().code == errc::busy);
  CHECK(pods.remove(spec.id));
  CHECK(pods.remove(spec.id));
  CHECK(pods.list()->empty());
  CHECK(pods.release_host());
}

TEST_CASE("starting a pod again leaves it as it is") {
  noop_runtime pods;
  (void)pods.start(spec_of('c', 80));
  CHECK(*pods.start(spec_of('c', 81)) == pod_address{"127.0.0.1", 80});
}

TEST_CASE("a configured address stands for every pod that serves") {
  noop_runtime pods{{{"127.0.0.9", 4711}}};
  CHECK(*pods.start(spec_of('d', 80)) == pod_address{"127.0.0.9", 4711});
  CHECK(*pods.start(spec_of('e', 0)) == pod_address{"127.0.0.9", 0});
}

TEST_CASE("each image is told of, and a stop request is obeyed") {
  noop_runtime pods;
  std::vector<std::string> told;
  const auto spec = spec_of('f', 80);
  CHECK(pods.ensure_images(spec, [&](const std::string& step) { told.push_back(step); }, {}));
  CHECK(told == std::vector<std::string>{"pulling registry/web@sha256:aa"});
  std::stop_source stop;
  stop.request_stop();
  CHECK(pods.ensure_images(spec, {}, stop.get_token()).error().code == errc::unavailable);
  CHECK(pods.start(pod_spec{}).error().code == errc::invalid);
}

TEST_SUITE_END();

} // namespace codius::runtime
