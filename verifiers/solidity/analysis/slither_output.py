"""What the Slither driver in the sandbox reported, read from its lines. Pure.

The format is told in ``slither_driver/analyse.py``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import ConfigDict, ValidationError

from verifiers.domain import Finding, Location, Severity, Value
from verifiers.errors import ToolFailed
from verifiers.solidity.compiling.compiler_output import line_and_column
from verifiers.solidity.toolchain import INSTALL_HINT

_MAX_TEXT = 400


class Check(Value):
    """What one of Slither's detectors means to us; a row of ``slither.yaml``.

    Attributes:
        title: What is wrong, in a few words.
        severity: How bad it is.
        fix: What to do about it.
        swc: Number in the Smart Contract Weakness Classification.
        cwe: The general weakness.
    """

    title: str
    severity: Severity
    fix: str
    swc: str | None = None
    cwe: str | None = None


class Element(Value):
    """A piece of the source that a result speaks of; the offset and the length count bytes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: str = ""
    name: str = ""
    path: str | None = None
    start: int | None = None
    length: int | None = None


class Result(Value):
    """One result of one detector."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    description: str = ""
    elements: tuple[Element, ...] = ()


class Ran(Value):
    """One detector's run.

    Attributes:
        name: Slither's.
        results: What it found; ``total`` may be more.
        total: How many there were.
        crash: What it raised; empty if nothing.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    results: tuple[Result, ...] = ()
    total: int = 0
    crash: str = ""


class Analysis(Value):
    """The driver's whole report.

    Attributes:
        version: Slither's; empty if it never came to work.
        missing: Detectors that this Slither does not have.
        broken: Why Slither could not read what was compiled; empty if it could.
        contracts: The project's own contracts, as far as they were read.
        detectors: Those that ran.
        ended: The driver came to its own end.
    """

    version: str = ""
    missing: tuple[str, ...] = ()
    broken: str = ""
    contracts: tuple[str, ...] = ()
    detectors: tuple[Ran, ...] = ()
    ended: bool = False


@cache
def checks() -> dict[str, Check]:
    """Name of a detector -> what it means; those that are run."""
    table = yaml.safe_load(files(__package__).joinpath("slither.yaml").read_text(encoding="utf-8"))
    return {name: Check.model_validate(row) for name, row in table.items()}


def parse(text: str) -> Analysis:
    """Read the driver's report, which may stop anywhere if its time did.

    Raises:
        ToolFailed: a complete line of it cannot be read.
    """
    found = Analysis()
    ran: list[Ran] = []
    for line in text.split("\n")[:-1]:
        try:
            entry = json.loads(line)
            kind = entry.pop("kind")
            if kind == "detector":
                ran.append(Ran.model_validate(entry))
            else:
                found = Analysis.model_validate({**found.model_dump(), **_said(kind, entry)})
        except (ValueError, KeyError, AttributeError, TypeError, ValidationError, RecursionError) as error:
            raise ToolFailed("The Slither driver's report cannot be read.", INSTALL_HINT) from error
    return found.model_copy(update={"detectors": tuple(ran)})


def findings(analysis: Analysis, sources: Mapping[str, str]) -> tuple[Finding, ...]:
    """All results that are about the project's own files.

    Args:
        analysis: What was reported.
        sources: The project's own files, path -> text; what lies elsewhere is a library's.
    """
    return tuple(
        _finding(checks()[detector.name], detector.name, result, sources)
        for detector in analysis.detectors
        if detector.name in checks()
        for result in detector.results
        if _is_own(result, sources)
    )


def _said(kind: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "start":
        return {"version": entry["version"], "missing": entry["missing"]}
    if kind == "parsed":
        return {"contracts": entry["contracts"]}
    if kind == "broken":
        return {"broken": str(entry["crash"]).strip() or "it did not say why"}
    return {"ended": True} if kind == "end" else {}


def _is_own(result: Result, sources: Collection[str]) -> bool:
    """The first element is what the result is about; without one it may be about anything."""
    return not result.elements or result.elements[0].path in sources


def _finding(check: Check, name: str, result: Result, sources: Mapping[str, str]) -> Finding:
    said = " ".join(result.description.split())[:_MAX_TEXT]
    return Finding(
        rule=f"slither.{name}",
        message=f"{check.title}. {said}" if said else f"{check.title}.",
        fix=check.fix,
        severity=check.severity,
        cwe=check.cwe,
        swc=f"SWC-{check.swc}" if check.swc else None,
        location=_location(result, sources),
    )


def _location(result: Result, sources: Mapping[str, str]) -> Location | None:
    """The statement where there is one, else the function or contract that the result is about."""
    own = [element for element in result.elements if element.path in sources]
    for element in sorted(own, key=lambda element: element.type != "node"):
        if element.path is None or element.start is None or element.length is None:
            continue
        text = sources[element.path]
        line, column = line_and_column(text, element.start)
        end_line, _ = line_and_column(text, element.start + element.length)
        if element.type != "node":
            end_line = line  # a whole contract is no place to look at
        return Location(path=element.path, line=line, end_line=end_line, column=column)
    return None
