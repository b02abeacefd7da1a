"""Reading pragmas and choosing a compiler."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.domain import Severity
from verifiers.solidity.compiling.pragma import (
    BadPragma,
    Version,
    find_pragmas,
    parse_range,
    parse_version,
    satisfies,
    select,
    without_comments,
)

INSTALLED = ("0.4.26", "0.5.17", "0.6.12", "0.7.6", "0.8.19", "0.8.20", "0.8.24", "0.8.37")


def chosen(text: str) -> str | None:
    return select({"A.sol": f"pragma solidity {text};\ncontract A {{}}"}, INSTALLED).version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("^0.8.0", "0.8.37"),
        ("^0.8.20", "0.8.37"),
        ("0.8.20", "0.8.20"),
        ("=0.8.20", "0.8.20"),
        ("= 0.8.20", "0.8.20"),
        ("v0.8.20", "0.8.20"),
        ("~0.8.0", "0.8.37"),
        ("~0.8", "0.8.37"),
        ("^0.4.19", "0.4.26"),
        ("^0.4", "0.4.26"),
        ("^0", "0.8.37"),
        (">=0.4.22 <0.6.0", "0.5.17"),
        (">=0.4.22<0.9.0", "0.8.37"),
        (">0.8.20 <=0.8.24", "0.8.24"),
        (">0.8.20 <0.8.24", None),
        ("<0.7.0 || ^0.8.24", "0.8.37"),
        ("0.6.12||0.7.6", "0.7.6"),
        ("0.5.0 - 0.7", "0.7.6"),
        ("0.5.0 - 0.7.5", "0.6.12"),
        ("0.8.x", "0.8.37"),
        ("0.8.*", "0.8.37"),
        ("*", "0.8.37"),
        (">=0.8", "0.8.37"),
        (">0.7", "0.8.37"),
        ("<0.8", "0.7.6"),
        ("<=0.7", "0.7.6"),
        ("^0.8.20 ^0.8.24", "0.8.37"),
        ("^0.8.38", None),
        ("^1.0.0", None),
        ("0.8.21", None),
    ],
)
def test_the_newest_compiler_in_the_range_is_chosen(text: str, version: str | None) -> None:
    assert chosen(text) == version


def test_an_impossible_range_names_itself_and_what_there_is() -> None:
    selection = select({"A.sol": "\n\npragma solidity ^0.9.1;"}, INSTALLED)
    assert selection.version is None
    [finding] = selection.findings
    assert "^0.9.1" in finding.message
    assert "0.8.37" in finding.message
    assert "0.4.26" in finding.message
    assert finding.severity is Severity.HIGH
    assert finding.location is not None
    assert finding.location.line == 3


def test_several_pragmas_and_files_must_all_hold() -> None:
    sources = {
        "A.sol": "pragma solidity >=0.5.0;\npragma solidity <0.8.0;",
        "B.sol": "pragma solidity ^0.6.0;",
    }
    assert select(sources, INSTALLED).version == "0.6.12"
    clash = select({**sources, "C.sol": "pragma solidity ^0.7.0;"}, INSTALLED)
    assert clash.version is None
    assert "^0.7.0" in clash.findings[0].message
    assert "^0.6.0" in clash.findings[0].message


def test_without_a_pragma_the_newest_is_used_and_said_so() -> None:
    selection = select({"A.sol": "contract A {}"}, INSTALLED)
    assert selection.version == "0.8.37"
    [finding] = selection.findings
    assert finding.severity is Severity.INFO
    assert "0.8.37" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "banana",
        "^",
        "0.8.20 banana",
        "^0.8.2\u0660",
        "0.8.20.1",
        ">=",
        "1 - 2 - 3",
        "^0.8 - 0.9",
        "\u202e0.8.0",
        "||",
        "é",
    ],
)
def test_junk_is_a_finding_and_not_a_guess(text: str) -> None:
    selection = select({"A.sol": f"pragma solidity {text};"}, INSTALLED)
    assert selection.version is None
    assert "not a range" in selection.findings[0].message


def test_pragmas_in_comments_and_strings_do_not_count() -> None:
    source = (
        "// pragma solidity ^0.4.0;\n"
        "/* pragma solidity\n ^0.5.0; */\n"
        "pragma /* odd */ solidity /* but allowed */ ^0.8.20; // pragma solidity ^0.6.0;\n"
        "contract A { string s = \"pragma solidity ^0.7.0;\"; string t = '\\'pragma solidity ^0.7.0;'; }"
    )
    [pragma] = find_pragmas("A.sol", source)
    assert (pragma.text, pragma.line) == ("^0.8.20", 4)


def test_other_pragmas_are_not_ours() -> None:
    assert (
        find_pragmas("A.sol", "pragma abicoder v2;\npragma experimental solidity;\npragma solidityx 1;") == ()
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "/*" * 400_000,
        '"\\' * 400_000,
        "'" * 800_000,
        "pragma solidity" * 60_000,
        "pragma solidity ^0.8.0;" * 40_000,
    ],
)
def test_a_megabyte_of_hostile_text_costs_linear_time(hostile: str) -> None:
    started = time.perf_counter()
    select({"A.sol": hostile}, INSTALLED)
    assert time.perf_counter() - started < 60


def test_huge_numbers_and_long_ranges_are_refused() -> None:
    with pytest.raises(BadPragma):
        parse_range("^" + "9" * 100 + ".0.0")
    with pytest.raises(BadPragma):
        parse_range("0.8.0 || " * 1000)


@given(st.text(max_size=60))
def test_any_text_is_a_range_or_a_bad_pragma(text: str) -> None:
    try:
        wanted = parse_range(text)
    except BadPragma:
        return
    satisfies(Version(0, 8, 20), wanted)


@given(st.text(max_size=200))
def test_blanking_comments_keeps_every_line_and_length(text: str) -> None:
    blanked = without_comments(text)
    assert len(blanked) == len(text)
    assert blanked.count("\n") == text.count("\n")


@given(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)))
def test_a_version_satisfies_itself_and_its_caret(numbers: tuple[int, int, int]) -> None:
    version = Version(*numbers)
    assert parse_version(str(version)) == version
    assert satisfies(version, parse_range(str(version)))
    assert satisfies(version, parse_range(f"^{version}"))
    assert satisfies(version, parse_range(f"~{version}"))
    assert not satisfies(version, parse_range(f"<{version}"))
    assert not satisfies(version, parse_range(f">{version}"))
