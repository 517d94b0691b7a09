#!/usr/bin/env python3
"""How long the client takes from start to end, beside /bin/true in the same rounds.

    tests/bench/start_time.py [--rounds 200]

`codius --version`, and `codius manifest hash` of a manifest of 1 MB. Prints minimum and median;
judges nothing.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
CODIUS = str(PROJECT / "build" / "release" / "codius")


def large_manifest(size):
    """A valid manifest of about `size` octets: many containers with environments."""
    digest = "@sha256:" + "a" * 64
    containers = []
    manifest = {"name": "large", "version": "1.0.0", "machine": "small", "port": "8080",
                "containers": containers}
    used = 0
    while used < size:
        one = {"id": f"part-{len(containers)}", "image": "registry.example.com/shop/part" + digest,
               "environment": {f"SETTING_{n}": f"https://service-{n}.example.com/path?key={n}"
                               for n in range(20)}}
        containers.append(one)
        used += len(json.dumps(one)) + 2
    return json.dumps({"manifest": manifest})


def took(argv, nowhere):
    began = time.perf_counter()
    child = os.posix_spawn(argv[0], argv, os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, nowhere, stream) for stream in (0, 1, 2)])
    _, status = os.waitpid(child, 0)
    spent = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{' '.join(argv)} ended with status {status}")
    return spent * 1000


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--codius", default=CODIUS)
    how = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="codius-bench-") as work:
        file = os.path.join(work, "manifest.json")
        pathlib.Path(file).write_text(large_manifest(1_000_000))
        rows = {
            "/bin/true": ["/bin/true"],
            "codius --version": [how.codius, "--version"],
            f"codius manifest hash, {os.path.getsize(file)} octets": [how.codius, "manifest", "hash", file],
        }
        times = {name: [] for name in rows}
        with open("/dev/null", "r+") as nowhere:
            for _ in range(how.rounds):
                for name, argv in rows.items():
                    times[name].append(took(argv, nowhere.fileno()))
        print(f"start to end, {how.rounds} rounds in turns")
        for name, all_ in times.items():
            print(f"{name + ':':45} min {min(all_):6.2f} ms, median {statistics.median(all_):6.2f} ms")


main()
