"""The standards, and what a contract's interface has of them. Pure; the table is ``standards.yaml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from verifiers.domain import Value
from verifiers.solidity.conformance.arguments import type_of


class Standard(Value):
    """A row of ``standards.yaml``, which explains the fields.

    Attributes:
        name: As ``erc-20``.
        title: For a person.
    """

    name: str
    title: str
    shows: tuple[str, ...]
    begins: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    functions: Mapping[str, tuple[str, ...]] = {}
    events: Mapping[str, tuple[str, ...]] = {}
    id: str = ""
    suite: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """Of an ERC, as ``20``; empty for what is none."""
        return self.name.removeprefix("erc-") if self.name.startswith("erc-") else ""


class Interface(Value):
    """What a contract's ABI says.

    Attributes:
        functions: Signature -> the types of its results.
        events: Name -> the kinds that there are of it, each the types, with ``*`` where indexed.
        selectors: Signature -> four bytes in hex.
    """

    functions: Mapping[str, tuple[str, ...]]
    events: Mapping[str, tuple[tuple[str, ...], ...]]
    selectors: Mapping[str, str] = {}


@cache
def standards() -> dict[str, Standard]:
    """Name -> standard."""
    table = yaml.safe_load(files(__package__).joinpath("standards.yaml").read_text(encoding="utf-8"))
    return {name: Standard.model_validate({"name": name, **row}) for name, row in table.items()}


def interface_of(contract: Mapping[str, Any]) -> Interface:
    """The interface of one contract of the compiler's output."""
    functions: dict[str, tuple[str, ...]] = {}
    events: dict[str, tuple[tuple[str, ...], ...]] = {}
    for item in contract.get("abi") or ():
        inputs = item.get("inputs") or ()
        name = str(item.get("name", ""))
        if item.get("type", "function") == "function":
            signature = f"{name}({','.join(type_of(part) for part in inputs)})"
            functions[signature] = tuple(type_of(part) for part in item.get("outputs") or ())
        elif item.get("type") == "event":
            kinds = tuple(f"{type_of(part)}{'*' * bool(part.get('indexed'))}" for part in inputs)
            events[name] = (*events.get(name, ()), kinds)
    selectors = (contract.get("evm") or {}).get("methodIdentifiers") or {}
    return Interface(functions=functions, events=events, selectors=selectors)


def shown(interface: Interface) -> tuple[Standard, ...]:
    """The standards that an interface shows, in the table's order."""
    return tuple(
        standard
        for standard in standards().values()
        if all(name in interface.functions for name in standard.shows)
        and (not standard.begins or any(name.startswith(standard.begins) for name in interface.functions))
        and not any(name in interface.functions for name in standard.without)
    )


def missing(standard: Standard, interface: Interface) -> tuple[str, ...]:
    """What the standard demands and the interface has not, in words."""
    return (*_functions(standard, interface), *_events(standard, interface))


def nearest(standard: Standard, interfaces: Iterable[Interface]) -> Interface | None:
    """The interface that lacks least; None if there is none at all."""
    return min(interfaces, key=lambda interface: len(missing(standard, interface)), default=None)


def _functions(standard: Standard, interface: Interface) -> Iterable[str]:
    for signature, results in standard.functions.items():
        has = interface.functions.get(signature)
        if has is None:
            yield f"the function {signature}{_returning(results)}"
        elif has != results:
            yield f"{signature} must return {_listed(results)}, not {_listed(has)}"


def _events(standard: Standard, interface: Interface) -> Iterable[str]:
    for name, kinds in standard.events.items():
        has = interface.events.get(name, ())
        if kinds in has:
            continue
        wanted = f"{name}({', '.join(kind.replace('*', ' indexed') for kind in kinds)})"
        yield f"the event {wanted}" if not has else f"the event must be {wanted}"


def _returning(results: Sequence[str]) -> str:
    return f" returns ({', '.join(results)})" if results else ""


def _listed(results: Sequence[str]) -> str:
    return ", ".join(results) or "nothing"
