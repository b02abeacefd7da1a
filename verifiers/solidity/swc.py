"""The Smart Contract Weakness Classification, as far as Mythril reports it; the table is ``swc.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from verifiers.domain import Severity, Value


class Weakness(Value):
    """One class of weakness.

    Attributes:
        title: What is wrong, in a few words.
        cwe: The general weakness it is a case of.
        fix: What to do about it; goes to the model.
        at_most: A cap on the severity a tool may give it.
        at_least: The least severity, whatever a tool gives it.
    """

    title: str
    cwe: str | None = None
    fix: str = ""
    at_most: Severity | None = None
    at_least: Severity | None = None


@cache
def weaknesses() -> dict[str, Weakness]:
    """Number, as ``107`` -> weakness."""
    table = yaml.safe_load(files(__package__).joinpath("swc.yaml").read_text(encoding="utf-8"))
    return {number: Weakness.model_validate(entry) for number, entry in table.items()}
