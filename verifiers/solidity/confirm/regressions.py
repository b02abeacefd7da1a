"""Attacks that succeeded on earlier answers to the same task, made again on a later one."""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.domain import Confirmation, Finding, Severity, Value
from verifiers.solidity.compiling.compilation import Compilation
from verifiers.solidity.confirm.confirmer import Confirmer
from verifiers.solidity.confirm.render import contract_of, is_current, with_code

_MOST = 8
_OLD = "an earlier attack was written by another version of Acrisol"
_NOT_REPEATED = "the attack could not be made again"


class Repeated(Value):
    """What became of earlier attacks.

    Attributes:
        findings: Those that still do their harm.
        repeated: How many were made again.
        gone: Contracts that were attacked and that are no longer there by their name.
        open: Why it is not known of all of the rest; empty if it is.
    """

    findings: tuple[Finding, ...] = ()
    repeated: int = 0
    gone: tuple[str, ...] = ()
    open: str = ""


def repeat(
    confirmer: Confirmer, compilation: Compilation, earlier: Sequence[Finding], seconds: float
) -> Repeated:
    """Make the attacks of confirmed findings again, with the code of the contract of the same name.

    Args:
        confirmer: Who attacks.
        compilation: The later answer.
        earlier: Findings on earlier ones, the newest last; those that no attack confirmed are left out.
        seconds: Wall-clock seconds.

    Raises:
        ToolError: forge is missing or broken.
    """
    kept = {each.attack_test: each for each in earlier if each.confirmation is Confirmation.CONFIRMED}
    attacks: dict[str, Finding] = {}
    gone: dict[str, None] = {}
    for text, finding in reversed(kept.items()):
        if not is_current(text):
            return Repeated(open=_OLD)
        name = contract_of(text)
        turned = with_code(text, _creation(compilation, name)) if name else None
        if turned is not None:
            attacks.setdefault(turned, finding)
        elif name:
            gone[name] = None
    chosen = dict(list(attacks.items())[:_MOST])
    if not chosen:
        return Repeated(gone=tuple(gone))
    harmed = confirmer.repeat(list(chosen), seconds)
    if harmed is None:
        return Repeated(gone=tuple(gone), open=_NOT_REPEATED)
    still = [
        _still(finding, text) for (text, finding), harm in zip(chosen.items(), harmed, strict=True) if harm
    ]
    return Repeated(findings=tuple(still), repeated=len(chosen), gone=tuple(gone))


def _creation(compilation: Compilation, name: str) -> str:
    """Creation code of the project's contract of a name; empty where there is none that can be deployed."""
    for contract in compilation.compiled.contracts:
        if contract.name == name and contract.deployable and not contract.unlinked:
            output = compilation.output["contracts"][contract.path][name]
            return str(output["evm"]["bytecode"]["object"])
    return ""


def _still(finding: Finding, attack_test: str) -> Finding:
    name = contract_of(attack_test)
    return Finding(
        rule=f"attack.{finding.rule.removeprefix('attack.')}"[:300],
        message=f"An attack on {name} that succeeded on an earlier answer still does its harm.",
        fix=finding.fix,
        severity=max((finding.severity, Severity.HIGH), key=lambda severity: severity.rank),
        cwe=finding.cwe,
        swc=finding.swc,
        counterexample=finding.counterexample,
        confirmation=Confirmation.CONFIRMED,
        attack_test=attack_test,
    )
