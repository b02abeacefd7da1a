"""Reading what the judge reported, and why the candidate's process ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from verifiers.sandbox.protocol import ExecResult, LinkedResult

OUTCOMES = frozenset(("passed", "failed", "skipped", "skipped-by-candidate", "xfailed"))
SIGXCPU, SIGKILL = 24, 9
MAX_NOISE = 300  # characters that are kept of the beginning and of the end of what is no report


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
        versions: Tool -> version, of what ran the tests.
        noise: Beginning and end of what else was written where the report goes: an interpreter's last words.
    """

    results: tuple[Result, ...] = ()
    ended: bool = False
    gone: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    noise: str = ""


def read_report(data: bytes, nonce: str) -> Report:
    """The report in the judge's lines.

    A line is a JSON object with the ``nonce``: for each test ``test``, ``outcome`` (one of ``OUTCOMES``),
    ``message``, ``line``, ``path``; and a last one with ``end`` true, ``gone`` and ``versions``. A line
    without the nonce is noise: an interpreter that complains takes nothing away from the report. A line with
    the nonce that is no entry, also one that the end of the data cuts off, may have been a failed test, and
    one behind the end was not written by the judge: after either the report has no end.
    """
    results: list[Result] = []
    noise: list[bytes] = []
    end: dict[str, Any] | None = None
    sound = True
    *lines, rest = data.split(b"\n")
    for line in lines:
        if nonce.encode() not in line:
            noise.append(line)
            continue
        entry = _entry(line, nonce)
        sound = entry is not None and end is None
        if entry is None or end is not None:
            break
        if entry.get("end") is True:
            end = entry
        else:
            results.append(_result(entry))
    said = _ends(b"\n".join([*noise, rest]).decode("utf-8", "replace").strip())
    if end is None or not sound or nonce.encode() in rest:
        return Report(tuple(results), noise=said)
    gone, versions = end.get("gone"), end.get("versions")
    return Report(
        tuple(results),
        ended=True,
        gone=None if gone is None else str(gone),
        versions={str(tool): str(said) for tool, said in versions.items()}
        if isinstance(versions, dict)
        else {},
        noise=said,
    )


def _ends(text: str) -> str:
    """Beginning and end: a crash names its cause first, an exception last."""
    return text if len(text) <= 2 * MAX_NOISE else f"{text[:MAX_NOISE]} [...] {text[-MAX_NOISE:]}"


def _entry(line: bytes, nonce: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and entry.get("nonce") == nonce else None


def _result(entry: dict[str, Any]) -> Result:
    outcome, line = str(entry.get("outcome")), entry.get("line")
    return Result(
        test=str(entry.get("test")),
        outcome=outcome if outcome in OUTCOMES else "failed",
        message=str(entry.get("message", "")),
        line=line if isinstance(line, int) else 0,
        path=str(entry.get("path", "")),
    )


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
    if guest.out_of_memory or "out of memory" in said:
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
