#!/usr/bin/env python3
"""From paid to the first byte of the pod's page, next to the bare engine.

Starts a registry, a host with the oci runtime, and sells it one new pod a round; each round also
runs the same root file system by `runc run` (or crun) with nothing around it. Both wait for the
first byte over TCP. Needs root. Prints medians; judges nothing.

    tests/bench/first_byte.py [--engine runc|crun] [--rounds 15]
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
BIN = PROJECT / "build" / "release"
REGISTRY = str(PROJECT / "tests" / "support" / "test_registry.sh")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def first_byte(port, host, deadline=10.0):
    """Asks until an octet of a 200 answer comes."""
    end = time.time() + deadline
    ask = f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    while time.time() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
                s.sendall(ask)
                if s.recv(64).startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
                    return time.time()
        except OSError:
            pass
    sys.exit(f"no page at port {port}")


def bare_run(engine, work, tree, port, round_):
    bundle = work / f"bare-{round_}"
    bundle.mkdir()
    config = {
        "ociVersion": "1.0.2",
        "process": {"user": {"uid": 0, "gid": 0}, "cwd": "/", "env": ["PATH=/bin"],
                    "args": ["/bin/busybox", "httpd", "-f", "-p", f"127.0.0.1:{port}", "-h", "/www"]},
        "root": {"path": str(tree)},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
                   {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"}],
        "linux": {"namespaces": [{"type": t} for t in ("pid", "mount", "ipc", "uts")]},
    }
    (bundle / "config.json").write_text(json.dumps(config))
    engine_command = [engine, "--root", str(work / "bare-state")]
    if engine == "crun":  # it refuses machines with both kinds of cgroups unless one is hidden
        engine_command = ["unshare", "-m", "sh", "-c",
                          'umount -l /sys/fs/cgroup/unified 2>/dev/null; exec "$@"', "sh"] + engine_command
    began = time.time()
    subprocess.run(engine_command + ["run", "--detach", "-b", str(bundle), f"bare-{round_}"], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    took = first_byte(port, "bare") - began
    subprocess.run(engine_command + ["delete", "--force", f"bare-{round_}"], check=True)
    return took


def wait_for_line(log, pattern, deadline=60.0):
    end = time.time() + deadline
    while time.time() < end:
        line = log.readline()
        if not line:
            sys.exit("the host ended; see its log")
        found = re.search(pattern, line)
        if found:
            return found
    sys.exit(f"the host did not log {pattern}")


def paid_run(work, log, host_port, btp_port, image, round_):
    directory = work / f"paid-{round_}"
    directory.mkdir()
    manifest = {"manifest": {"name": f"round-{round_}", "version": "1.0.0", "machine": "small",
                             "port": "8080", "containers": [{"id": "web", "image": image}]}}
    (directory / "codius.json").write_text(json.dumps(manifest))
    environment = dict(os.environ, ILP_CREDENTIALS=f"btp+ws://:bench@localhost:{btp_port}")
    client = subprocess.Popen([BIN / "codius", "upload", "--host", f"http://localhost:{host_port}",
                               "--duration", "5", "-y", "--json"], cwd=directory, env=environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    paid = wait_for_line(log, r"ts=(\S+)Z .*event=payment\.received .*pod=([a-z2-7]{52})")
    wait_for_line(log, r"event=pod\.started pod=" + paid[2])
    page = first_byte(host_port, paid[2] + ".localhost")
    client.wait()
    at = datetime.datetime.fromisoformat(paid[1]).replace(tzinfo=datetime.timezone.utc)
    return page - at.timestamp()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--engine", default="runc")
    options.add_argument("--rounds", type=int, default=15)
    how = options.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="codius-bench-"))
    work.chmod(0o755)
    host = None
    try:
        sh = lambda *words: subprocess.check_output(["sh", REGISTRY, *map(str, words)], text=True).strip()
        registry = sh("start", work / "registry")
        sh("busybox-tree", work / "tree")
        image = sh("push", work / "registry", "web", work / "tree", "--config.cmd", "/bin/busybox",
                   *[w for a in ("httpd", "-f", "-p", "8080", "-h", "/www") for w in ("--config.cmd", a)])
        host_port, btp_port, bare_port = free_port(), free_port(), free_port()
        settings = {"CODIUS_DEV": "true", "CODIUS_ROOT": work / "root", "CODIUS_RUN_DIR": work / "run",
                    "CODIUS_PORT": host_port, "CODIUS_ILP_LISTEN": f"127.0.0.1:{btp_port}",
                    "CODIUS_INSECURE_REGISTRIES": registry, "CODIUS_OCI_RUNTIME": how.engine}
        environment = dict(os.environ, **{k: str(v) for k, v in settings.items()})
        host = subprocess.Popen([BIN / "codiusd"], env=environment, stderr=subprocess.PIPE, text=True)
        wait_for_line(host.stderr, r"event=http\.listening")
        paid_run(work, host.stderr, host_port, btp_port, image, "warm")
        bare, paid = [], []
        for n in range(how.rounds):
            bare.append(bare_run(how.engine, work, work / "tree", bare_port, n))
            paid.append(paid_run(work, host.stderr, host_port, btp_port, image, n))
        ms = lambda all_: f"median {statistics.median(all_) * 1000:.1f} ms (min {min(all_) * 1000:.1f}, max {max(all_) * 1000:.1f})"
        print(f"{how.engine}, {how.rounds} rounds, bare and paid in turn")
        print(f"bare `{how.engine} run` to first byte:  {ms(bare)}")
        print(f"paid to first byte of the page: {ms(paid)}")
        print(f"difference of the medians:      {(statistics.median(paid) - statistics.median(bare)) * 1000:.1f} ms")
    finally:
        if host:
            host.terminate()
            host.wait()
            subprocess.run([BIN / "codiusd", "--release-host"], env=environment, check=True,
                           stderr=subprocess.DEVNULL)
        subprocess.run(["sh", REGISTRY, "stop", str(work / "registry")], check=False)
        subprocess.run(["rm", "-rf", str(work)], check=False)


main()
