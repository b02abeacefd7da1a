"""What is called, by whom and in what order, to attack a contract in one way. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from verifiers.solidity.confirm.kinds import Kind
from verifiers.solidity.confirm.target import Entry, Target
from verifiers.solidity.confirm.values import (
    ACCOMPLICE,
    ALICE,
    MALLORY,
    MARK,
    OWNER,
    PAYLOAD,
    PUPPET,
    REFUSER,
    Hand,
    fillings,
)

_MOST_STRIKES = 12
_MOST_MOVES = 16
_HUGE = ("2**255", "type(uint256).max", MARK, "1 ether")
_JOINS = re.compile(
    r"deposit|stake|join|enter|regist|buy|fund|lock|bid|play|add|contribut|invest|pledge", re.I
)
_LEAVES = re.compile(r"^un|^_un|remove|exit|leave|withdraw", re.I)
_ENDS = re.compile(
    r"renounce|pause|kill|destroy|destruct|close|withdraw|sweep|transferOwner|settle|revoke|finali[sz]e|cancel"
    r"|handOver|setOwner|upgrade|end",
    re.I,
)
_NO_GAIN = re.compile(r"nonce|time|last|block|until|since|commit|deadline|when|index|vote|At$", re.I)
_SHOWN_READINGS = 6


@dataclass(frozen=True)
class Call:
    """One transaction; ``who`` and ``data`` are Solidity expressions, ``wei`` a number."""

    who: str
    wei: int
    data: str


@dataclass(frozen=True)
class Plan:
    """An attack's script.

    Attributes:
        preludes: Ways to bring the contract into a state that can be hurt; each is tried.
        strikes: The calls that are meant to do harm.
        moves: Other calls, for attacks that need them.
        readings: Questions of the contract about an account, as signatures.
        globals: Its questions that answer with an address, as signatures.
        marks: Numbers that may wrap round.
        complete: Everything that can be called could be written down.
    """

    preludes: tuple[tuple[Call, ...], ...]
    strikes: tuple[Call, ...]
    moves: tuple[Call, ...]
    readings: tuple[str, ...]
    globals: tuple[str, ...]
    marks: tuple[str, ...] = ()
    complete: bool = False


_ATTACKER = Hand(addresses=(MALLORY,))
_HANDS = {
    Kind.REENTRANCY: Hand(addresses=(PUPPET,)),
    Kind.DELEGATECALL: Hand(addresses=(PAYLOAD,)),
    Kind.OVERFLOW: Hand(addresses=(MALLORY,), numbers=_HUGE),
    Kind.REPLAY: Hand(
        addresses=(MALLORY,), numbers=("1 ether", "0", "sigV"), blobs=("abi.encodePacked(sigR, sigS, sigV)",)
    ),
    Kind.FRONTRUN: Hand(addresses=(ALICE,), numbers=("SECRET",), words=("bytes32(SECRET)",)),
    Kind.ARBITRARYFROM: Hand(addresses=(MALLORY,), victim=ALICE),
    Kind.UNCHECKEDSEND: Hand(addresses=(REFUSER,)),
    Kind.ACCESS: replace(_ATTACKER, numbers=("1 ether", "1", MARK)),
    Kind.GAMBLE: Hand(addresses=(PUPPET,), numbers=("1", "0", "3", "7")),
}
_MOVERS = {
    Kind.REENTRANCY: Hand(addresses=(ACCOMPLICE,)),
    Kind.FRONTRUN: Hand(addresses=(ALICE,), numbers=("SECRET + 1",), words=("bytes32(SECRET + 1)",)),
    Kind.DELEGATECALL: Hand(addresses=(PAYLOAD,)),
}
_TAKE_PART = {
    Kind.REENTRANCY: (ALICE, "bob", PUPPET),
    Kind.OVERFLOW: (ALICE, PUPPET),
    Kind.UNCHECKEDSEND: (ALICE, REFUSER),
    Kind.TXORIGIN: (OWNER, ALICE),
}


def plan_for(target: Target, kind: Kind) -> Plan:
    """The script of one kind of attack on a contract."""
    acting = [entry for entry in target.entries if not entry.looks]
    strikes = [call for entry in _struck(target, kind) for call in _calls(entry, kind, target)]
    moving = _MOVERS.get(kind, _ATTACKER)
    others = target.flagged if kind is Kind.FRONTRUN else tuple(acting)
    amounts = (10**18, *target.amounts)
    moves = [call for entry in others for call in _written(entry, MALLORY, moving, amounts[:2], 2)]
    return Plan(
        preludes=_preludes(target, kind),
        strikes=tuple(strikes[:_MOST_STRIKES]),
        moves=tuple(moves[:_MOST_MOVES]),
        readings=_readings(target),
        globals=tuple(entry.signature for entry in target.entries if _is_office(entry)),
        marks=tuple(number for number in _HUGE if number != "1 ether") if kind is Kind.OVERFLOW else (),
        complete=len(moves) <= _MOST_MOVES and all(_can_write(entry) for entry in acting),
    )


def _struck(target: Target, kind: Kind) -> tuple[Entry, ...]:
    """The flagged functions; for some weaknesses also those by which what they do is cashed in."""
    others = tuple(entry for entry in target.entries if not entry.looks and entry not in target.flagged)
    flagged = tuple(entry for entry in target.flagged if not entry.looks)
    return (*flagged, *others) if kind is Kind.INFLATION or not flagged else flagged


def _calls(entry: Entry, kind: Kind, target: Target) -> list[Call]:
    amounts = [10**18, *(amount for amount in target.amounts if amount != 10**18)]
    if kind is Kind.DENIAL:
        amounts.append(2 * 10**18)
    hand = _HANDS.get(kind, _ATTACKER)
    return _written(entry, MALLORY, hand, tuple(amounts), 4)


def _written(entry: Entry, who: str, hand: Hand, amounts: tuple[int, ...], most: int) -> list[Call]:
    filled = fillings(entry.inputs, hand, most)
    if filled is None:
        return []
    data = [_data(entry, arguments) for arguments in filled]
    return [Call(who, wei, each) for wei in (amounts if entry.pays else (0,)) for each in data]


def _data(entry: Entry, arguments: str) -> str:
    return f'abi.encodeWithSignature("{entry.signature}"{arguments})' if entry.name else 'bytes("")'


def _can_write(entry: Entry) -> bool:
    return fillings(entry.inputs, _ATTACKER, 1) is not None


def _preludes(target: Target, kind: Kind) -> tuple[tuple[Call, ...], ...]:
    """Everybody takes part; nobody does; the owner sets everything up, and everybody takes part."""
    people = _TAKE_PART.get(kind, (ALICE, "bob"))
    amounts = (10**18, *target.amounts)[-1:] if target.amounts else (10**18,)
    joined = [
        call
        for entry in target.entries
        if _joins(entry)
        for who in people
        for call in _written(entry, who, Hand(addresses=(who,)), (10**18, *amounts), 1)[
            : 1 if not entry.pays else 2
        ]
    ]
    setting = [
        call
        for entry in target.entries
        if not entry.looks and not entry.pays and not _ENDS.search(entry.name) and entry not in target.flagged
        for call in _written(entry, OWNER, Hand(addresses=(OWNER,)), (0,), 1)
    ]
    ways: tuple[tuple[Call, ...], ...] = (tuple(joined), (), (*setting, *joined))
    if kind in (Kind.GAMBLE, Kind.DENIAL, Kind.INFLATION, Kind.REPLAY, Kind.FORCED):
        ways = ((), tuple(joined), (*setting, *joined))
    return tuple(dict.fromkeys(ways))


def _joins(entry: Entry) -> bool:
    """Whether a call looks like taking part; ``unstake`` is no staking."""
    named = _JOINS.search(entry.name) and not _LEAVES.search(entry.name)
    return not entry.looks and (entry.pays or bool(named))


def _readings(target: Target) -> tuple[str, ...]:
    found = [
        entry.signature
        for entry in target.entries
        if entry.looks
        and [str(each.get("type")) for each in entry.inputs] == ["address"]
        and entry.outputs == ("uint256",)
        and not _NO_GAIN.search(entry.name)
    ]
    return tuple(found[:_SHOWN_READINGS])


def _is_office(entry: Entry) -> bool:
    return entry.looks and not entry.inputs and entry.outputs == ("address",)
