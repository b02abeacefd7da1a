"""What an audit does not say, in plain words, as far as it depends on what was run. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifiers.audit_tests import Measurement
from verifiers.audit_values import AuditRequest, Check, TestResult
from verifiers.domain import Status, Verdict

_DEEP = "mythril"
_NO_TESTS = (
    "There are no tests, so none was run. Whether the code does what it is meant to do was not looked at; "
    "only known kinds of faults were."
)
_NONE_RAN = (
    "None of the given tests could be run. Whether the code does what it is meant to do is not known; "
    "only known kinds of faults were looked for."
)
_OUR_TESTS = (
    "You gave no tests. What ran are properties that the contracts' interfaces suggest; "
    "what this project in particular is meant to do was not tested."
)
_EVERY_AUDIT = (
    "The contracts were looked at as they stand here: not the addresses, keys and constructor arguments "
    "they are deployed with, not the contracts on a chain that they call, not the tokens they will meet.",
    "Economic attacks (prices, oracles, flash loans, governance, the order of transactions) are found "
    "where they follow a known pattern in the code, and otherwise not.",
    "Tools find known kinds of faults. A person who knows what the contract is for has to read it "
    "before it holds money.",
)


def limits_of(
    request: AuditRequest,
    checks: Sequence[Check],
    verdicts: Sequence[Verdict],
    tests: Sequence[TestResult],
    measured: Measurement,
) -> tuple[str, ...]:
    """The limits of one audit, the particular ones before those of every audit."""
    return (*_of_this_audit(request, checks, verdicts, tests, measured), *_EVERY_AUDIT)


def _of_this_audit(
    request: AuditRequest,
    checks: Sequence[Check],
    verdicts: Sequence[Verdict],
    tests: Sequence[TestResult],
    measured: Measurement,
) -> Iterator[str]:
    unheard = [check.verifier for check in checks if check.status is None]
    if unheard:
        yield f"No answer from {_names(unheard)}: nothing is known of what they look for."
    partial = [check.verifier for check in checks if check.gaps and check.status is not Status.PASSED]
    if partial:
        yield (
            f"{_names(partial)} did not look at everything: the gaps stand with what was run. "
            "Faults of the kinds they look for may be there."
        )
    yield from request.notes
    if not tests:
        yield _NONE_RAN if request.tests else _NO_TESTS
    elif request.tests is None:
        yield _OUR_TESTS
    yield from _coverage(measured)
    yield from _exploration(verdicts)
    count = len(request.libraries)
    if count:
        were = "file was" if count == 1 else "files were"
        yield f"{count} library {were} compiled and trusted, not judged."


def _coverage(measured: Measurement) -> Iterator[str]:
    if measured.missing:
        yield measured.missing
    elif not measured.coverage:
        yield (
            "Line coverage was not measured. What symbolic execution reached is listed by contract, "
            "as a share of the deployed instructions."
        )
    else:
        lines = sum(file.lines for file in measured.coverage)
        run = sum(file.lines_run for file in measured.coverage)
        if run < lines:
            yield f"The tests run {run} of {lines} lines that can be run; the others they say nothing about."


def _exploration(verdicts: Sequence[Verdict]) -> Iterator[str]:
    verdict = next((each for each in verdicts if each.verifier == _DEEP), None)
    limits = verdict.evidence.get("limits") if verdict else None
    if isinstance(limits, dict):
        transactions, rounds, calls = (
            limits.get(name, "?") for name in ("transactions", "loop_bound", "call_depth")
        )
        yield (
            f"Symbolic execution looked at {transactions} transactions in a row after the deployment, "
            f"{rounds} rounds of each loop and {calls} calls within calls. "
            "An attack that needs more was not looked for."
        )


def _names(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    return unique[0] if len(unique) == 1 else f"{', '.join(unique[:-1])} and {unique[-1]}"
