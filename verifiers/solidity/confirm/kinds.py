"""Which attack is tried on which finding. Pure."""

from __future__ import annotations

from enum import StrEnum

from verifiers.domain import Finding


class Kind(StrEnum):
    """A way to attack; the value is the name of its file in ``attacks/``."""

    REENTRANCY = "reentrancy"
    ACCESS = "access"
    SELFDESTRUCT = "selfdestruct"
    DELEGATECALL = "delegatecall"
    TXORIGIN = "txorigin"
    ARBITRARYFROM = "arbitraryfrom"
    UNCHECKEDSEND = "uncheckedsend"
    DENIAL = "denial"
    FORCED = "forced"
    FRONTRUN = "frontrun"
    GAMBLE = "gamble"
    INFLATION = "inflation"
    OVERFLOW = "overflow"
    REPLAY = "replay"
    SEQUENCE = "sequence"


# What Solidity calls the attack, and what it does in words.
CONTRACTS = {
    Kind.REENTRANCY: "Reentrancy",
    Kind.ACCESS: "AccessControl",
    Kind.SELFDESTRUCT: "SelfDestruct",
    Kind.DELEGATECALL: "DelegateCall",
    Kind.TXORIGIN: "Phishing",
    Kind.ARBITRARYFROM: "ArbitraryFrom",
    Kind.UNCHECKEDSEND: "UncheckedSend",
    Kind.DENIAL: "Denial",
    Kind.FORCED: "ForcedEther",
    Kind.FRONTRUN: "FrontRun",
    Kind.GAMBLE: "Gamble",
    Kind.INFLATION: "Inflation",
    Kind.OVERFLOW: "Overflow",
    Kind.REPLAY: "Replay",
    Kind.SEQUENCE: "Sequence",
}

# Attacks in which being turned away says that a guard held: they show that the same call works for whoever
# may make it, or that the attacker's code was really called. The others may only have been unlucky.
REFUTING = frozenset(
    {
        Kind.REENTRANCY,
        Kind.ACCESS,
        Kind.SELFDESTRUCT,
        Kind.DELEGATECALL,
        Kind.TXORIGIN,
        Kind.ARBITRARYFROM,
    }
)

_BY_RULE = {
    "slither.arbitrary-send-erc20": (Kind.ARBITRARYFROM,),
    "slither.arbitrary-send-erc20-permit": (Kind.ARBITRARYFROM,),
    "slither.arbitrary-send-eth": (Kind.ACCESS, Kind.FRONTRUN),
    "slither.msg-value-loop": (),
    "solidity-patterns.costly-loop": (),
}
_BY_SWC = {
    "SWC-101": (Kind.OVERFLOW,),
    "SWC-104": (Kind.UNCHECKEDSEND,),
    "SWC-105": (Kind.ACCESS,),
    "SWC-106": (Kind.SELFDESTRUCT,),
    "SWC-107": (Kind.REENTRANCY,),
    "SWC-112": (Kind.DELEGATECALL,),
    "SWC-113": (Kind.DENIAL,),
    "SWC-114": (Kind.FRONTRUN,),
    "SWC-115": (Kind.TXORIGIN,),
    "SWC-116": (Kind.GAMBLE,),
    "SWC-118": (Kind.ACCESS,),
    "SWC-120": (Kind.GAMBLE,),
    "SWC-121": (Kind.REPLAY,),
    "SWC-124": (),
    "SWC-132": (Kind.FORCED, Kind.INFLATION),
}
_BY_CWE = {
    "CWE-190": (Kind.OVERFLOW,),
    "CWE-191": (Kind.OVERFLOW,),
    "CWE-252": (Kind.UNCHECKEDSEND,),
    "CWE-284": (Kind.ACCESS,),
    "CWE-294": (Kind.REPLAY,),
    "CWE-330": (Kind.GAMBLE,),
    "CWE-347": (Kind.REPLAY,),
    "CWE-362": (Kind.FRONTRUN,),
    "CWE-477": (Kind.TXORIGIN,),
    "CWE-682": (),
    "CWE-829": (),
    "CWE-841": (Kind.REENTRANCY,),
    "CWE-862": (Kind.ACCESS,),
}


def kinds_for(finding: Finding) -> tuple[Kind, ...]:
    """The attacks to try on a finding, the one that its rule speaks of first; empty if there is none."""
    if finding.rule in _BY_RULE:
        return _BY_RULE[finding.rule]
    if finding.swc in _BY_SWC:
        return _BY_SWC[finding.swc]
    return _BY_CWE.get(finding.cwe or "", ())
