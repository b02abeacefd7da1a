"""The pattern that mends a weakness of a contract, in two lines; the table is ``remedies.yaml``. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

import yaml

from verifiers.domain import Finding, Value


class Remedy(Value):
    """A pattern; a row of ``remedies.yaml``.

    Attributes:
        title: Its name, as people know it.
        how: Two lines that show it.
        rules: Rules of any tool that call for it, with ``*`` for any text.
        swc: Numbers in the Smart Contract Weakness Classification that do.
        cwe: General weaknesses that do.
    """

    title: str
    how: str
    rules: tuple[str, ...] = ()
    swc: tuple[str, ...] = ()
    cwe: tuple[str, ...] = ()


@cache
def remedies() -> tuple[Remedy, ...]:
    """All of them, in the table's order."""
    table = yaml.safe_load(files(__package__).joinpath("remedies.yaml").read_text(encoding="utf-8"))
    return tuple(Remedy.model_validate(row) for row in table.values())


def remedy_for(finding: Finding) -> Remedy | None:
    """The pattern that mends what a finding tells of; None where none is known."""
    rule = finding.rule.lower()[:200]
    swc = (finding.swc or "").removeprefix("SWC-")
    by_rule = (row for row in remedies() if any(fnmatchcase(rule, name) for name in row.rules))
    by_swc = (row for row in remedies() if swc and swc in row.swc)
    by_cwe = (row for row in remedies() if finding.cwe and finding.cwe in row.cwe)
    return next(by_rule, None) or next(by_swc, None) or next(by_cwe, None)
