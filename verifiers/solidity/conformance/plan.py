"""What the suite has to know of a contract: how it is made, and who may come to hold some of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from verifiers.domain import Value
from verifiers.solidity.conformance.arguments import ALICE, CREATION, OWNER, Taste, guesses, type_of
from verifiers.solidity.conformance.encoding import AbiValue, encode
from verifiers.solidity.conformance.standards import Interface, Standard, interface_of, shown

_ETHER = 10**18
_ASKED_PRICE = 2**256 - 1
_PAID = (_ASKED_PRICE, 0, _ETHER, _ETHER // 10)
_MOST_CALLS = 60
_GIVES = re.compile(
    r"^(safe|public|owner|admin|free|batch)?_?(mint|issue|claim|deposit|buy|faucet|drip|award|create|airdrop|purchase"
    r"|reserve|wrap|stake|join|addliquidity)",
    re.IGNORECASE,
)
_INITIALISES = re.compile(r"^_*init(iali[sz]e)?", re.IGNORECASE)
# What such names do is an owner's business wherever there is an owner.
_PRIVILEGED = re.compile(
    r"^(pause|unpause|upgradeTo(AndCall)?|(set|change|update)(Owner|Admin|Minter|Governor|Treasury|Implementation|Oracle"
    r"|BaseURI|Signer|Fees?\w*|Tax\w*)|addMinter|removeMinter|(un)?blacklist\w*|kill|destroy\w*|rescue\w*|drain\w*"
    r"|withdrawFees?)$"
)
_OWNERS = (Taste(), Taste(number=1))
_SUPPLY = (Taste(person=ALICE), Taste(person=ALICE, number=1_000 * _ETHER), Taste(person=ALICE, number=1))
_FEES = re.compile(r"fee|tax|reflect|burnrate|liquidityrate", re.IGNORECASE)
_SHARES = re.compile(r"rebase|sharesof|pooledeth|gons|fragments", re.IGNORECASE)
_SHARE_TOLERANCE = 2  # wei; what converting to shares and back may lose
_CALLS = "(string,address,uint256,bytes)[]"
_TYPE = f"(bytes,bytes[],uint256[],{_CALLS},{_CALLS},{_CALLS},uint256,bool)"


class Target(Value):
    """A contract that is held to standards.

    Attributes:
        path: Its file.
        name: Its name.
        standards: Those that its interface shows.
        interface: Its interface.
        plan: What the suite is told, ABI-encoded; empty if it cannot be put onto the bench.
        obstacle: Why not; empty if it can.
    """

    path: str
    name: str
    standards: tuple[Standard, ...]
    interface: Interface
    plan: bytes = b""
    obstacle: str = ""


def target_of(path: str, name: str, contract: Mapping[str, Any]) -> Target:
    """What there is to know of a contract.

    Args:
        path: Its file.
        name: Its name.
        contract: The compiler's output on it.
    """
    interface = interface_of(contract)
    target = Target(path=path, name=name, standards=shown(interface), interface=interface)
    code = str(((contract.get("evm") or {}).get("bytecode") or {}).get("object", ""))
    if not re.fullmatch(r"(?:[0-9a-f]{2})+", code):
        return target.model_copy(update={"obstacle": "its code needs the addresses of libraries"})
    creations = list(_creations(contract))
    if not creations:
        return target.model_copy(update={"obstacle": "no arguments could be guessed for its constructor"})
    names = " ".join(interface.functions)
    value: list[AbiValue] = [
        bytes.fromhex(code),
        [arguments for arguments, _ in creations],
        [paid for _, paid in creations],
        [
            call
            for _, call in sorted(_supplies(contract, interface), key=lambda found: found[0])[:_MOST_CALLS]
        ],
        list(_calls(contract, interface, _PRIVILEGED))[:_MOST_CALLS],
        list(_calls(contract, interface, _INITIALISES))[:_MOST_CALLS],
        _SHARE_TOLERANCE if _SHARES.search(names) else 0,
        bool(_FEES.search(names)),
    ]
    return target.model_copy(update={"plan": encode([_TYPE], [value])})


def _creations(contract: Mapping[str, Any]) -> Iterator[tuple[bytes, int]]:
    """Arguments of the constructor, and the wei that go with them."""
    nothing: Mapping[str, Any] = {}
    constructor = next(
        (item for item in contract.get("abi") or () if item.get("type") == "constructor"), nothing
    )
    payable = constructor.get("stateMutability") == "payable" or constructor.get("payable")
    for arguments in guesses(constructor.get("inputs") or (), CREATION):
        for wei in (0, _ETHER) if payable else (0,):
            yield arguments, wei


def _supplies(contract: Mapping[str, Any], interface: Interface) -> Iterator[tuple[bool, AbiValue]]:
    """Calls that may give somebody tokens; whether it is another way than minting, and the call."""
    for item, selector in _functions(contract, interface, _GIVES):
        payable = item.get("stateMutability") == "payable" or item.get("payable")
        for arguments in guesses(item.get("inputs") or (), _SUPPLY):
            for caller in (OWNER, ALICE):
                for wei in _PAID if payable else (0,):
                    name = str(item["name"])
                    yield "mint" not in name.lower(), (name, caller, wei, selector + arguments)


def _calls(contract: Mapping[str, Any], interface: Interface, names: re.Pattern[str]) -> Iterator[AbiValue]:
    """Calls by the deployer, without money."""
    for item, selector in _functions(contract, interface, names):
        for arguments in guesses(item.get("inputs") or (), _OWNERS):
            yield (str(item["name"]), OWNER, 0, selector + arguments)


def _functions(
    contract: Mapping[str, Any], interface: Interface, names: re.Pattern[str]
) -> Iterator[tuple[Mapping[str, Any], bytes]]:
    """Functions of some names that may change something, with their selectors."""
    for item in contract.get("abi") or ():
        if (
            item.get("type") != "function"
            or item.get("stateMutability") in ("view", "pure")
            or item.get("constant")
        ):
            continue
        selector = interface.selectors.get(_signature(item))
        if selector is not None and names.match(str(item.get("name", ""))):
            yield item, bytes.fromhex(selector)


def _signature(item: Mapping[str, Any]) -> str:
    return f"{item.get('name')}({','.join(type_of(part) for part in item.get('inputs') or ())})"
