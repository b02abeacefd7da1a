"""What does an audit cost beside Mythril's exploring, and what does what was done before cost again?

Each contract is audited in one process that has audited before, as a worker does it: all the product's
verifiers, with Mythril started, given the contract and told that there is no time to explore it. Then the
same contract goes through ``myth analyze`` from the shell, which compiles, starts and explores. Both in turn,
in one run; a comment makes every text a new one, so that nothing that is kept helps. Last, what is kept: the
compilations that the audit made, and Mythril's whole verdict on a contract that it explored to its end, asked
for again.

``myth`` is Mythril's own command (``pip install mythril==0.24.8``, about 640 MB), from PATH or ``--myth``.
Without it the table has no second half.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agent.settings import AgentSettings
from agent.verifier_wiring import chosen_sandbox, environments, solidity_toolchain
from benchmarks.report import finish, machine, progress, table
from verifiers.audit_values import AuditRequest
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, Status
from verifiers.registry import build_verifiers
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult, Sandbox
from verifiers.solidity.audits.audit import run_audit
from verifiers.solidity.compiling.compilation import Compilation, Compilations, Profile
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.exploring.explorer import driver_files
from verifiers.solidity.exploring.mythril import MythrilVerifier
from verifiers.verifier import Verifier
from verifiers.version import acrisol_version

FIXED_S, HIT_S = 1.5, 0.05
COUNTER = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Counter {
    uint256 public count;

    function increment() external {
        count += 1;
    }
}
"""
CONTRACTS = Path(__file__).parent / "contracts"
CHOSEN = (
    "clean/EffectsFirstVault.sol",
    "clean/Escrow.sol",
    "clean/CommitRevealGame.sol",
    "clean/MultisigWallet.sol",
    "exploitable/auction-push-refund/fixed.sol",
)
_REST_S = 3.0  # between two audits, for what is started ahead; a worker waits longer for its next
_MYTH_S = 60  # Mythril's own time-out


@dataclass
class Unexplored:
    """A sandbox in which Mythril has no time left once it has begun; counts the seconds of processor time.

    Attributes:
        inner: Where everything runs.
        cpu_s: Of all jobs, in the order in which they ended.
    """

    inner: Sandbox
    cpu_s: list[float] = field(default_factory=list)
    name: str = "unexplored"

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        if job.preload and job.preload.files == driver_files():
            request = json.loads(job.stdin) | {"seconds": 0.0}
            job = job.model_copy(update={"stdin": json.dumps(request).encode()})
        result = self.inner.run(job)
        self.cpu_s.append(result.cpu_s or 0.0)
        return result

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`."""
        return self.inner.run_linked(judge, guest)

    def close(self) -> None:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.close`."""
        self.inner.close()


@dataclass(frozen=True)
class Cost:
    """Wall-clock and processor seconds of one thing."""

    wall_s: float
    cpu_s: float


def main() -> int:
    """Print the table; 0 if both goals are reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each contract goes through")
    parser.add_argument(
        "--myth", type=os.path.abspath, default=shutil.which("myth"), help="Mythril's own command"
    )
    given = parser.parse_args()
    settings = AgentSettings()
    toolchain = solidity_toolchain(settings)
    sandbox = Unexplored(chosen_sandbox(settings, environments(settings, toolchain)))
    compilations = Compilations(sandbox, toolchain)
    verifiers = build_verifiers(sandbox, toolchain, settings.packages, compilations)
    texts = {name: (CONTRACTS / name).read_text() for name in CHOSEN}
    newest = settings.tools.expanduser() / "solc" / "bin" / f"solc-v{toolchain.versions[-1]}"
    try:
        audit(verifiers, sandbox, _fresh(next(iter(texts.values()))))
        ours: dict[str, list[Cost]] = {name: [] for name in texts}
        theirs: dict[str, list[Cost]] = {name: [] for name in texts}
        hits: list[float] = []
        for number in range(given.rounds):
            for name, text in texts.items():
                progress(f"round {number + 1}, {name}")
                time.sleep(_REST_S)
                fresh = _fresh(text)
                ours[name].append(audit(verifiers, sandbox, fresh))
                hits += again(compilations, fresh)
                if given.myth:
                    theirs[name].append(myth(given.myth, newest, text))
        progress("a counter, again")
        mythril = MythrilVerifier(sandbox.inner, toolchain, compilations)
        verdicts = list(explored_again(mythril, 10 * given.rounds))
    finally:
        sandbox.close()
    return _report(ours, theirs, hits, verdicts)


def audit(verifiers: Sequence[Verifier], sandbox: Unexplored, text: str) -> Cost:
    """One audit, of all that is not exploring."""
    request = AuditRequest(files=(SourceFile(path="Contract.sol", content=text),))
    before, begin, own = len(sandbox.cpu_s), time.monotonic(), time.process_time()
    run_audit(request, verifiers, acrisol_version())
    wall, own = time.monotonic() - begin, time.process_time() - own
    return Cost(wall, own + sum(sandbox.cpu_s[before:]))


def again(compilations: Compilations, text: str) -> Iterator[float]:
    """Seconds for each of the compilations that the audit made of a text, asked for again."""
    for profile in (Profile.DEPLOYED, Profile.ANALYSED):
        begin = time.monotonic()
        made = compilations.compile(Project(sources={"Contract.sol": text}), 60, profile)
        yield time.monotonic() - begin
        assert isinstance(made, Compilation), made


def explored_again(verifier: Verifier, times: int) -> Iterator[float]:
    """Seconds for the verdict on a contract that was explored before, asked for so many times."""
    task = CodingTask(language=Language.SOLIDITY, instruction="Count.")
    candidate = Candidate(files=(SourceFile(path="Counter.sol", content=_fresh(COUNTER)),))
    first = verifier.verify(task, candidate, 60)
    if first.status is not Status.PASSED:
        raise SystemExit(f"Mythril did not explore a counter to its end: {first.summary}")
    for _ in range(times):
        begin = time.monotonic()
        verdict = verifier.verify(task, candidate, 60)
        yield time.monotonic() - begin
        assert verdict.evidence["reused"] == ["Counter"], verdict


def myth(command: str, solc: Path, text: str) -> Cost:
    """``myth analyze`` on a text, with a compiler of ours as the ``solc`` on its PATH."""
    with _workplace(solc, text) as (folder, environment):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        options = ["--execution-timeout", str(_MYTH_S), "--no-onchain-data", "--disable-iprof", "-o", "json"]
        ran = subprocess.run(
            [command, "analyze", "Contract.sol", "-t", "2", *options],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=10 * _MYTH_S,
            check=False,
        )
        wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if not json.loads(ran.stdout or "{}").get("success"):
        raise SystemExit(f"{command} did not analyse the contract: {(ran.stdout + ran.stderr)[-500:]}")
    return Cost(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


@contextmanager
def _workplace(solc: Path, text: str) -> Iterator[tuple[str, dict[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Contract.sol").write_text(text)
        Path(folder, "solc").symlink_to(solc.resolve())
        yield folder, {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "MYTHRIL_DIR": folder}


def _fresh(text: str) -> str:
    return f"{text}\n// {time.monotonic_ns()}\n"


def _report(
    ours: dict[str, list[Cost]], theirs: dict[str, list[Cost]], hits: list[float], verdicts: list[float]
) -> int:
    progress("")
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}; medians of {len(next(iter(ours.values())))} rounds\n")
    lines, fixed = [], []
    for name, costs in ours.items():
        mine, other = _median(costs), _median(theirs[name])
        fixed.append(mine.wall_s if mine else 0.0)
        assert mine
        line = [name, f"{mine.wall_s:.2f}", f"{mine.cpu_s:.2f}"]
        if other:
            line += [f"{other.wall_s:.2f}", f"{other.cpu_s:.2f}", f"{mine.wall_s / other.wall_s:.2f}"]
            line += [f"{mine.cpu_s / other.cpu_s:.2f}"]
        lines.append([*line, *["-"] * (7 - len(line))])
    head = (
        "contract",
        "audit without exploring, s",
        "CPU s",
        "myth analyze, s",
        "CPU s",
        "ratio",
        "CPU ratio",
    )
    print(table(head, lines))
    hit, verdict = (statistics.quantiles(each, n=20)[-1] for each in (hits, verdicts))
    headline = f"fixed cost of a warm audit at most {max(fixed):.2f} s (goal {FIXED_S:g}); again, p95:"
    headline += f" a compilation {1000 * hit:.0f} ms, an exploration {1000 * verdict:.0f} ms"
    headline += f" (goal {1000 * HIT_S:.0f})"
    return finish(headline, max(fixed) <= FIXED_S and max(hit, verdict) <= HIT_S)


def _median(costs: list[Cost]) -> Cost | None:
    if not costs:
        return None
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("wall_s", "cpu_s")))


if __name__ == "__main__":
    raise SystemExit(main())
