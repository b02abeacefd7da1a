"""What an audit reads from verdicts' evidence: compiler, tests, reach, gaps. Pure.

Evidence is JSON of any shape, and some of it repeats what judged code said: what does not fit is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from verifiers.audit_values import Compiler, Reach, TestResult
from verifiers.domain import Status, Verdict

_MOST_TESTS = 1_000
_MOST_GAPS = 40
_SETTINGS = ("profile", "optimizer_runs", "evm_version", "pragmas", "remappings")
# Lists in a tests verdict's evidence, where there are no cases -> the status of what is in them.
_LISTS = {"failed": "failed", "missing": "failed", "skipped": "skipped", "passed": "passed"}


def compiler_of(verdicts: Sequence[Verdict]) -> Compiler:
    """How the code was compiled, by the compiler's own verdict."""
    verdict = next((each for each in verdicts if each.verifier == "solc"), None)
    if verdict is None:
        return Compiler()
    evidence = verdict.evidence
    return Compiler(
        tool=verdict.tool,
        settings={name: evidence[name] for name in _SETTINGS if name in evidence},
        contracts=tuple(str(item) for item in _list(evidence.get("contracts"))),
    )


def compiles(verdict: Verdict) -> bool:
    """Whether the screen leaves something to judge: also code that is turned down for its size alone."""
    return verdict.status is Status.PASSED or bool(_list(verdict.evidence.get("contracts")))


def gaps_of(verdict: Verdict) -> tuple[str, ...]:
    """What a verifier did not look at, in words."""
    said = [str(item) for item in _list(verdict.evidence.get("gaps"))]
    for item in _mappings(verdict.evidence.get("not_scanned")):
        said.append(f"{item.get('file', '')}: {item.get('reason', 'no reason given')}".removeprefix(": "))
    if verdict.status is Status.INCOMPLETE and not said:
        said.append(verdict.summary)
    return tuple(dict.fromkeys(said))[:_MOST_GAPS]


def reach_of(verdicts: Sequence[Verdict]) -> tuple[Reach, ...]:
    """How far symbolic execution came, contract by contract."""
    found = []
    for verdict in verdicts:
        gaps = gaps_of(verdict)
        for item in _mappings(verdict.evidence.get("contracts")):
            percent = item.get("covered_percent")
            if isinstance(percent, int | float) and 0 <= percent <= 100:
                name = str(item.get("name", ""))
                complete = not any(gap.startswith(f"{name}:") for gap in gaps)
                entered = str(item.get("entered") or "")
                found.append(
                    Reach(contract=name, covered_percent=percent, entered=entered, complete=complete)
                )
    return tuple(found)


def tests_of(verdicts: Sequence[Verdict]) -> tuple[TestResult, ...]:
    """Every test that a verdict tells of, failures first."""
    found = [test for verdict in verdicts for test in _tests(verdict)]
    found.sort(key=lambda test: test.status != "failed")
    return tuple(found[:_MOST_TESTS])


def _tests(verdict: Verdict) -> Iterable[TestResult]:
    cases = list(_mappings(verdict.evidence.get("cases")))
    for case in cases:
        known = {name: value for name, value in case.items() if name in TestResult.model_fields}
        known = {name: value for name, value in known.items() if value is not None}
        try:
            yield TestResult.model_validate(known)
        except ValidationError:
            yield TestResult(name=str(case.get("name", "?")), status=str(case.get("status", "failed")))
    if cases or "counts" not in verdict.evidence:
        return
    for listed, status in _LISTS.items():
        for test in _list(verdict.evidence.get(listed)):
            path, _, name = str(test).rpartition("::")
            reason = "was never reported" if listed == "missing" else ""
            yield TestResult(path=path, name=name, status=status, reason=reason)


def _mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    return (item for item in _list(value) if isinstance(item, Mapping))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
