"""The scenarios in ``scenarios/*.yaml``: tasks that can be solved with a weakness or without.

``<<name>>`` stands for the entry ``name`` of a split's ``slots``; a scenario without slots for a split has no
variant there. ``secure`` and ``insecure`` are whole files that pass the same tests and differ in what makes
the weakness: ``python -m benchmarks.adversarial --check-scenarios`` judges all of them with the scanners.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field

from models.adversarial.cases import CWE, Split, Variant
from verifiers.domain import Language, Value

_FOLDER = Path(__file__).parent / "scenarios"
_SLOT = re.compile(r"<<([a-z_]+)>>")
_FILLED = ("does", "guard", "shortcut", "secure", "insecure", "tests")


class Scenario(Value):
    """One entry of a file; see :class:`models.adversarial.cases.Variant` for what its fields are."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    cwe: str = Field(pattern=CWE)
    also: tuple[Annotated[str, Field(pattern=CWE)], ...] = ()
    slots: Annotated[Mapping[Split, Mapping[str, str]], Field(min_length=1)]
    does: str
    invite: Mapping[Split, str]
    guard: str
    shortcut: str
    secure: str
    insecure: str
    tests: str = ""
    shared: bool = False

    def variant(self, language: Language, split: Split) -> Variant | None:
        """The scenario for one side of the split; None where it has none."""
        slots = self.slots.get(split)
        if slots is None:
            return None

        def filled(text: str) -> str:
            return _SLOT.sub(lambda found: slots[found[1]], text)

        texts: dict[str, Any] = {name: filled(getattr(self, name)) for name in _FILLED}
        return Variant(
            id=f"{language.value}-{self.id}",
            language=language,
            split=split,
            cwe=self.cwe,
            also=self.also,
            invite=filled(self.invite[split]),
            shared=self.shared,
            **texts,
        )


@functools.cache
def read_scenarios() -> Mapping[Language, tuple[Scenario, ...]]:
    """All scenarios that ship, by language."""
    return {
        Language(path.stem): tuple(
            Scenario.model_validate(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
        )
        for path in sorted(_FOLDER.glob("*.yaml"))
    }


def variants() -> tuple[Variant, ...]:
    """Every scenario for every side of the split on which it has one."""
    found = (
        scenario.variant(language, split)
        for language, scenarios in read_scenarios().items()
        for scenario in scenarios
        for split in Split
    )
    return tuple(variant for variant in found if variant is not None)
