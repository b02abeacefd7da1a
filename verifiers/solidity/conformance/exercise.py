"""Runs the suite on contracts and says, test by test, what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from verifiers.solidity.compilation import Compilations
from verifiers.solidity.conformance.cheats import look
from verifiers.solidity.conformance.plan import Target
from verifiers.solidity.conformance.suite import compiled, laid_out, target_number, tests_of
from verifiers.solidity.forge import Forge, ForgeOptions
from verifiers.solidity.forge_output import ForgeCase, report

# How the suite says that the contract is at fault, and that a test cannot be made; all else is no word of it.
_VIOLATES, _UNKNOWN = "violates: ", "unknown: "


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

    def without(self, target: Target, why: str) -> Exercise:
        """The same, with a contract that was left out."""
        return replace(self, unknown={**self.unknown, target.name: why})


def exercise(forge: Forge, compilations: Compilations, targets: Sequence[Target], seconds: float) -> Exercise:
    """Run all tests of all contracts, in one go.

    Args:
        forge: Runs them.
        compilations: Compiles them, where that was not done yet.
        targets: The contracts.
        seconds: Wall-clock limit.

    Raises:
        ToolMissing: forge or a compiler is not installed.
        ToolFailed: one of them could not be run, or not on the suite.
        SandboxUnavailable: see :class:`verifiers.sandbox.protocol.Sandbox`.
    """
    started = time.monotonic()
    done = Exercise()
    for target in targets:
        if target.obstacle:
            done = done.without(target, target.obstacle)
    able = [target for target in targets if target.plan and tests_of(target)]
    tests = sorted({test for target in able for test in tests_of(target)})
    if not tests:
        return done
    suite = laid_out(compiled(compilations, tests, seconds), able)
    left = seconds - (time.monotonic() - started)
    run = forge.run(suite, left, ForgeOptions(traces=True))
    if run.problem:
        return replace(done, broken=(run.problem,), isolation=run.isolation)
    traced = look(report(run.result.stdout.decode("utf-8", "replace")) or {})
    read = _read(done, able, run.cases)
    cheated = {
        able[target_number(name)].name: f"{name.rpartition('.')[2]} (0x{code})"
        for name, code in traced.cheated.items()
    }
    broken = tuple(f"there is no trace of {name}" for name in traced.untraced)
    if not run.cases:
        broken = (*broken, "forge ran no test")
    return replace(read, cheated=cheated, broken=(*read.broken, *broken), isolation=run.isolation)


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
        passed=tuple(passed),
        violations=tuple(violations),
        unknown={**done.unknown, **silent},
        skipped=skipped,
        broken=tuple(broken),
    )
