#include "runtime/pods/oci/files.hpp"
#include "runtime/pods/oci/observe.hpp"
#include "runtime/pods/oci/pod_record.hpp"
#include "runtime/pods/oci/records.hpp"
#include "runtime/pods/oci/sweep.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

namespace codius::runtime::oci {

TEST_SUITE_BEGIN("runtime/pods/oci/pod_record");

namespace {

pod_record some_record(char letter = 'b', uint32_t slot = 7) {
  pod_record out;
  out.id.text = std::string(51, letter) + "a";
  out.slot = slot;
  out.short_id = short_id_of(slot);
  out.address = {"10.88.0.9", 8080};
  out.subnet = "10.88.0.0/16";
  out.boot = "boot";
  out.complete = true;
  out.made_by = {"runc", "1.1.5", "/usr/sbin/runc", "/usr/sbin/runc", "/run/codius/engine/runc"};
  out.containers = {{out.short_id + "-0", {100, 12345678901}, {99, 12345678900}, 3},
                    {out.short_id + "-1", {102, 12345678903}, {101, 12345678902}, 15}};
  return out;
}

container_life alive() { return {true, {}, 0}; }
container_life ended(std::optional<int> code, int64_t at) { return {false, code, at}; }

} // namespace

TEST_CASE("a record is read as it was written") {
  const auto record = some_record();
  const auto again = read_record(to_text(record));
  REQUIRE(again);
  CHECK(*again == record);
}

TEST_CASE("another text is no record") {
  auto other = some_record();
  other.id.text = "../../etc";
  for (const auto& text :
       {std::string{}, std::string{"{}"}, std::string{"[]"}, to_text(other),
        to_text(some_record()).substr(0, 100), std::string{R"({"version":2,"complete":true})"}}) {
    CAPTURE(text);
    CHECK(read_record(text).error().code == errc::malformed);
  }
}

TEST_CASE("records are kept a file each; a broken one is none") {
  const tests::temp_dir dir;
  const pod_records records{dir.path()};
  CHECK(records.read_all()->empty());
  const auto one = some_record('b', 1), two = some_record('c', 2);
  REQUIRE(records.write(one));
  REQUIRE(records.write(two));
  CHECK(records.read_all()->size() == 2);
  CHECK(**records.read(two.id) == two);
  CHECK_FALSE(records.read(some_record('d').id)->has_value());
  CHECK_FALSE(records.read({"../x"})->has_value());
  REQUIRE(write_text(pod_paths{dir.path(), dir.path(), one.id}.record, "{\"versi"));
  CHECK_FALSE(records.read(one.id)->has_value());
  // A record in another pod's place is not believed.
  REQUIRE(write_text(pod_paths{dir.path(), dir.path(), one.id}.record, to_text(two)));
  CHECK_FALSE(records.read(one.id)->has_value());
  CHECK(records.read_all()->size() == 1);
}

TEST_CASE("a pod runs while nothing in it failed and something lives") {
  using condition = observed_pod::condition;
  struct row {
    const char* name;
    std::vector<container_life> lives;
    condition now;
    std::optional<int> code;
  };
  const row rows[] = {
    {"all live", {alive(), alive()}, condition::running, {}},
    {"a finished helper", {ended(0, 5), alive()}, condition::running, {}},
    {"a failed one", {alive(), ended(3, 5)}, condition::stopped, 3},
    {"one with an unknown end", {alive(), ended({}, 0)}, condition::stopped, {}},
    {"all finished", {ended(0, 5), ended(0, 4)}, condition::stopped, 0},
    {"the first failure counts", {ended(0, 1), ended(9, 7), ended(8, 6)}, condition::stopped, 8},
    {"killed", {ended(137, 1)}, condition::stopped, 137},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto pod = judge(some_record(), r.lives);
    CHECK(pod.now == r.now);
    CHECK(pod.exit_code == r.code);
    CHECK(pod.address == pod_address{"10.88.0.9", 8080});
  }
}

TEST_CASE("a recorded process is believed only with its start time, and only in its boot") {
  const tests::temp_dir dir;
  auto record = some_record();
  const auto me = mark_process(::getpid());
  REQUIRE(me.started != 0);
  record.containers = {{"p0007-0", me, {}, 15}};
  CHECK(observe(record, dir.path(), "boot").now == observed_pod::condition::running);
  CHECK(observe(record, dir.path(), "other").now == observed_pod::condition::stopped);
  record.containers[0].init.started += 1;
  REQUIRE(write_text(dir.path() + "/p0007-0", "42"));
  const auto pod = observe(record, dir.path(), "boot");
  CHECK(pod.now == observed_pod::condition::stopped);
  CHECK(pod.exit_code == 42);
}

TEST_CASE("a sweep takes what belongs to no pod, and leaves what is not ours") {
  const auto held = some_record('b', 7);
  const std::string lost(52, 'a');
  findings all;
  all.pod_dirs = {held.id.text, lost, "lost+found"};
  all.containers = {"/e/runc/p0007-0", "/e/runc/p0008-0", "/e/crun/p0007-1", "/e/crun/stranger"};
  all.groups = {"p0007", "p0009", "probe", "user.slice"};
  all.links = {"codius0-0007", "codius0-000a", "eth0", "other0-0001"};
  all.exits = {"p0007-0", "p000b-0", "README"};
  const auto out = strays(all, {held}, "codius0");
  CHECK(out.pod_dirs == std::vector{lost});
  CHECK(out.containers == std::vector<std::string>{"/e/runc/p0008-0"});
  CHECK(out.groups == std::vector<std::string>{"p0009"});
  CHECK(out.links == std::vector<std::string>{"codius0-000a"});
  CHECK(out.exits == std::vector<std::string>{"p000b-0"});
  CHECK(strays(out, {held}, "codius0") == out);
  CHECK(strays({}, {}, "codius0") == findings{});
}

TEST_SUITE_END();

} // namespace codius::runtime::oci
