"""An attack as a Foundry test that a person can read and run again. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from verifiers.domain import Finding
from verifiers.solidity.confirm.kinds import CONTRACTS, Kind
from verifiers.solidity.confirm.plan import Call, Plan
from verifiers.solidity.confirm.target import Target

PRAGMA = "// SPDX-License-Identifier: MIT\npragma solidity >=0.8.20;\n"
TEST = "test_attack"
_CODE = re.compile(r'hex"[0-9a-f]*"; // the creation code of (.+)')
_LEAF = "\n// What is attacked here.\n"
_HEADER = """// An attack on {name} of {path}, for the finding {rule}{line}.
// To run it: lay this file into the folder test/ of a Foundry project and call
//     forge test --match-path 'test/*' -vvvv
// {test} passes if the attack does its harm. Otherwise its failure says what stood against it: "held"
// where the contract turned the attacker away, "open" where nothing was shown. To try other code of the same
// contract, put its creation bytecode (solc --bin) in the place of the hex string below.
"""


def standalone(target: Target, kind: Kind, plan: Plan, arguments: Sequence[str], finding: Finding) -> str:
    """The whole file of one attack.

    Args:
        target: What is attacked.
        kind: How.
        plan: Its script.
        arguments: Guesses of the constructor's arguments, as Solidity.
        finding: What the attack is for.
    """
    place = finding.location
    header = _HEADER.format(
        name=_said(target.name),
        path=_said(target.path),
        rule=_said(finding.rule),
        line=f" at line {place.line}" if place else "",
        test=TEST,
    )
    leaf = _leaf(target, kind, plan, arguments)
    return header + PRAGMA + template("common") + template(kind) + f"{_LEAF}{leaf}"


def with_story(attack_test: str, story: str) -> str:
    """The attack with its steps in words before it: what a reader, or a model, sees first."""
    lines = [f"// {_said(line)}" for line in story.splitlines()]
    return "\n".join(["// What happens:", *lines, attack_test])


def together(attack_tests: Sequence[str]) -> str:
    """Several attacks as one file, so that what they share is compiled once; the contracts are numbered."""
    shared: dict[str, None] = {}
    leaves = []
    for number, text in enumerate(attack_tests):
        shared[_template_in(text)] = None
        leaf = text.partition(_LEAF)[2]
        leaves.append(leaf.replace("contract AttackTest is", f"contract {numbered(number)} is", 1))
    return "".join((PRAGMA, template("common"), *shared, *leaves))


def is_current(attack_test: str) -> bool:
    """Whether a kept attack can be put together with others: it was written with the templates there are."""
    return bool(_template_in(attack_test)) and template("common") in attack_test


def _template_in(attack_test: str) -> str:
    before = attack_test.partition(_LEAF)[0]
    return next((template(kind) for kind in Kind if before.endswith(template(kind))), "")


def numbered(number: int) -> str:
    """The name of an attack's contract among several."""
    return f"Attack{number}"


def with_code(attack_test: str, creation: str) -> str | None:
    """The same attack on other code; None if the text is no attack.

    Args:
        attack_test: As :func:`standalone` wrote it.
        creation: The creation code in hex.
    """
    if not re.fullmatch(r"(?:[0-9a-f]{2})+", creation):
        return None
    changed, count = _CODE.subn(
        lambda found: f'hex"{creation}"; // the creation code of {found[1]}', attack_test
    )
    return changed if count == 1 else None


def contract_of(attack_test: str) -> str | None:
    """The name of the contract that an attack is on."""
    found = _CODE.search(attack_test)
    return found[1] if found else None


@cache
def template(name: str) -> str:
    """One of the files in ``attacks/``."""
    return "\n" + files(__package__).joinpath("attacks", f"{name}.sol").read_text(encoding="utf-8")


def _leaf(target: Target, kind: Kind, plan: Plan, arguments: Sequence[str]) -> str:
    """The contract in which all that is about this target is filled in."""
    seed = int(hashlib.sha256(f"{kind}{target.creation}".encode()).hexdigest()[:16], 16)
    parts = [
        f"    function _seed() internal pure override returns (uint256) {{\n        return {seed};\n    }}",
        "    function _creation() internal pure override returns (bytes memory) {\n"
        f'        return hex"{target.creation}"; // the creation code of {target.name}\n    }}',
        "    function _payable() internal pure override returns (bool) {\n"
        f"        return {str(target.endowed).lower()};\n    }}",
        _filled("_arguments", "bytes", list(arguments)),
        _preludes(plan),
        _filled("_strikes", "Step", [_step(call) for call in plan.strikes]),
        _filled("_moves", "Step", [_step(call) for call in plan.moves]),
        _filled("_readings", "bytes4", [_selector(each) for each in plan.readings]),
        _filled("_globals", "bytes4", [_selector(each) for each in plan.globals]),
    ]
    if kind is Kind.OVERFLOW:
        parts.append(_filled("_marks", "uint256", list(plan.marks)))
    body = "\n\n".join(parts)
    return f"contract AttackTest is {CONTRACTS[kind]} {{\n{body}\n}}\n"


def _preludes(plan: Plan) -> str:
    lines = []
    for number, prelude in enumerate(plan.preludes):
        lines.append(f"        list[{number}] = new Step[]({len(prelude)});")
        lines += [f"        list[{number}][{place}] = {_step(call)};" for place, call in enumerate(prelude)]
    body = "\n".join([f"        list = new Step[][]({len(plan.preludes)});", *lines])
    return (
        f"    function _preludes() internal view override returns (Step[][] memory list) {{\n{body}\n    }}"
    )


def _filled(name: str, kind: str, values: Sequence[str]) -> str:
    lines = [f"        list = new {kind}[]({len(values)});"]
    lines += [f"        list[{place}] = {value};" for place, value in enumerate(values)]
    body = "\n".join(lines)
    return f"    function {name}() internal view override returns ({kind}[] memory list) {{\n{body}\n    }}"


def _step(call: Call) -> str:
    return f"Step({call.who}, {call.wei}, {call.data})"


def _selector(signature: str) -> str:
    return f'bytes4(keccak256("{signature}"))'


def _said(text: str) -> str:
    """Text of somebody else's inside a comment."""
    return re.sub(r"[^\x20-\x7e]", "?", text)[:200]
