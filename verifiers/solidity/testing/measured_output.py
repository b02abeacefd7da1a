"""What forge's gas report and its coverage report say, as values. Pure.

Both repeat names of hostile code: what does not fit is left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from verifiers.audit_tests import ContractGas, FileCoverage, FunctionGas

_MOST_CONTRACTS = 200
_MOST_FUNCTIONS = 200  # of a contract
_MOST_STRETCHES = 30  # of a file
# lcov's names of the numbers -> ours.
_NUMBERS = {
    "LF": "lines",
    "LH": "lines_run",
    "BRF": "branches",
    "BRH": "branches_run",
    "FNF": "functions",
    "FNH": "functions_run",
}


def gas_of(stdout: str, judged: Collection[str]) -> tuple[ContractGas, ...] | None:
    """The gas report; None if there is none.

    Args:
        stdout: What ``forge test --gas-report --json`` printed; the report is the last line.
        judged: Paths of the files whose contracts are wanted.
    """
    lines = [line for line in stdout.splitlines() if line.strip()]
    try:
        report = json.loads(lines[-1]) if lines else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(report, list):
        return None
    found = [made for item in report if (made := _contract(item, judged))]
    return tuple(sorted(found, key=lambda item: item.contract)[:_MOST_CONTRACTS])


def _contract(item: Any, judged: Collection[str]) -> ContractGas | None:
    if not isinstance(item, Mapping) or not isinstance(item.get("contract"), str):
        return None
    if item["contract"].rpartition(":")[0] not in judged:
        return None
    functions = item.get("functions")
    deployment = item.get("deployment")
    paid = deployment if isinstance(deployment, Mapping) else {}
    called = functions if isinstance(functions, Mapping) else {}
    rows = sorted(_functions(called), key=lambda row: (-row.median, row.name))
    try:
        return ContractGas(
            contract=item["contract"],
            deployment=paid.get("gas", 0),
            bytes=paid.get("size", 0),
            functions=tuple(rows[:_MOST_FUNCTIONS]),
        )
    except ValidationError:
        return None


def _functions(functions: Mapping[str, Any]) -> Iterator[FunctionGas]:
    for name, row in functions.items():
        try:
            yield FunctionGas(
                name=name, calls=row["calls"], least=row["min"], median=row["median"], most=row["max"]
            )
        except (ValidationError, KeyError, TypeError):
            continue


def coverage_of(lcov: str, judged: Collection[str]) -> tuple[FileCoverage, ...] | None:
    """The coverage report; None if there is none.

    Args:
        lcov: Records of lcov's tracefile format.
        judged: Paths of the files that are wanted.
    """
    if "end_of_record" not in lcov:
        return None
    found: dict[str, FileCoverage] = {}
    for record in lcov.split("\nend_of_record"):
        fields = [line.partition(":")[::2] for line in record.splitlines()]
        path = next((value for name, value in fields if name == "SF"), "")
        made = _file(path, fields) if path in judged else None
        if made is not None and made.lines:
            found[path] = made
    return tuple(found[path] for path in sorted(found))


def _file(path: str, fields: Iterable[tuple[str, str]]) -> FileCoverage | None:
    numbers: dict[str, int] = {}
    hits: dict[int, int] = {}
    try:
        for name, value in fields:
            if name in _NUMBERS:
                numbers[_NUMBERS[name]] = int(value)
            elif name == "DA":
                line, count = value.split(",")[:2]
                hits[int(line)] = hits.get(int(line), 0) + int(count)
        missed = tuple(_stretches(hits))[:_MOST_STRETCHES]
        return FileCoverage.model_validate({"path": path, "missed": missed, **numbers})
    except (ValueError, ValidationError):
        return None


def _stretches(hits: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """First and last line of each run of lines that were not run, over lines that hold nothing to run."""
    first = last = 0
    for line in sorted(hits):
        if not hits[line]:
            first, last = first or line, line
        elif first:
            yield first, last
            first = 0
    if first:
        yield first, last
