"""Carries out attacks on what was found, in the sandbox, and says of each finding what became of it."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verifiers.domain import Confirmation, Finding, Severity
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.analysis.detectors.program import Program, TooMuch, read
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled, Profile
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.confirm.kinds import REFUTING, Kind, kinds_for
from verifiers.solidity.confirm.plan import Plan, plan_for
from verifiers.solidity.confirm.reading import cheated, held, steps_of, why_open
from verifiers.solidity.confirm.render import TEST, numbered, standalone, together, with_story
from verifiers.solidity.confirm.sequence import plan_of
from verifiers.solidity.confirm.target import Target, find
from verifiers.solidity.confirm.values import constructions
from verifiers.solidity.confirm.words import told
from verifiers.solidity.exploring.sequences import TransactionSequence
from verifiers.solidity.testing.forge import Forge, ForgeOptions
from verifiers.solidity.testing.forge_output import report
from verifiers.solidity.toolchain import SolidityToolchain

_FILE = "attack.t.sol"
_MOST_ATTACKS = 16  # in one run
_MOST_SEQUENCES = 2  # ways to one finding
_TURNS = 16  # for so many projects at once
_MOST_KEPT = 512
_CHEATING = "the contract calls the test runner's cheat codes, so nothing that was seen can be relied on"


@dataclass(frozen=True)
class Attack:
    """One attack on behalf of a finding."""

    kind: Kind
    target: Target
    plan: Plan
    text: str

    @property
    def key(self) -> str:
        """Names what is carried out, whatever finding it is for."""
        return hashlib.sha256("".join(together([self.text])).encode()).hexdigest()


@dataclass(frozen=True)
class Result:
    """What became of an attack.

    Attributes:
        confirmation: The answer.
        reason: Why nothing was shown; empty if something was.
        at: Numbers of the prelude, the strike and the move that did harm.
        final: It would come out like this again.
    """

    confirmation: Confirmation
    reason: str = ""
    at: tuple[int, int, int] = (0, 0, 0)
    final: bool = True


class Confirmer:
    """Attacks contracts. Safe to call from several threads.

    Args:
        sandbox: Where.
        toolchain: Where forge is.
        compilations: Compiles the attacks.
    """

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain, compilations: Compilations) -> None:
        self._toolchain = toolchain
        self._compilations = compilations
        self._forge = Forge(sandbox, toolchain, compilations)
        self._kept: OrderedDict[str, Result] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))

    @property
    def available(self) -> bool:
        """Whether attacks can be carried out here at all."""
        return self._toolchain.forge is not None

    @property
    def tool(self) -> str:
        """Name and version of what runs them."""
        return self._forge.tool

    def confirm(
        self,
        compilation: Compilation,
        findings: Sequence[Finding],
        seconds: float,
        sequences: Mapping[int, Sequence[TransactionSequence]] | None = None,
    ) -> tuple[Finding, ...]:
        """The findings, each with what an attack on it came to.

        A finding for which there is no attack, or that is only information, stays as it is. A confirmed one
        is at least high: the harm was done.

        Args:
            compilation: The project, as it is deployed.
            findings: What was found in it.
            seconds: Wall-clock seconds for all attacks together.
            sequences: Place of a finding -> transactions that lead to it, where they are known.

        Raises:
            ToolMissing: forge or a compiler is not installed.
            ToolFailed: one of them could not be run.
        """
        end = time.monotonic() + seconds
        wanted = {n: kinds_for(each) for n, each in enumerate(findings) if each.severity is not Severity.INFO}
        wanted = {n: kinds for n, kinds in wanted.items() if kinds}
        if not wanted:
            return tuple(findings)
        try:
            program = read(
                compilation.output, compilation.project.sources.keys(), compilation.compiler.version
            )
        except (TooMuch, AttributeError, TypeError, KeyError, ValueError, RecursionError):
            return tuple(
                _open(each, "the program is too large, or of a form that is not known")
                if n in wanted
                else each
                for n, each in enumerate(findings)
            )
        known = sequences or {}
        attacks = {
            n: _attacks_on(compilation, program, findings[n], kinds, known.get(n, ()))
            for n, kinds in wanted.items()
        }
        every = [attack for made in attacks.values() if not isinstance(made, str) for attack in made]
        # Several verifiers find the same, and at once: who waits here finds the attack carried out.
        turn = self._turns[hash(tuple(compilation.project.sources.values())) % len(self._turns)]
        waited = turn.acquire(timeout=max(0.0, end - time.monotonic()))
        try:
            results = self._carry_out(every, end)
        finally:
            if waited:
                turn.release()
        return tuple(
            _answered(each, attacks[n], results) if n in attacks else each for n, each in enumerate(findings)
        )

    def repeat(self, attack_tests: Sequence[str], seconds: float) -> tuple[bool, ...] | None:
        """Carry out attacks again, as they were kept or with other code in them.

        Args:
            attack_tests: See :attr:`verifiers.domain.Finding.attack_test`.
            seconds: Wall-clock seconds.

        Returns:
            For each whether it does its harm; None if that could not be found out.

        Raises:
            ToolError: as for :meth:`confirm`.
        """
        results = self._run(list(attack_tests), seconds)
        if any(not result.final for result in results):
            return None
        return tuple(result.confirmation is Confirmation.CONFIRMED for result in results)

    def _carry_out(self, attacks: Sequence[Attack], end: float) -> dict[str, Result]:
        keyed = {attack.key: attack for attack in attacks}
        with self._lock:
            done = {key: self._kept[key] for key in keyed if key in self._kept}
        left = [key for key in keyed if key not in done]
        for first in range(0, len(left), _MOST_ATTACKS):
            part = left[first : first + _MOST_ATTACKS]
            made = self._run([keyed[key].text for key in part], end - time.monotonic())
            done |= dict(zip(part, made, strict=True))
        with self._lock:
            self._kept |= {key: result for key, result in done.items() if result.final}
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return done

    def _run(self, texts: list[str], seconds: float) -> list[Result]:
        """All in one file, so that what they share is compiled once."""
        if seconds <= 1:
            return [_nothing("the time ran out before the attack")] * len(texts)
        started = time.monotonic()
        project = Project(sources={_FILE: together(texts)})
        made = self._compilations.compile(project, seconds, Profile.RUN)
        if isinstance(made, NotCompiled):
            return [_nothing(f"the attack does not compile ({made.summary[:200]})")] * len(texts)
        left = seconds - (time.monotonic() - started)
        run = self._forge.run(made, max(left, 0.5), ForgeOptions(traces=True))
        suites = report(run.result.stdout.decode("utf-8", "replace")) if not run.problem else None
        if suites is None:
            return [_nothing(f"there is no report of the attack: {run.problem}")] * len(texts)
        cases = {case.contract: case for case in run.cases if case.name == TEST}
        results = []
        for number in range(len(texts)):
            name = numbered(number)
            case = cases.get(name)
            traced = suites.get(f"{_FILE}:{name}", {}).get("test_results", {}).get(f"{TEST}()", {})
            cheats = cheated(traced)
            if case is None or cheats is None:
                results.append(_nothing("the attack's run left no trace that can be read"))
            elif cheats:
                results.append(Result(Confirmation.UNCONFIRMED, _CHEATING))
            elif at := steps_of(case):
                results.append(Result(Confirmation.CONFIRMED, at=at))
            elif held(case):
                results.append(Result(Confirmation.REFUTED))
            else:
                results.append(Result(Confirmation.UNCONFIRMED, why_open(case)))
        return results


def _nothing(reason: str) -> Result:
    return Result(Confirmation.UNCONFIRMED, reason, final=False)


def _attacks_on(
    compilation: Compilation,
    program: Program,
    finding: Finding,
    kinds: Sequence[Kind],
    sequences: Sequence[TransactionSequence],
) -> list[Attack] | str:
    """The attacks on a finding, or why there is none."""
    target = find(compilation, program, finding.location, sequences)
    if isinstance(target, str):
        return target
    arguments = constructions(target.constructor)
    made = [plan_of(each, target) for each in sequences[:_MOST_SEQUENCES]]
    found = [
        Attack(Kind.SEQUENCE, target, plan, standalone(target, Kind.SEQUENCE, plan, [built], finding))
        for plan, built in (each for each in made if each is not None)
    ]
    if arguments is None and not found:
        return f"the arguments of {target.name}'s constructor cannot be guessed"
    for kind in kinds if arguments is not None else ():
        plan = plan_for(target, kind)
        if plan.strikes:
            found.append(Attack(kind, target, plan, standalone(target, kind, plan, arguments or (), finding)))
    return found or "the arguments of the flagged function cannot be guessed"


def _answered(finding: Finding, attacks: list[Attack] | str, results: dict[str, Result]) -> Finding:
    if isinstance(attacks, str):
        return _open(finding, attacks)
    for attack in attacks:
        result = results[attack.key]
        if result.confirmation is Confirmation.CONFIRMED:
            severe = finding.severity if finding.severity is Severity.CRITICAL else Severity.HIGH
            story = told(attack.target, attack.kind, attack.plan, result.at)
            return finding.model_copy(
                update={
                    "confirmation": Confirmation.CONFIRMED,
                    "attack_test": with_story(attack.text, story),
                    "counterexample": story,
                    "severity": severe,
                }
            )
    first = next((attack for attack in attacks if attack.kind is not Kind.SEQUENCE), attacks[0])
    result = results[first.key]
    if result.confirmation is Confirmation.REFUTED and _may_refute(attacks):
        return finding.model_copy(
            update={
                "confirmation": Confirmation.REFUTED,
                "attack_test": first.text,
                "message": f"{finding.message} An attack was carried out on it, and turned away.",
            }
        )
    reason = result.reason or "the attacker was turned away, which does not show that every attacker would be"
    return _open(finding, reason)


def _may_refute(attacks: Sequence[Attack]) -> bool:
    """Only the one attack that the rule speaks of, where all can be called and no second path is hidden."""
    general = [attack for attack in attacks if attack.kind is not Kind.SEQUENCE]
    if len(general) != 1:
        return False
    first = general[0]
    return (
        first.kind in REFUTING
        and first.plan.complete
        and first.target.plain
        and len(first.target.flagged) == 1
    )


def _open(finding: Finding, reason: str) -> Finding:
    return finding.model_copy(
        update={
            "confirmation": Confirmation.UNCONFIRMED,
            "message": f"{finding.message} No attack could show or refute it: {reason}.",
        }
    )
