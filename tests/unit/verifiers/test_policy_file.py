"""A policy file is read with every fault named, and what is written is read again."""

from __future__ import annotations

from datetime import date

import pytest

from verifiers.domain import Language, Policy, Severity
from verifiers.errors import InvalidInput
from verifiers.policy_file import faults_of, read_policy, written
from verifiers.policy_values import Incomplete

KNOWN = {
    "python-tests": frozenset({Language.PYTHON}),
    "go-tests": frozenset({Language.GO}),
    "semgrep": frozenset(Language),
    "bandit": frozenset({Language.PYTHON}),
}
GOOD = """
block_severity: high
incomplete: review
waive: [semgrep]
languages:
  python:
    require: [bandit]
suppressions:
  - rule: python.weak-hash
    path: legacy/**
    reason: Only names cache files.
    expires: 2027-06-30
"""


def read(text: str) -> Policy:
    return read_policy(text, "policy.yaml", KNOWN)


def fault(text: str) -> InvalidInput:
    faults = faults_of(text, "policy.yaml", KNOWN)
    assert len(faults) == 1, faults
    return faults[0]


def test_a_good_file_says_what_it_says() -> None:
    policy = read(GOOD)
    assert policy.block_severity is Severity.HIGH
    assert policy.incomplete is Incomplete.REVIEW
    assert policy.languages[Language.PYTHON].require == ("bandit",)
    assert policy.suppressions[0].expires == date(2027, 6, 30)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}"])
def test_an_empty_file_is_the_default(text: str) -> None:
    assert read(text) == Policy()


def test_what_is_written_is_read_again() -> None:
    policy = read(GOOD)
    assert read(written(policy)) == policy
    assert read(written(Policy())) == Policy()


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("- a\n", "policy.yaml", "must hold fields"),
        ("a: [\n", "policy.yaml", "line 2"),
        ("a: &x 1\nb: *x\n", "policy.yaml", "aliases"),
        ("waive: []\nwaive: [semgrep]\n", "policy.yaml", "'waive' is there twice"),
        ("block_severty: high\n", "block_severty", "Did you mean 'block_severity'?"),
        ("block_severity: bad\n", "block_severity", "'critical'"),
        ("incomplete: accept\n", "incomplete", "waive"),
        ("allow_shared_judge: 1\n", "allow_shared_judge", "boolean"),
        ("require: [bandid]\n", "require.0", "Did you mean 'bandit'?"),
        ("languages: {cobol: {}}\n", "cobol", "'python'"),
        ("languages: {go: {require: [bandit]}}\n", "languages.go.require.0", "does not judge go"),
        ("suppressions: [{rule: a, reason: b}]\n", "suppressions.0.expires", "missing"),
        ("suppressions: [{rule: a, reason: b, expires: 2027-02-30}]\n", "expires", "is not a date"),
        ("suppressions: [{rule: a, reason: ' ', expires: 2027-02-01}]\n", "reason", "say why"),
        ("suppressions: [{reason: b, expires: 2027-02-01}]\n", "suppressions.0", "exactly one"),
        (
            "suppressions: [{rule: a, path: ../x, reason: b, expires: 2027-02-01}]\n",
            "suppressions.0.path",
            "relative path",
        ),
        ("!!python/object/apply:os.system ['true']\n", "policy.yaml", "line 1"),
        ("a: " + "[" * 50 + "]" * 50, "policy.yaml", "nested too deeply"),
        ("#" * 1_000_001, "policy.yaml", "larger than 1 MB"),
    ],
)
def test_a_fault_is_one_sentence_that_names_the_field(text: str, field: str, said: str) -> None:
    error = fault(text)
    assert field in error.field
    assert said in str(error)


def test_all_faults_are_told() -> None:
    faults = faults_of("require: [nope]\nwaive: [nope2]\n", "p", KNOWN)
    assert [error.field for error in faults] == ["p: require.0", "p: waive.0"]


def test_an_expired_suppression_is_a_fault_only_on_a_day() -> None:
    assert faults_of(GOOD, "p", KNOWN) == ()
    assert faults_of(GOOD, "p", KNOWN, date(2027, 6, 30)) == ()
    (error,) = faults_of(GOOD, "p", KNOWN, date(2027, 7, 1))
    assert "expired on 2027-06-30" in str(error)


def test_a_bomb_of_aliases_is_refused() -> None:
    bomb = "a: &a [x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)},*{chr(97 + i)}]\n" for i in range(8)
    )
    assert "aliases" in str(fault(bomb))
