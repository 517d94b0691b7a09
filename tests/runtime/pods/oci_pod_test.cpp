#include "tests/support/oci_fixture.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

namespace codius::tests {

TEST_SUITE_BEGIN("runtime/pods/oci_pod");

namespace {

using condition = runtime::observed_pod::condition;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Waits for the monitor's word that the first container ended.
std::optional<int> wait_for_exit(runtime::oci_runtime& pods, const pod_id& id) {
  for (int tries = 0; tries < 1000; ++tries) {
    const auto pod = pods.inspect(id);
    if (pod && *pod && (*pod)->now == condition::stopped && (*pod)->exit_code)
      return (*pod)->exit_code;
    ::poll(nullptr, 0, 5);
  }
  return std::nullopt;
}

} // namespace

TEST_CASE("a pod serves its page and is confined, with every engine") {
  if (cannot_make_pods())
    return;
  for (const char* engine : {"runc", "crun"}) {
    CAPTURE(engine);
    oci_fixture host;
    host.open(engine);
    CHECK(has(host.pods->describe(), engine));
    auto pod = host.spec('b');
    pod.containers[0].environment = {{"COLOUR", "green & \"blue\""}};
    const auto ip = host.start(pod);
    CHECK(http_get(ip, "/") == "<h1>Hello from a pod</h1>\n");

    const auto status = run_inside(ip, "cat /proc/self/status");
    CHECK(has(status, "CapEff:\t00000000000004eb\n"));
    CHECK(has(status, "CapBnd:\t00000000000004eb\n"));
    CHECK(has(status, "CapInh:\t0000000000000000\n"));
    CHECK(has(status, "CapAmb:\t0000000000000000\n"));
    CHECK(has(status, "NoNewPrivs:\t1\n"));
    CHECK(has(status, "Seccomp:\t2\n"));

    CHECK(run_inside(ip, "unshare -U true 2>&1 && echo made")
          == "unshare: unshare(0x10000000): "
             "Function not implemented\n");
    CHECK_FALSE(has(run_inside(ip, "mount -t tmpfs x /tmp && echo made"), "made"));
    CHECK_FALSE(has(run_inside(ip, "echo 1 > /proc/sys/kernel/panic && echo wrote"), "wrote"));
    CHECK_FALSE(has(run_inside(ip, "touch /sys/x && echo wrote"), "wrote"));

    const auto limits = run_inside(ip, "cat /sys/fs/cgroup/memory/memory.limit_in_bytes "
                                       "/sys/fs/cgroup/memory.max; cat "
                                       "/sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max");
    CHECK(has(limits, "67108864\n"));
    CHECK(has(limits, "512\n"));

    CHECK(run_inside(ip, "echo $COLOUR") == "green & \"blue\"\n");
    CHECK(run_inside(ip, "hostname") == "bbbbbbbbbbbb\n");
    CHECK(has(run_inside(ip, "cat /etc/hosts"), ip + "\tbbbbbbbbbbbb"));
    CHECK(has(run_inside(ip, "cat /etc/resolv.conf"), "nameserver 1.1.1.1"));
    CHECK(run_inside(ip, "echo x > /dev/shm/a && cat /dev/shm/a") == "x\n");
    CHECK(run_inside(ip, "cat /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null || echo 1")
          == "1\n");
    CHECK(host.pods->remove(pod.id));
    CHECK(host.traces() == std::set<std::string>{});
  }
}

TEST_CASE("a pod's root is nobody on the host, and its image stays as it is") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.open();
  const auto pod = host.spec('b');
  const auto ip = host.start(pod);
  CHECK(run_inside(ip, "echo mine > /www/new && stat -c %u /www/new /bin/busybox") == "0\n0\n");
  CHECK(http_get(ip, "/new") == "mine\n");
  runtime::process_request can_map;
  can_map.argv = {"unshare", "--user", "--map-root-user", "true"};
  const auto mapped = runtime::run_process(can_map);
  if (mapped && mapped->succeeded()) {
    CHECK(has(host.pods->describe(), ", user namespaces"));
    CHECK(has(run_inside(ip, "cat /proc/self/uid_map"), "      65536\n"));
    CHECK_FALSE(has(run_inside(ip, "cat /proc/self/uid_map"), "         0          0 "));
  } else {
    MESSAGE("no user namespaces on this machine");
  }
  const auto other = host.spec('c');
  CHECK_FALSE(has(http_get(host.start(other), "/new"), "mine"));
}

TEST_CASE("pods outlive the runtime object and are found again") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.open();
  const auto pod = host.spec('b');
  const auto ip = host.start(pod);
  host.open("crun"); // also when the engine was changed meanwhile
  const auto all = host.pods->list();
  REQUIRE(all);
  REQUIRE(all->size() == 1);
  CHECK((*all)[0].id == pod.id);
  CHECK((*all)[0].now == condition::running);
  CHECK((*all)[0].address == pod_address{ip, 80});
  CHECK(host.pods->sweep());
  CHECK(http_get(ip, "/") == "<h1>Hello from a pod</h1>\n");
  CHECK(host.pods->start(pod)->ip == ip); // left alone
  CHECK(host.pods->release_host().error().code == errc::busy);
  runtime::oci_runtime second{host.options};
  CHECK(second.prepare_host().error().code == errc::conflict);
  CHECK(host.pods->remove(pod.id));
  CHECK(host.pods->remove(pod.id));
  CHECK_FALSE(host.pods->inspect(pod.id)->has_value());
  CHECK(host.traces() == std::set<std::string>{});
}

TEST_CASE("a pod that cannot start says why and leaves nothing, with every engine") {
  if (cannot_make_pods())
    return;
  for (const char* engine : {"runc", "crun"}) {
    CAPTURE(engine);
    oci_fixture host;
    host.open(engine);
    auto pod = host.spec('b');
    pod.containers[0].command = {"/no/such/program"};
    REQUIRE(host.pods->ensure_images(pod, {}, {}));
    const auto at = host.pods->start(pod);
    REQUIRE_FALSE(at);
    CHECK(at.error().code == errc::start_failed);
    CAPTURE(at.error().detail);
    CHECK(has(at.error().detail, "container \"web\": "));
    CHECK(has(at.error().detail, "/no/such/program"));
    CHECK(has(at.error().detail, "o such file"));
    CHECK(host.traces() == std::set<std::string>{});
    CHECK(host.pods->list()->empty());
  }
}

TEST_CASE("pods do not reach each other or the host, but the pay address") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.open();
  const auto ip = host.start(host.spec('b'));
  const auto other = host.start(host.spec('c'));
  CHECK(http_get(other, "/") == "<h1>Hello from a pod</h1>\n");
  const auto fetch = [&](const std::string& from, const std::string& to) {
    return run_inside(from, "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 1 " + to + " 80");
  };
  CHECK(has(fetch(ip, ip), "Hello"));
  CHECK_FALSE(has(fetch(ip, other), "Hello"));
  CHECK_FALSE(has(fetch(other, ip), "Hello"));

  // Two listeners on the host, one where pods may go.
  const auto listen_on = [](const std::string& at, uint16_t port) {
    runtime::unique_fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, at.c_str(), &address.sin_addr);
    const int yes = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    CHECK(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::listen(fd.get(), 8) == 0);
    return fd;
  };
  const auto gateway = ip.substr(0, ip.find('.', ip.find('.') + 1)) + ".0.1";
  const auto open = listen_on("169.254.77.67", 7767);
  const auto closed = listen_on(gateway, 7767);
  const auto closed_port = listen_on("169.254.77.67", 7766);
  // Whether a connection from the pod arrives.
  const auto arrives = [&](const runtime::unique_fd& listener, const std::string& to) {
    std::jthread caller{[&] { (void)run_inside(ip, "nc -w 1 " + to + " </dev/null"); }};
    pollfd ready{listener.get(), POLLIN, 0};
    const bool came = ::poll(&ready, 1, 1'500) == 1;
    if (came)
      runtime::unique_fd{::accept(listener.get(), nullptr, nullptr)}.reset();
    return came;
  };
  CHECK(arrives(open, "169.254.77.67 7767"));
  CHECK_FALSE(arrives(closed, gateway + " 7767"));
  CHECK_FALSE(arrives(closed_port, "169.254.77.67 7766"));
  const auto refused = [&](const std::string& to) {
    return has(run_inside(ip, "nc -w 1 " + to + " </dev/null || echo refused"), "refused");
  };
  CHECK(refused("169.254.169.254 80"));
  CHECK(refused("192.168.0.1 80"));
}

TEST_CASE("the containers of a pod share its network and its memory, and end together") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.open();
  auto pod = host.spec('b');
  auto helper = pod.containers[0];
  helper.id = "../helper"; // a name never becomes a path
  helper.command = {"/bin/sh", "-c",
                    "until wget -q -O /dev/shm/page http://127.0.0.1/; do sleep 0.05; done; "
                    "until [ -e /dev/shm/end ]; do sleep 0.05; done; exit 9"};
  pod.containers.push_back(helper);
  const auto ip = host.start(pod);
  const auto page
    = run_inside(ip, "until [ -s /dev/shm/page ]; do sleep 0.05; done; cat /dev/shm/page");
  CHECK(has(page, "Hello"));
  CHECK((*host.pods->inspect(pod.id))->now == condition::running);
  (void)run_inside(ip, "touch /dev/shm/end");
  CHECK(wait_for_exit(*host.pods, pod.id) == 9);
  CHECK(host.pods->start(pod)); // made anew
  CHECK((*host.pods->inspect(pod.id))->now == condition::running);
}

TEST_CASE("made anew, a pod's log begins with what it said before, and ends with the pod") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.open();
  auto pod = host.spec('b');
  const auto run = [&](const char* script) {
    pod.containers[0].command = {"/bin/sh", "-c", script};
    (void)host.start(pod);
    return wait_for_exit(*host.pods, pod.id);
  };
  const auto text = [&](runtime::pod_log& log) {
    std::string out;
    for (runtime::log_position at;;) {
      const auto part = log.read(at, true);
      REQUIRE(part);
      if (part->pieces.empty())
        return out;
      for (const auto& piece : part->pieces)
        out += piece.text;
      at = part->next;
    }
  };
  CHECK(run("echo last words; exit 7") == 7);
  const auto follower = host.pods->open_log(pod.id, 1);
  REQUIRE(follower);
  CHECK(text(**follower) == "last words\n");
  CHECK(run("echo born again; exit 8") == 8);
  (*follower)->renewed();
  CHECK(text(**follower) == "last words\nborn again\n");
  CHECK(run("exit 9") == 9);
  CHECK(text(**host.pods->open_log(pod.id, 1)) == "born again\n");
  CHECK(run("exit 10") == 10); // what said nothing does not push away what did
  CHECK(text(**host.pods->open_log(pod.id, 1)) == "born again\n");
  pod.containers[0].command = {"/no/such/program"};
  CHECK_FALSE(host.pods->start(pod));
  CHECK(host.pods->remove(pod.id));
  CHECK(text(**host.pods->open_log(pod.id, 1)) == "");
  const auto left = runtime::oci::names_in(host.options.state_dir + "/last_logs");
  CHECK(left->empty());
}

TEST_CASE("exit codes and output are kept, a memory hog is killed, a fork bomb is bounded") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.options.pids_per_pod = 32;
  host.options.log_bytes = 100'000;
  host.open();
  const auto run = [&](char letter, const char* script) {
    auto pod = host.spec(letter);
    pod.containers[0].command = {"/bin/sh", "-c", script};
    (void)host.start(pod);
    return wait_for_exit(*host.pods, pod.id);
  };
  CHECK(run('b', "echo spoken; echo aloud >&2; exit 7") == 7);
  const auto log = runtime::oci::read_text(host.pods->log_file(host.spec('b').id, 0));
  REQUIRE(log);
  CHECK(has(*log, " stdout F spoken\n"));
  CHECK(has(*log, " stderr F aloud\n"));
  CHECK(run('f', "i=0; while [ $i -lt 20000 ]; do echo a line of some length that fills a log; "
                 "i=$((i+1)); done")
        == 0);
  CHECK(runtime::oci::read_text(host.pods->log_file(host.spec('f').id, 0))->size() < 200'000);
  CHECK(run('c', "exec dd if=/dev/zero of=/dev/shm/x bs=1M count=200 2>/dev/null") != 0);
  CHECK(run('d', "x=a; while :; do x=$x$x; done") == 137);
  CHECK_FALSE(std::filesystem::exists("oom")); // conmon's note belongs to the pod, not to our directory
  CHECK(run('e', "i=0; while [ $i -lt 60 ]; do sleep 30 & i=$((i+1)); done; exit 0") != 0);
}

TEST_CASE("an image's user is looked up inside the image") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.open();
  const auto ip = host.start(host.spec('b', registry().push("as-web", {"--config.user=web"})));
  CHECK(has(run_inside(ip, "id"), "uid=1000(web) gid=1000(web) groups=4(log)"));
  CHECK(run_inside(ip, "echo $HOME") == "/home/web\n");
  CHECK(has(run_inside(ip, "cat /proc/self/status"), "CapEff:\t0000000000000000\n"));
  CHECK_FALSE(has(run_inside(ip, "touch /www/x && echo wrote"), "wrote"));
}

TEST_CASE("without user namespaces pods run and are confined too") {
  if (cannot_make_pods())
    return;
  for (const char* engine : {"runc", "crun"}) {
    CAPTURE(engine);
    oci_fixture host;
    host.options.user_namespaces = false;
    host.open(engine);
    CHECK(has(host.pods->describe(), "no user namespaces"));
    CHECK_FALSE(host.pods->warnings().empty());
    const auto ip = host.start(host.spec('b'));
    CHECK(has(http_get(ip, "/"), "Hello"));
    CHECK(has(run_inside(ip, "cat /proc/self/status"), "CapEff:\t00000000000004eb\n"));
    CHECK(has(run_inside(ip, "ls /sys/class/net"), "eth0"));
    CHECK_FALSE(has(run_inside(ip, "ls /sys/class/net"), "codtest0"));
    CHECK_FALSE(has(run_inside(ip, "touch /sys/x && echo wrote"), "wrote"));
  }
}

TEST_CASE("images that cannot be had say why") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.open();
  const auto why = [&](const std::string& image) {
    const auto done = host.pods->ensure_images(host.spec('b', image), {}, {});
    REQUIRE_FALSE(done);
    CHECK(done.error().code == errc::image_unavailable);
    return done.error().detail;
  };
  const std::string digest = "@sha256:" + std::string(64, '0');
  CHECK(has(why(registry().address() + "/web:latest"), "pin it"));
  CHECK(has(why(registry().address() + "/web" + digest), "has no such image"));
  CHECK(has(why(registry().address() + "/nowhere" + digest), "has no such image"));
  CHECK(has(why("127.0.0.1:1/web" + digest), "cannot be reached"));
  host.options.max_image_bytes = 1'000'000; // busybox is larger
  host.open();
  CHECK(has(why(registry().web()), "too large"));
  host.options.max_image_bytes = 1ull << 30;
  host.open();
  const auto start = host.pods->start(host.spec('b'));
  CHECK(start.error().code == errc::image_unavailable);
  CHECK(has(start.error().detail, "not on this host"));
  CHECK(*runtime::oci::names_in(host.options.state_dir + "/images") == std::vector<std::string>{});
  host.options.insecure_registries.clear();
  host.open();
  CHECK(has(why(registry().web()), "CODIUS_INSECURE_REGISTRIES"));
}

TEST_CASE("a sweep removes what a dead host left half-made") {
  if (cannot_make_pods())
    return;
  using namespace runtime::oci;
  oci_fixture host;
  host.open();
  const auto kept = host.start(host.spec('b'));
  // One whose record was not finished, one whose record was lost.
  (void)host.start(host.spec('c'));
  (void)host.start(host.spec('d'));
  const auto record = [&](char letter) {
    return host.options.state_dir + "/pods/" + host.spec(letter).id.text + "/pod.json";
  };
  auto text = *read_text(record('c'));
  text.replace(text.find("\"complete\": true"), 16, "\"complete\": false");
  for (size_t at; (at = text.find("\"pid\": ")) != std::string::npos;)
    text.replace(at, 7, "\"was\": ");
  REQUIRE(write_text(record('c'), text));
  REQUIRE(remove_tree(record('d')));
  REQUIRE(make_dirs(host.options.state_dir + "/images/tmp-half/rootfs", 0700));
  host.open();
  CHECK(host.pods->list()->size() == 1);
  CHECK(host.pods->sweep());
  CHECK(host.pods->list()->size() == 1);
  CHECK(http_get(kept, "/") == "<h1>Hello from a pod</h1>\n");
  CHECK_FALSE(exists(host.options.state_dir + "/images/tmp-half"));
  CHECK(host.pods->remove(host.spec('b').id));
  CHECK(host.traces() == std::set<std::string>{});
}

TEST_CASE(
  "a host that is killed at any step of making a pod leaves nothing that a sweep cannot find") {
  if (cannot_make_pods())
    return;
  for (const char* engine : {"runc", "crun"})
    for (const std::string_view last :
         {"plan", "namespaces", "network", "root and bundle", "create", "start"}) {
      CAPTURE(engine);
      CAPTURE(last);
      oci_fixture host;
      host.open(engine);
      const auto pod = host.spec('b');
      REQUIRE(host.pods->ensure_images(pod, {}, {}));
      host.pods.reset();
      const auto child = ::fork();
      if (child == 0) {
        host.options.oci_runtime = engine;
        host.options.on_step = [&](std::string_view step) {
          if (step == last)
            ::kill(::getpid(), SIGKILL);
        };
        runtime::oci_runtime victim{host.options};
        if (victim.prepare_host())
          (void)victim.start(pod);
        ::_exit(0);
      }
      int how = 0;
      REQUIRE(::waitpid(child, &how, 0) == child);
      CHECK(WIFSIGNALED(how));
      host.open(engine);
      CHECK(host.pods->list()->empty());
      CHECK(host.pods->sweep());
      CHECK(host.traces() == std::set<std::string>{});
      CHECK(has(http_get(host.start(pod), "/"), "Hello"));
    }
}

TEST_CASE("several pods are made and removed at once") {
  if (cannot_make_pods())
    return;
  oci_fixture host;
  host.open();
  REQUIRE(host.pods->ensure_images(host.spec('b'), {}, {}));
  std::array<result<pod_address>, 4> at{error{}, error{}, error{}, error{}};
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < at.size(); ++i)
      threads.emplace_back(
        [&, i] { at[i] = host.pods->start(oci_fixture::spec(static_cast<char>('b' + i))); });
  }
  std::set<std::string> addresses;
  for (const auto& one : at) {
    REQUIRE_MESSAGE(one, (one ? "" : one.error().detail));
    CHECK(has(http_get(one->ip, "/"), "Hello"));
    addresses.insert(one->ip);
  }
  CHECK(addresses.size() == at.size());
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < at.size(); ++i)
      threads.emplace_back(
        [&, i] { (void)host.pods->remove(oci_fixture::spec(static_cast<char>('b' + i)).id); });
  }
  CHECK(host.traces() == std::set<std::string>{});
}

TEST_CASE("calls before the host is prepared are refused") {
  runtime::oci_runtime pods;
  CHECK(pods.name() == "oci");
  CHECK(pods.list().error().code == errc::unavailable);
  CHECK(pods.start(oci_fixture::spec('b', "x")).error().code == errc::unavailable);
  CHECK(pods.inspect({std::string(52, 'a')}).error().code == errc::unavailable);
  CHECK(pods.remove({std::string(52, 'a')}).error().code == errc::unavailable);
}

TEST_SUITE_END();

} // namespace codius::tests
