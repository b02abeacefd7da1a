"""Transaction sequences: how a weakness is reached, in a form from which an attack can be built. Pure.

A finding tells its sequence in words (``Finding.counterexample``). The sequences themselves stand in the
verdict's evidence under ``sequences``; :func:`sequences_of` finds those of a finding there. What they hold
was made up by a solver about hostile code: it is to be carried out in a sandbox and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, JsonValue, PlainSerializer

from verifiers.domain import Finding, Location, Severity, Value, Verdict

KEY = "sequences"  # in the evidence
MOST = 32  # sequences of a verdict
MOST_CHARS = 100_000  # of all of them, as hex and names
_MAX_STEPS = 8
_MAX_SHOWN = 1500
_MAX_SHOWN_DATA = 80


class Role(StrEnum):
    """Who sends a transaction."""

    DEPLOYER = "deployer"
    ATTACKER = "attacker"
    SOMEBODY = "somebody"  # anybody else, who only happens to use the contract
    CONTRACT = "contract"  # the contract itself: it has a balance and sends nothing


_ADDRESSES = {
    0xAFFEAFFEAFFEAFFEAFFEAFFEAFFEAFFEAFFEAFFE: Role.DEPLOYER,
    0xDEADBEEFDEADBEEFDEADBEEFDEADBEEFDEADBEEF: Role.ATTACKER,
    0xAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA: Role.SOMEBODY,
}
_WORDS = {
    Role.DEPLOYER: "the deployer",
    Role.ATTACKER: "the attacker",
    Role.SOMEBODY: "somebody else",
    Role.CONTRACT: "the contract",
}

# Evidence is read by programs whose numbers end at 2**53; wei do not.
Wei = Annotated[int, Field(ge=0, lt=2**256), PlainSerializer(str, return_type=str, when_used="json")]


class Step(Value):
    """One transaction.

    Attributes:
        caller: Who sends it.
        creates: It deploys the contract; always the first step.
        function: Such as ``withdraw(uint256)``; empty for the deployment. For data that select no function
            of the contract (the fallback or receive function answers): ``fallback`` or what Mythril calls it.
        arguments: Decoded by the ABI, one text each; None where they could not be, and at a deployment.
        calldata: All of it in hex, with ``0x`` and the selector; at a deployment only the constructor's data.
        value: Wei; a decimal string in JSON.
    """

    caller: Role
    creates: bool = False
    function: str = ""
    arguments: tuple[str, ...] | None = None
    calldata: str = Field(default="0x", pattern=r"^0x([0-9a-f]{2})*$")
    value: Wei = 0


class TransactionSequence(Value):
    """Transactions that lead to a weakness.

    Attributes:
        rule: Of the finding.
        location: Of the finding.
        severity: Of the weakness, if the sequence can be carried out; a finding that rests on ``any_state``
            alone is lower than that until it was.
        path: File of the contract that is deployed and called.
        contract: Its name.
        steps: In order; the deployment first.
        balances: Wei that each has before the first step; decimal strings in JSON.
        any_state: Between the deployment and the first call stands a storage that nobody may be able to bring
            about: the steps may not be enough.
    """

    rule: str
    location: Location | None = None
    severity: Severity
    path: str
    contract: str
    steps: tuple[Step, ...] = Field(min_length=1, max_length=_MAX_STEPS)
    balances: dict[Role, Wei] = Field(default={})
    any_state: bool = False

    @property
    def text(self) -> str:
        """The transactions, one a line, as a person would tell them."""
        lines = [f"{number}. {_told(step)}" for number, step in enumerate(self.steps, start=1)]
        if self.any_state:
            lines.insert(0, "From a state of its storage that may or may not be reachable:")
        return "\n".join(lines)

    @property
    def size(self) -> int:
        """Characters, about."""
        return sum(len(step.calldata) + len(step.function) for step in self.steps) + 200


def sequence_of(
    issue: Mapping[str, Any], finding: Finding, path: str, contract: str
) -> TransactionSequence | None:
    """The sequence of one of Mythril's issues; None where it has none that can be carried out.

    Args:
        issue: As the driver reports it; see ``driver/observe.py``.
        finding: What was made of it.
        path: File of the explored contract.
        contract: Its name.
    """
    steps = issue.get("tx_sequence")
    if not isinstance(steps, list | tuple) or not 0 < len(steps) <= _MAX_STEPS:
        return None
    balances = issue.get("balances") or {}
    try:
        return TransactionSequence(
            rule=finding.rule,
            location=finding.location,
            severity=finding.severity,
            path=path,
            contract=contract,
            steps=tuple(_step(step) for step in steps),
            balances={_role(address): int(str(wei), 16) for address, wei in balances.items()},
            any_state=bool(issue.get("any_state")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):  # cut off, or from an address without a role
        return None


def bounded(sequences: Iterable[TransactionSequence]) -> tuple[TransactionSequence, ...]:
    """Those that evidence has room for; each once, and several ways to one weakness after all first ones."""
    seen: set[str] = set()
    firsts: list[TransactionSequence] = []
    others: list[TransactionSequence] = []
    reached: set[tuple[str, Location | None]] = set()
    for sequence in sequences:
        text = sequence.model_dump_json()
        if text not in seen:
            (others if (sequence.rule, sequence.location) in reached else firsts).append(sequence)
            reached.add((sequence.rule, sequence.location))
            seen.add(text)
    kept: list[TransactionSequence] = []
    room = MOST_CHARS
    for sequence in (*firsts, *others):
        if sequence.size <= room and len(kept) < MOST:
            kept.append(sequence)
            room -= sequence.size
    return tuple(kept)


def as_evidence(sequences: Sequence[TransactionSequence]) -> list[JsonValue]:
    """What stands under ``sequences`` in the evidence."""
    return [sequence.model_dump(mode="json") for sequence in sequences]


def sequences_of(verdict: Verdict, finding: Finding) -> tuple[TransactionSequence, ...]:
    """The sequences that lead to a finding of a Mythril verdict, the first found first; empty if none known.

    A finding is known by its rule and line: an anchor, an attack or another severity do not change whose they
    are.
    """
    listed = verdict.evidence.get(KEY)
    if not isinstance(listed, list):
        return ()
    everything = (TransactionSequence.model_validate(entry) for entry in listed)
    return tuple(
        sequence
        for sequence in everything
        if sequence.rule == finding.rule and _line(sequence.location) == _line(finding.location)
    )


def _line(place: Location | None) -> tuple[str, int] | None:
    return (place.path, place.line) if place else None


def _role(address: object) -> Role:
    """Whose an address is; the one contract there is besides the three who send is the explored one."""
    return _ADDRESSES.get(int(str(address), 16), Role.CONTRACT)


def _step(step: Mapping[str, Any]) -> Step:
    caller = _role(step["origin"])
    if caller is Role.CONTRACT:
        raise ValueError("a transaction is sent by the deployer, the attacker or somebody")
    arguments = step.get("arguments")
    data = str(step.get("calldata") or "").removeprefix("0x")
    return Step(
        caller=caller,
        creates=bool(step.get("creates")),
        function=str(step.get("function") or "")[:500],
        arguments=None if arguments is None else tuple(str(each)[:200] for each in arguments),
        calldata=f"0x{data.lower()}",
        value=int(str(step.get("value") or "0x0"), 16),
    )


def _told(step: Step) -> str:
    who, paying = _WORDS[step.caller], f" with {step.value} wei" if step.value else ""
    data = step.calldata[:_MAX_SHOWN_DATA]
    if step.creates:
        return f"{who} deploys the contract{paying}" + (f", constructor data {data}" if data != "0x" else "")
    if step.arguments is not None and "(" in step.function:
        call = f"{step.function.partition('(')[0]}({', '.join(step.arguments)})"
    else:
        call = f"{step.function} with data {data}" if step.function else "the fallback function"
    return f"{who} calls {call}{paying}"[:_MAX_SHOWN]
