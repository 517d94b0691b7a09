#include "runtime/pods/oci/image_config.hpp"

#include <doctest/doctest.h>

#include <csignal>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/image_config");

namespace {

using words = std::vector<std::string>;

const std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

container_spec container_of(std::optional<words> command) {
  container_spec out;
  out.id = "web";
  out.command = std::move(command);
  return out;
}

} // namespace

TEST_CASE("a configuration is read, and what is missing or misshaped is empty") {
  const auto full = parse_image_config(R"({"architecture":"amd64","config":{
    "Entrypoint":["/e"],"Cmd":["c","d"],"Env":["A=1"],"WorkingDir":"/w","User":"web:log",
    "StopSignal":"SIGQUIT","ExposedPorts":{"80/tcp":{}}}})");
  REQUIRE(full);
  CHECK(*full == image_config{{"/e"}, {"c", "d"}, {"A=1"}, "/w", "web:log", SIGQUIT});
  for (const char* text : {R"({})", R"({"config":null})", R"({"config":{}})",
                           R"({"config":{"Cmd":null,"Entrypoint":"x","Env":7,"User":[]}})"}) {
    CAPTURE(text);
    const auto config = parse_image_config(text);
    REQUIRE(config);
    CHECK(*config == image_config{});
  }
  for (const char* text : {"", "[]", "{", "7"})
    CHECK(parse_image_config(text).error().code == errc::image_unavailable);
}

TEST_CASE("the entry point stays, the manifest's command replaces the image's") {
  struct row {
    const char* name;
    words entrypoint, cmd;
    std::optional<words> command;
    words args;
  };
  const row rows[] = {
    {"both of the image", {"/e"}, {"c"}, {}, {"/e", "c"}},
    {"only CMD", {}, {"c", "d"}, {}, {"c", "d"}},
    {"only ENTRYPOINT", {"/e", "-x"}, {}, {}, {"/e", "-x"}},
    {"a command replaces CMD", {"/e"}, {"c"}, words{"m"}, {"/e", "m"}},
    {"a command alone", {}, {"c"}, words{"m", "n"}, {"m", "n"}},
    {"an empty command clears CMD", {"/e"}, {"c"}, words{}, {"/e"}},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    image_config image;
    image.entrypoint = r.entrypoint;
    image.cmd = r.cmd;
    const auto plan = merge_process(image, container_of(r.command), "host", "");
    REQUIRE(plan);
    CHECK(plan->args == r.args);
  }
}

TEST_CASE("of several definitions of a variable the last one wins, and the usual ones are there") {
  image_config image;
  image.cmd = {"/x"};
  image.env = {"A=1", "B=2", "A=3", "novalue", "=odd"};
  auto container = container_of({});
  container.environment = {{"B", "mine"}, {"C", ""}};
  const auto plan = merge_process(image, container, "abc", "/home/web");
  REQUIRE(plan);
  CHECK(plan->env == words{"A=3", "B=mine", "C=", path, "HOSTNAME=abc", "HOME=/home/web"});
  container.environment = {{"PATH", "/p"}, {"HOME", "/h"}, {"HOSTNAME", "n"}};
  CHECK(merge_process(image, container, "abc", "/home/web")->env
        == words{"A=3", "B=2", "PATH=/p", "HOME=/h", "HOSTNAME=n"});
  CHECK(merge_process(image, container_of({}), "abc", "")->env.back() == "HOME=/");
}

TEST_CASE("the directory is the manifest's, else the image's, else the root") {
  image_config image;
  image.cmd = {"/x"};
  CHECK(merge_process(image, container_of({}), "h", "")->cwd == "/");
  image.working_dir = "/image";
  CHECK(merge_process(image, container_of({}), "h", "")->cwd == "/image");
  auto container = container_of({});
  container.workdir = "/manifest";
  CHECK(merge_process(image, container, "h", "")->cwd == "/manifest");
}

TEST_CASE("what cannot run is refused") {
  image_config image;
  CHECK(merge_process(image, container_of({}), "h", "").error().code == errc::start_failed);
  CHECK(merge_process(image, container_of(words{""}), "h", "").error().code == errc::start_failed);
  image.cmd = {"/x"};
  image.working_dir = "relative";
  CHECK(merge_process(image, container_of({}), "h", "").error().code == errc::start_failed);
  image.working_dir = "/";
  const auto nul = words{std::string{"a\0b", 3}};
  CHECK(merge_process(image, container_of(nul), "h", "").error().code == errc::start_failed);
}

TEST_CASE("signals are known by name and number") {
  struct row {
    const char* name;
    int number;
  };
  const row rows[] = {{"SIGTERM", SIGTERM},
                      {"TERM", SIGTERM},
                      {"15", SIGTERM},
                      {"SIGQUIT", SIGQUIT},
                      {"KILL", SIGKILL},
                      {"10", SIGUSR1},
                      {"SIGRTMIN+3", SIGRTMIN + 3},
                      {"", SIGTERM},
                      {"SIGNONSENSE", SIGTERM},
                      {"0", SIGTERM},
                      {"9999", SIGTERM},
                      {"-1", SIGTERM},
                      {"RTMIN+99", SIGTERM}};
  for (const auto& r : rows) {
    CAPTURE(r.name);
    CHECK(signal_number(r.name) == r.number);
  }
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
