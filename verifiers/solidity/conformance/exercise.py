"""Runs the suite on contracts and says, test by test, what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from verifiers.solidity.conformance.cheats import look
from verifiers.solidity.conformance.plan import Target
from verifiers.solidity.conformance.suite import contracts_for, laid_out, path_of, target_number
from verifiers.solidity.testing.forge import Forge, ForgeOptions
from verifiers.solidity.testing.forge_output import ForgeCase, report

# How the suite says that the contract is at fault, and that a test cannot be made; all else is no word of it.
_VIOLATES, _UNKNOWN = "violates: ", "unknown: "
_TOGETHER = 4  # contracts in one run of forge: the traces of all have to fit into one report


@dataclass(frozen=True)
class Violation:
    """A test that a contract failed.

    Attributes:
        target: The contract.
        contract: The test contract, without ``Test``.
        test: The test.
        seen: What was seen, in the suite's words.
    """

    target: Target
    contract: str
    test: str
    seen: str


@dataclass(frozen=True)
class Exercise:
    """What came of the suite.

    Attributes:
        passed: Ids of the tests that were passed.
        violations: Those that were not.
        unknown: Contract and test contract -> why it said nothing, where it said nothing at all.
        skipped: Ids of single tests that said nothing -> why.
        cheated: Contracts that called cheat codes -> in which test.
        broken: What ended without an answer, and is no word about a contract.
        isolation: Where it ran; empty if nothing did.
    """

    passed: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    cheated: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    isolation: str = ""

    def broke(self, *what: str) -> Exercise:
        """The same, with what ended without an answer."""
        return replace(self, broken=(*self.broken, *what))

    def without(self, target: Target, why: str) -> Exercise:
        """The same, with a contract that was left out."""
        return replace(self, unknown={**self.unknown, target.name: why})


def exercise(forge: Forge, targets: Sequence[Target], seconds: float) -> Exercise:
    """Run all tests of all contracts, a few contracts at a time.

    Args:
        forge: Runs them.
        targets: The contracts.
        seconds: Wall-clock limit.

    Raises:
        ToolMissing: forge or a compiler is not installed.
        ToolFailed: one of them could not be run, or not on the suite.
        SandboxUnavailable: see :class:`verifiers.sandbox.protocol.Sandbox`.
    """
    done = Exercise()
    for target in targets:
        if target.obstacle:
            done = done.without(target, target.obstacle)
    able = [target for target in targets if target.plan and contracts_for(target)]
    deadline = time.monotonic() + seconds
    for start in range(0, len(able), _TOGETHER):
        done = _run(forge, able[start : start + _TOGETHER], deadline - time.monotonic(), done)
    return done


def _run(forge: Forge, targets: Sequence[Target], seconds: float, done: Exercise) -> Exercise:
    """One run of forge, added to what is known already."""
    if seconds <= 0:
        return done.broke("the time ran out before all contracts were exercised")
    run = forge.run(laid_out(targets), seconds, ForgeOptions(traces=True))
    done = replace(done, isolation=run.isolation)
    if run.problem:
        return done.broke(run.problem)
    traced = look(report(run.result.stdout.decode("utf-8", "replace")) or {})
    done = _read(done, targets, run.cases)
    cheated = {
        targets[target_number(name)].name: f"{name.rpartition('.')[2]} (0x{code})"
        for name, code in traced.cheated.items()
    }
    broken = [f"there is no trace of {name}" for name in traced.untraced]
    missed = {
        path_of(number, name) for number, target in enumerate(targets) for name in contracts_for(target)
    }
    missed -= {case.path for case in run.cases}
    broken += [f"forge did not run {path}" for path in sorted(missed)]
    return replace(done, cheated={**done.cheated, **cheated}).broke(*broken)


def _read(done: Exercise, targets: Sequence[Target], cases: Sequence[ForgeCase]) -> Exercise:
    passed: list[str] = []
    violations: list[Violation] = []
    skipped: dict[str, str] = {}
    broken: list[str] = []
    for case in cases:
        target, contract = targets[target_number(case.path)], case.contract.removesuffix("Test")
        name = f"{target.name}: {contract}.{case.name}"
        if case.status == "passed":
            passed.append(name)
        elif case.reason.startswith(_UNKNOWN):
            skipped[name] = case.reason.removeprefix(_UNKNOWN)
        elif case.reason.startswith(_VIOLATES):
            seen = case.reason.removeprefix(_VIOLATES)
            violations.append(Violation(target, contract, case.name, seen))
        else:
            broken.append(f"{name} ended unexpectedly ({case.reason[:200] or 'no reason given'})")
    spoken = {name.partition(".")[0] for name in passed}
    spoken |= {f"{item.target.name}: {item.contract}" for item in violations}
    silent = {
        name.partition(".")[0]: why for name, why in skipped.items() if name.partition(".")[0] not in spoken
    }
    return replace(
        done,
        passed=(*done.passed, *passed),
        violations=(*done.violations, *violations),
        unknown={**done.unknown, **silent},
        skipped={**done.skipped, **skipped},
        broken=(*done.broken, *broken),
    )
