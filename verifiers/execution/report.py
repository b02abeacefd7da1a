"""Reading what the judge reported, and why the candidate's process ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from verifiers.sandbox.protocol import ExecResult, LinkedResult

OUTCOMES = frozenset(("passed", "failed", "skipped", "skipped-by-candidate", "xfailed"))
SIGXCPU, SIGKILL = 24, 9


@dataclass(frozen=True)
class Result:
    """One test's outcome as the judge reported it."""

    test: str
    outcome: str
    message: str = ""
    line: int = 0
    path: str = ""


@dataclass(frozen=True)
class Report:
    """All that the judge reported.

    Attributes:
        results: In the order in which they came.
        ended: The judge came to its own end.
        gone: Why the candidate's process was not there at the end; None if it was.
        versions: ``python`` and ``pytest``.
    """

    results: tuple[Result, ...] = ()
    ended: bool = False
    gone: str | None = None
    versions: dict[str, str] = field(default_factory=dict)


def read_report(data: bytes, nonce: str) -> Report:
    """The report in the judge's lines; a line that is none of its own counts as no end."""
    results: list[Result] = []
    lines = data.split(b"\n")
    entries = []
    for line in lines[:-1]:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            return Report(tuple(results))
        if not isinstance(entry, dict) or entry.get("nonce") != nonce:
            return Report(tuple(results))
        entries.append(entry)
        if entry.get("end") is True:
            complete = lines[len(entries) :] == [b""]
            gone = entry.get("gone")
            versions = {name: str(entry.get(name, "")) for name in ("python", "pytest")}
            return Report(tuple(results), complete, None if gone is None else str(gone), versions)
        outcome, line_number = str(entry.get("outcome")), entry.get("line")
        results.append(
            Result(
                test=str(entry.get("test")),
                outcome=outcome if outcome in OUTCOMES else "failed",
                message=str(entry.get("message", "")),
                line=line_number if isinstance(line_number, int) else 0,
                path=str(entry.get("path", "")),
            )
        )
    return Report(tuple(results))


def why_gone(
    linked: LinkedResult, said: str, cpu_s: int, wall_s: float, memory_bytes: int
) -> tuple[str, str]:
    """The kind and the sentence of why the candidate's process was not there to the end.

    Args:
        linked: How both processes ended.
        said: What the judge noticed.
        cpu_s: The candidate's limit, CPU seconds.
        wall_s: The limit of the whole run, wall-clock seconds.
        memory_bytes: The candidate's limit.
    """
    guest = linked.guest
    if guest.out_of_memory:
        return "memory", f"ran out of memory (limit {memory_bytes // 2**20} MB)"
    if out_of_cpu(guest, cpu_s):
        return "time", f"did not end within {cpu_s} s of CPU time"
    if guest.timed_out or linked.judge.timed_out or "in time" in said:
        return "time", f"did not end within {wall_s:g} s"
    if "broke the protocol" in said or "no message" in said:
        return "protocol", "wrote to the judge's link, which is not for the candidate"
    code = guest.exit_code
    if linked.guest_left_first and code is not None:
        if code > 128:
            return "signal", f"was ended by signal {code - 128} before the tests were done"
        return "exit", f"ended by its own hand with exit code {code} before the tests were done"
    return "gone", said or "was not there to the end"


def out_of_cpu(result: ExecResult, cpu_s: int) -> bool:
    """Whether the CPU-time limit ended a program."""
    if result.exit_code == 128 + SIGXCPU:
        return True
    spent = result.cpu_s
    return result.exit_code == 128 + SIGKILL and spent is not None and spent >= cpu_s - 0.2


def ids_by_outcome(expected: Sequence[str], results: Sequence[Result]) -> dict[str, list[str]]:
    """Expected tests by outcome; a test has the worst outcome that any of its items has.

    A parametrised test's items are reported as ``id[case]``. What was expected and never reported is
    ``missing``; what was reported and not expected counts only if it failed.
    """
    ranked = ("failed", "skipped-by-candidate", "passed", "xfailed", "skipped")
    seen: dict[str, set[str]] = {}
    for result in results:
        seen.setdefault(result.test.partition("[")[0], set()).add(result.outcome)
    found: dict[str, list[str]] = {name: [] for name in (*ranked, "missing")}
    for test in expected:
        outcomes = seen.pop(test, set())
        found[next((name for name in ranked if name in outcomes), "missing")].append(test)
    found["failed"].extend(test for test, outcomes in seen.items() if "failed" in outcomes)
    return found
