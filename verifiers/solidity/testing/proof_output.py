"""What the driver beside Halmos reports, as values. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import ConfigDict, Field, ValidationError

from verifiers.domain import Value

PROVED, REFUTED, TIMED_OUT, STUCK, REVERTS, BROKE = range(6)  # Halmos's exit codes of a property
UNKNOWN_CODE = ":"  # caller of a cheat code that is no contract's code yet, as a constructor's
_MAX_TEXT = 80


class Model(Value):
    """Inputs for which a property does not hold.

    Attributes:
        valid: The solver vouches for them; otherwise they may rest on functions that it does not know.
        values: Name, type and value of each.
    """

    valid: bool
    values: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        """``amount = 77, to = 0x0``."""
        return ", ".join(f"{name[:_MAX_TEXT]} = {_shown(kind, value)}" for name, kind, value in self.values)


class Proof(Value):
    """What became of one property.

    Attributes:
        contract: ``path:name``.
        name: Its signature.
        exitcode: See the constants above.
        paths: Of its executions: all, those that came to an end, those that could not go on.
        bounded: Loops that were cut at the bound.
        models: Counterexamples.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    contract: str
    name: str
    exitcode: int
    paths: tuple[int, ...] = ()
    bounded: int = Field(default=0, ge=0)
    models: tuple[Model, ...] = ()


class ProofRun(Value):
    """A whole report.

    Attributes:
        version: Halmos's; empty if it never started.
        proofs: One for each property that was dealt with.
        cheats: ``path:name`` of contracts beside the tests that called a cheat code.
        ended: Nothing is cut off.
    """

    version: str = ""
    proofs: tuple[Proof, ...] = ()
    cheats: tuple[str, ...] = ()
    ended: bool = False

    @property
    def by_property(self) -> Mapping[tuple[str, str], Proof]:
        """Contract and signature -> what became of it."""
        return {(proof.contract, proof.name): proof for proof in self.proofs}


def parse(stdout: str) -> ProofRun:
    """Read it; a line that is none of the driver's is passed over, so that what it hid is missing."""
    version, ended = "", False
    proofs: list[Proof] = []
    cheats: list[str] = []
    for line in stdout.splitlines():
        try:
            said = json.loads(line)
            kind = said.pop("kind")
            if kind == "start":
                version = str(said["version"])
            elif kind == "result":
                proofs.append(Proof.model_validate(said))
            elif kind == "cheat":
                cheats.append(str(said["contract"]))
            ended = kind == "end"
        except (ValueError, KeyError, AttributeError, TypeError, ValidationError, RecursionError):
            continue
    return ProofRun(version=version, proofs=tuple(proofs), cheats=tuple(cheats), ended=ended)


def _shown(kind: str, value: str) -> str:
    if kind == "address" and value.isdigit():
        return f"{int(value):#x}"
    return value[:_MAX_TEXT]
