"""How many verifications a second, each isolated, and how long does one take?

A verification is what a harness does most: a small solution and its asserts, run and judged. Ours judges it
in two fresh sandboxes, the tests in one and the solution in the other, once (the check for flaky tests,
which runs them twice, is off, because nobody else has one). Beside it: a plain subprocess without any
isolation, and llm-sandbox with its pool of Docker containers, which runs solution and asserts as one program
in a container that it uses again and again, as root.

    python -m benchmarks.sandbox --private-engine --llm-sandbox-python PYTHON
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import finish, machine, progress, table
from benchmarks.sandbox_engine import PEER_IMAGE, engine, make_peer_image
from verifiers.domain import Candidate, CodingTask, SourceFile, Status, TestSuite
from verifiers.execution.python_tests import PythonTestsVerifier
from verifiers.execution.run import TestLimits
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.docker import Docker
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Sandbox

CLIENTS = (1, 2, 4, 8)
GOAL_RATE, GOAL_P95_S, GOAL_PEER, GOAL_PYTEST = 40.0, 0.25, 3.0, 2.0
_PEER = Path(__file__).with_name("sandbox_peer.py")
_PEER_S = 240.0
_WARM_UP = 4

SOLUTION = '''
def longest_run(values):
    """The length of the longest run of equal neighbours."""
    best = run = 0
    for place, value in enumerate(values):
        run = run + 1 if place and value == values[place - 1] else 1
        best = max(best, run)
    return best
'''
CHECKS = (
    "longest_run([]) == 0",
    "longest_run([5]) == 1",
    "longest_run([1, 1, 2, 2, 2, 3]) == 3",
    "longest_run('aabbbb') == 4",
    "longest_run(list(range(50))) == 1",
)
ASSERTS = "from solution import longest_run\n" + "".join(f"assert {check}\n" for check in CHECKS)
PYTEST = "from solution import longest_run\n" + "".join(
    f"\ndef test_{number}():\n    assert {check}\n" for number, check in enumerate(CHECKS)
)
SCRIPT = f"{SOLUTION}\n" + "".join(f"assert {check}\n" for check in CHECKS) + 'print("verified")\n'


@dataclass(frozen=True)
class Measured:
    """Runs by a number of clients at once.

    Attributes:
        clients: How many.
        rate: Runs a second.
        seconds: Of each run.
    """

    clients: int
    rate: float
    seconds: tuple[float, ...]

    @property
    def p95(self) -> float:
        """Seconds that 95 of 100 runs stay below."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def _measure(once: Callable[[], None], clients: int, runs: int) -> Measured:
    def timed(_: int) -> float:
        begin = time.perf_counter()
        once()
        return time.perf_counter() - begin

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(timed, range(max(_WARM_UP, clients))))
        begin = time.perf_counter()
        seconds = tuple(pool.map(timed, range(runs)))
        return Measured(clients, runs / (time.perf_counter() - begin), seconds)


def _verification(sandbox: Sandbox, name: str, tests: str) -> Callable[[], None]:
    verifier = PythonTestsVerifier(sandbox, TestLimits(runs=1))
    suite = TestSuite(files=(SourceFile(path=name, content=tests),))
    task = CodingTask(instruction="Write longest_run.", tests=suite)
    candidate = Candidate(files=(SourceFile(path="solution.py", content=SOLUTION),))

    def once() -> None:
        verdict = verifier.verify(task, candidate, 60)
        if verdict.status is not Status.PASSED:
            raise SystemExit(f"The right solution was not accepted: {verdict.summary}")

    return once


def _plain(folder: Path) -> Callable[[], None]:
    (folder / "main.py").write_text(SCRIPT)

    def once() -> None:
        subprocess.run([sys.executable, "main.py"], cwd=folder, check=True, capture_output=True)

    return once


def _plain_pytest(folder: Path) -> Callable[[], None]:
    (folder / "solution.py").write_text(SOLUTION)
    (folder / "test_it.py").write_text(PYTEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    bare = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # what else is installed here is not its fault

    def once() -> None:
        subprocess.run(command, cwd=folder, env=bare, check=True, capture_output=True)

    return once


def _peer(python: str, url: str, runs: int) -> list[Measured]:
    """What llm-sandbox does; what it did before it hung or broke."""
    make_peer_image(url)
    found: list[Measured] = []
    with tempfile.NamedTemporaryFile("w", suffix=".py") as code:
        code.write(SCRIPT)
        code.flush()
        command = [python, "-P", str(_PEER), PEER_IMAGE, code.name, str(runs), *map(str, CLIENTS)]
        try:
            done = subprocess.run(
                command,
                env={**os.environ, "DOCKER_HOST": url},
                capture_output=True,
                text=True,
                timeout=_PEER_S,
                check=False,
            )
            output, problem = done.stdout, done.stderr if done.returncode else ""
        except subprocess.TimeoutExpired as error:
            output, problem = (error.stdout or b"").decode(), f"it did not end within {_PEER_S:g} s"
    for clients, line in zip(CLIENTS, output.splitlines(), strict=False):
        total, seconds = json.loads(line)
        found.append(Measured(clients, len(seconds) / total, tuple(seconds)))
    if problem:
        print(f"llm-sandbox: {problem.strip().splitlines()[-1]}")
    return found


@contextmanager
def _docker(url: str | None) -> Iterator[Docker | None]:
    if url is None:
        yield None
        return
    sandbox = Docker(build_environments(), url)
    try:
        yield sandbox
    finally:
        sandbox.close()


def _pairs(ours: Callable[[], None], plain: Callable[[], None], runs: int) -> tuple[float, float]:
    """Median seconds of both, measured in turn, so that both meet the same machine."""
    taken: tuple[list[float], list[float]] = ([], [])
    for once in (ours, plain):
        once()
    for number in range(runs):
        progress(f"pytest file {number + 1} of {runs}")
        for once, seconds in zip((ours, plain), taken, strict=True):
            begin = time.perf_counter()
            once()
            seconds.append(time.perf_counter() - begin)
    return statistics.median(taken[0]), statistics.median(taken[1])


def _rows(name: str, measured: list[Measured]) -> list[list[object]]:
    return [
        [
            name,
            one.clients,
            f"{one.rate:.1f}",
            f"{statistics.median(one.seconds) * 1000:.0f}",
            f"{one.p95 * 1000:.0f}",
        ]
        for one in measured
    ]


def main() -> int:
    """Print the table; 0 if all goals were reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=120, help="of each kind; those on Docker are a quarter")
    parser.add_argument("--docker-host", help="an engine that has the python image")
    parser.add_argument(
        "--private-engine", action="store_true", help="start an engine of our own; needs root"
    )
    parser.add_argument("--llm-sandbox-python", help="a Python that has llm-sandbox[docker]")
    arguments = parser.parse_args()
    few = max(8, arguments.runs // 4)
    bubblewrap = Bubblewrap(build_environments())
    print(machine())
    print(f"1-minute load at the start: {os.getloadavg()[0]:.1f}\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        engine(arguments.docker_host, arguments.private_engine) as url,
        _docker(url) as docker,
    ):
        kinds = [("plain subprocess, not isolated", _plain(Path(folder)), arguments.runs)]
        kinds.append(("bubblewrap", _verification(bubblewrap, "tests.py", ASSERTS), arguments.runs))
        if docker:
            kinds.append(("docker", _verification(docker, "tests.py", ASSERTS), few))
        measured: dict[str, list[Measured]] = {name: [] for name, _, _ in kinds}
        for clients in CLIENTS:
            for name, once, runs in kinds:
                progress(f"{name}, {clients} clients")
                measured[name].append(_measure(once, clients, runs))
        if url and arguments.llm_sandbox_python:
            progress("llm-sandbox")
            measured["llm-sandbox"] = _peer(arguments.llm_sandbox_python, url, few)
        ours = _verification(bubblewrap, "test_it.py", PYTEST)
        pytest_s = _pairs(ours, _plain_pytest(Path(folder)), few)
    bubblewrap.close()
    return _report(measured, *pytest_s)


def _report(measured: dict[str, list[Measured]], ours_s: float, plain_s: float) -> int:
    progress("")
    head = ["asserts", "clients", "a second", "median ms", "p95 ms"]
    print(table(head, [row for name in measured for row in _rows(name, measured[name])]))
    faster = plain_s / ours_s
    print()
    print(
        table(
            ["pytest file", "median ms"],
            [
                ["isolated and judged apart", f"{ours_s * 1000:.0f}"],
                ["plain `python -m pytest`, not isolated", f"{plain_s * 1000:.0f}"],
            ],
        )
    )
    best = measured["bubblewrap"][-1]
    peer = measured.get("llm-sandbox") or []
    times = best.rate / peer[-1].rate if peer and peer[-1].clients == best.clients else None
    said = f"{times:.1f} times llm-sandbox" if times else "llm-sandbox not measured"
    reached = (
        best.rate >= GOAL_RATE
        and best.p95 <= GOAL_P95_S
        and times is not None
        and times >= GOAL_PEER
        and faster >= GOAL_PYTEST
    )
    return finish(
        f"{best.rate:.1f}/s with p95 {best.p95 * 1000:.0f} ms at {best.clients} clients, {said}; "
        f"pytest files {faster:.1f} times as fast as plain "
        f"(goals: {GOAL_RATE:g}/s, {GOAL_P95_S * 1000:g} ms, {GOAL_PEER:g} times, {GOAL_PYTEST:g} times)",
        reached,
    )


if __name__ == "__main__":
    raise SystemExit(main())
