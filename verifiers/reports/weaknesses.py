"""What is known of CWEs: their OWASP category, their family and their name; the table is ``cwe.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


def owasp_of(cwe: str | None) -> str | None:
    """The OWASP Top 10:2021 category, such as ``A03:2021`` for ``CWE-89``; None where it is in none."""
    return _owasp().get(_number(cwe))


def family_of(cwe: str | None) -> str | None:
    """The CWE that stands for all that tools use for the same fault: ``CWE-327`` for ``CWE-328``."""
    return f"CWE-{_families().get(_number(cwe), _number(cwe))}" if cwe else None


def name_of(cwe: str) -> str:
    """The name of a CWE; its number where the table has none."""
    return str(_table()["names"].get(_number(cwe), cwe))


def _number(cwe: str | None) -> int:
    digits = (cwe or "").removeprefix("CWE-")
    return int(digits) if digits.isdecimal() else -1


@cache
def _table() -> dict[str, Any]:
    table = yaml.safe_load(files(__package__).joinpath("cwe.yaml").read_text(encoding="utf-8"))
    assert isinstance(table, dict)
    return table


@cache
def _owasp() -> dict[int, str]:
    return {number: category for category, numbers in _table()["owasp"].items() for number in numbers}


@cache
def _families() -> dict[int, int]:
    return {number: family[0] for family in _table()["families"] for number in family}
