"""What is kept of explorations, and what is not taken for the same."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from verifiers.solidity.exploring import explored
from verifiers.solidity.exploring.exploration import Explored
from verifiers.solidity.exploring.explored import Explorations, Known, key_of

WHOLE = Explored(path="A.sol", name="A", created=True, instructions=10, covered=10)
FILES = {"A.sol": "contract A {}"}
HOW = {"depth": 2}
OUTPUT: dict[str, Any] = {
    "sources": {"A.sol": {"id": 0}},
    "contracts": {
        "A.sol": {
            "A": {
                "abi": [],
                "evm": {
                    "bytecode": {"object": "60", "sourceMap": "0:1:0", "linkReferences": {}},
                    "deployedBytecode": {"object": "61", "sourceMap": "0:2:0"},
                    "methodIdentifiers": {"f()": "26121ff0"},
                },
            }
        }
    },
}


def kept(**facts: Any) -> Known:
    return Known(WHOLE.model_copy(update=facts), None, {"mythril": "1"}, "test")


@pytest.mark.parametrize(
    "facts",
    [
        {"timed_out": True},
        {"lost_queries": 1},
        {"unknown_instructions": 1},
        {"crash": "KeyError"},
        {"created": False},
        {"covered": 1},
        {"functions": ("f()",)},
    ],
)
def test_what_did_not_look_at_everything_is_done_again(facts: dict[str, Any]) -> None:
    known = Explorations()
    known.keep("key", kept(**facts))
    assert known.get("key") is None
    known.keep("key", kept())
    assert known.get("key") == kept()


def test_a_worse_exploration_does_not_replace_a_complete_one() -> None:
    known = Explorations()
    known.keep("key", kept())
    known.keep("key", kept(timed_out=True))
    assert known.get("key") == kept()


def test_the_least_used_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explored, "MOST_BYTES", 3 * len(WHOLE.model_dump_json()))
    known = Explorations()
    for number in range(3):
        known.keep(str(number), kept())
    assert known.get("0")
    known.keep("3", kept())
    assert [bool(known.get(str(number))) for number in range(4)] == [True, False, True, True]
    known.keep("4", kept(functions=("f()",) * 500, entered=("f()",)))
    assert known.get("4") is None
    assert known.get("3")


CHANGES: list[tuple[tuple[str, ...], Any]] = [
    (("contracts", "A.sol", "A", "evm", "bytecode", "object"), "62"),
    (("contracts", "A.sol", "A", "evm", "bytecode", "sourceMap"), "1:1:0"),
    (("contracts", "A.sol", "A", "evm", "deployedBytecode", "object"), "62"),
    (("contracts", "A.sol", "A", "evm", "deployedBytecode", "sourceMap"), "1:1:0"),
    (("contracts", "A.sol", "A", "evm", "methodIdentifiers"), {}),
    (("contracts", "A.sol", "A", "abi"), [1]),
    (("sources", "A.sol", "id"), 1),
]


@pytest.mark.parametrize(("place", "value"), CHANGES)
def test_another_code_or_another_place_in_the_texts_is_another_contract(
    place: tuple[str, ...], value: object
) -> None:
    changed = copy.deepcopy(OUTPUT)
    inner = changed
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    assert key_of(changed, FILES, "A.sol", "A", HOW) != key_of(OUTPUT, FILES, "A.sol", "A", HOW)


def test_another_text_limit_or_name_is_another_exploration() -> None:
    both = {"A": OUTPUT["contracts"]["A.sol"]["A"], "B": OUTPUT["contracts"]["A.sol"]["A"]}
    output = {**OUTPUT, "contracts": {"A.sol": both}}
    keys = {
        key_of(output, FILES, "A.sol", "A", HOW),
        key_of(output, FILES, "A.sol", "B", HOW),
        key_of(output, FILES, "A.sol", "A", {"depth": 3}),
        key_of(output, {"A.sol": "contract A { }"}, "A.sol", "A", HOW),
        key_of(output, {**FILES, "B.sol": ""}, "A.sol", "A", HOW),
    }
    assert len(keys) == 5
    assert key_of(copy.deepcopy(output), dict(FILES), "A.sol", "A", dict(HOW)) in keys
