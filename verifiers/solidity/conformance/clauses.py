"""What each test of the suite stands for; the table is ``clauses.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from verifiers.domain import Severity, Value


class Clause(Value):
    """One sentence of a standard; a row of ``clauses.yaml``.

    Attributes:
        of: Section of the standard.
        severity: Of breaking it.
        at: Name of the function that breaks it.
        must: What is demanded.
        fix: What to write instead.
        open: A word of the task's instruction that allows it: "anybody may mint".
        cwe: The general weakness.
        strict: Words of the instruction that make it medium, where it is low otherwise.
        unless: Standards of a contract for which it is low.
    """

    of: str
    severity: Severity
    at: str
    must: str
    fix: str
    open: str = ""
    cwe: str = "CWE-573"
    strict: str = ""
    unless: tuple[str, ...] = ()


@cache
def clauses() -> dict[str, dict[str, Clause]]:
    """Test contract, without ``Test`` -> test -> clause."""
    table = yaml.safe_load(files(__package__).joinpath("clauses.yaml").read_text(encoding="utf-8"))
    return {
        contract: {test: Clause.model_validate(row) for test, row in rows.items()}
        for contract, rows in table.items()
    }
