"""The pure parts of the conformance verifier: names, guesses, encoding, interfaces, traces."""

from __future__ import annotations

import re
from typing import Any

import pytest

from verifiers.domain import Severity
from verifiers.solidity.conformance.arguments import CREATION, OWNER, STAND_IN, guesses
from verifiers.solidity.conformance.cheats import CHEAT_CODES, look
from verifiers.solidity.conformance.clauses import clauses
from verifiers.solidity.conformance.encoding import NotEncodable, encode
from verifiers.solidity.conformance.layout import moved, versions
from verifiers.solidity.conformance.named import named_in
from verifiers.solidity.conformance.plan import target_of
from verifiers.solidity.conformance.standards import Interface, missing, shown, standards
from verifiers.solidity.conformance.suite import contracts_for, laid_out, record, sources


@pytest.mark.parametrize(
    ("instruction", "standard", "must"),
    [
        ("an ERC-20 vault with deposits", "erc-20", False),
        ("An ERC20 with a cap", "erc-20", True),
        ("Write a mintable, capped ERC-20 token called Foo.", "erc-20", True),
        ("Write a Solidity contract for an ERC20 token", "erc-20", True),
        ("Build a token compliant with the ERC-20 standard", "erc-20", True),
        ("Write a vault that holds ERC-20 tokens", "erc-20", False),
        ("a crowdsale that sells an ERC-20 token", "erc-20", False),
        ("Write an airdrop of ERC20 tokens", "erc-20", False),
        ("an ERC-4626 tokenized vault over an ERC-20", "erc-4626", True),
        ("A marketplace for ERC-721 tokens", "erc-721", False),
        ("Create an ERC721 collection", "erc-721", True),
        ("A token with permit (EIP-2612)", "erc-2612", True),
        ("It accepts EIP-2612 permits", "erc-2612", False),
    ],
)
def test_a_named_standard_is_to_be_implemented_or_to_be_used(
    instruction: str, standard: str, must: bool
) -> None:
    assert {item.standard.name: item.must for item in named_in(instruction)}[standard] is must


def test_numbers_that_are_no_standard_we_know_are_nothing() -> None:
    assert named_in("ERC-999, ERC20000 and 721 tokens at EIP-1") == ()


def test_a_long_hostile_instruction_is_read_in_no_time() -> None:
    named_in(("is able able-able for that " * 4_000 + "ERC-20 ") * 10)
    named_in("a" * 5_000 + " ERC-20" * 3_000)


def test_values_are_written_as_the_specification_shows() -> None:
    # The examples baz(69, true) and f(0x123, ...) of the ABI specification.
    assert encode(["uint32", "bool"], [69, True]).hex() == f"{69:064x}{1:064x}"
    made = encode(
        ["uint256", "uint32[]", "bytes10", "bytes"], [0x123, [0x456, 0x789], b"1234567890", b"Hello, world!"]
    )
    words = [made[place : place + 32].hex() for place in range(0, len(made), 32)]
    assert words[:4] == [f"{0x123:064x}", f"{0x80:064x}", b"1234567890".hex().ljust(64, "0"), f"{0xE0:064x}"]
    assert words[4:] == [
        f"{2:064x}",
        f"{0x456:064x}",
        f"{0x789:064x}",
        f"{13:064x}",
        b"Hello, world!".hex().ljust(64, "0"),
    ]


def test_structs_and_fixed_arrays_are_written() -> None:
    assert (
        encode(["(uint256,bool)[2]"], [[(1, True), (2, False)]]).hex() == f"{1:064x}{1:064x}{2:064x}{0:064x}"
    )
    assert encode(["(uint256,string)"], [(1, "a")])[:32].hex() == f"{32:064x}"
    with pytest.raises(NotEncodable):
        encode(["mapping(uint256=>bool)"], [0])


def test_guesses_follow_names_and_types_and_differ() -> None:
    inputs = [
        {"name": "token_", "type": "address", "internalType": "contract IERC20"},
        {"name": "admin", "type": "address", "internalType": "address"},
        {"name": "decimals_", "type": "uint8"},
        {"name": "payees", "type": "address[]"},
        {"name": "terms", "type": "tuple", "components": [{"name": "fee", "type": "uint256"}]},
    ]
    made = list(guesses(inputs, CREATION))
    assert len(made) == len(set(made)) > 3
    words = [int(made[0][place : place + 32].hex(), 16) for place in range(0, 160, 32)]
    assert words[:3] == [STAND_IN, OWNER, 18]
    assert list(guesses([], CREATION)) == [b""]


@pytest.mark.parametrize(
    "kind", ["uint256[1000000000000]", "uint256[60][60][60][60]", "uint256" + "[]" * 5_000]
)
def test_a_huge_type_costs_nothing(kind: str) -> None:
    assert list(guesses([{"name": "x", "type": kind}], CREATION)) == []


def interface(*functions: str) -> Interface:
    return Interface(functions={name: () for name in functions}, events={})


def test_what_shows_a_standard_and_what_it_lacks() -> None:
    token = interface("transfer(address,uint256)", "balanceOf(address)", "allowance(address,address)")
    assert [item.name for item in shown(token)] == ["erc-20"]
    lacks = missing(standards()["erc-20"], token)
    assert any("transferFrom" in part for part in lacks)
    assert any("must return bool, not nothing" in part for part in lacks)
    assert any("event Transfer(address indexed" in part for part in lacks)
    assert shown(interface("transfer(address,uint256)", "deposit()")) == ()
    ticket = interface("ownerOf(uint256)", "balanceOf(address)", "transferFrom(address,address,uint256)")
    assert shown(ticket) == ()


def test_every_test_of_the_suite_has_a_clause_and_the_other_way_round() -> None:
    written = {
        path.removesuffix(".t.sol"): set(re.findall(r"function (test_\w+)\(", text))
        for path, text in sources().items()
        if path.endswith(".t.sol")
    }
    assert {name: set(rows) for name, rows in clauses().items()} == written
    assert {name for standard in standards().values() for name in standard.suite} == set(written)
    assert {name: set(tests) for name, tests in record().tests.items()} == written
    assert all(row.fix and row.must for rows in clauses().values() for row in rows.values())
    shoulds = [row for rows in clauses().values() for row in rows.values() if " should " in row.must]
    assert shoulds
    assert all(row.severity is Severity.LOW for row in shoulds)


def contract(code: str = "6001") -> dict[str, Any]:
    names = standards()["erc-20"].functions
    abi = [
        {
            "type": "function",
            "name": name.partition("(")[0],
            "inputs": [
                {"type": kind, "name": ""} for kind in name[name.index("(") + 1 : -1].split(",") if kind
            ],
            "outputs": [{"type": kind} for kind in results],
        }
        for name, results in names.items()
    ]
    return {"abi": abi, "evm": {"bytecode": {"object": code}, "methodIdentifiers": {}}}


def test_no_text_of_the_candidate_reaches_forge() -> None:
    target = target_of('src/"; evil.sol', "Evil", contract())
    made = laid_out([target])
    assert contracts_for(target) == ("Erc20",)
    assert set(made.project.files) == {"plan/P0.sol", "of0/Erc20.t.sol"}
    assert "evil" not in "".join(made.project.files.values())


def test_code_that_needs_libraries_is_left_out() -> None:
    target = target_of("A.sol", "A", contract("60__$0123456789$__00"))
    assert (target.plan, target.obstacle) == (b"", "its code needs the addresses of libraries")


def layout(*rows: tuple[str, str, str]) -> dict[str, Any]:
    storage = [{"label": label, "slot": slot, "offset": 0, "type": kind} for label, slot, kind in rows]
    return {"storage": storage, "types": {kind: {"label": kind} for _, _, kind in rows}}


def test_variables_stay_where_they_were() -> None:
    old = layout(("owner", "0", "address"), ("total", "1", "uint256"), ("__gap", "2", "uint256[9]"))
    appended = layout(("owner", "0", "address"), ("total", "1", "uint256"), ("more", "2", "uint256"))
    assert moved(old, appended) == ()
    swapped = layout(("total", "0", "uint256"), ("owner", "1", "address"))
    assert moved(old, swapped) == (
        "owner was at slot 0, where there is total now",
        "total was at slot 1, where there is owner now",
    )
    narrowed = layout(("owner", "0", "address"), ("total", "1", "uint128"))
    assert moved(old, narrowed) == ("total was uint256 and is uint128",)


def test_versions_are_told_by_their_names() -> None:
    assert list(versions(["Box", "BoxV2", "Vault3", "Vault2", "Token"])) == [
        ("Box", "BoxV2"),
        ("Vault2", "Vault3"),
    ]


def traced(*calls: tuple[str, str]) -> dict[str, Any]:
    nodes = [{"trace": {"address": "0xAA", "caller": "0x1", "data": "0x"}}]
    nodes += [{"trace": {"address": to, "caller": by, "data": "0xe5d6bf02ff"}} for by, to in calls]
    result = {"status": "Success", "traces": [["Deployment", {"arena": []}], ["Execution", {"arena": nodes}]]}
    return {"of0/Erc20.t.sol:Erc20Test": {"test_results": {"test_a()": result}}}


def test_a_cheat_code_is_the_tests_alone() -> None:
    assert look(traced(("0xaa", CHEAT_CODES), ("0xBB", "0xcc"))).cheated == {}
    upper = CHEAT_CODES.upper().replace("0X", "0x")
    assert look(traced(("0xBB", upper))).cheated == {"of0/Erc20.t.sol:Erc20Test.test_a": "e5d6bf02"}


def test_a_test_without_a_trace_is_told() -> None:
    report = traced()
    report["of0/Erc20.t.sol:Erc20Test"]["test_results"]["test_a()"]["traces"] = []
    assert look(report).untraced == ("of0/Erc20.t.sol:Erc20Test.test_a",)
