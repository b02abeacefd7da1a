"""The rules are complete, and every broken rule file is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from verifiers.domain import Severity
from verifiers.errors import ToolFailed
from verifiers.scanners.rule_pack import FOLDERS, LANGUAGES, RulePack, load_pack

EXAMPLES = Path(__file__).parents[3] / "verifiers" / "scanners" / "examples"
SUFFIXES = {"bash": ".sh", "c": ".c", "cpp": ".cpp", "go": ".go", "java": ".java", "javascript": ".js"}
SUFFIXES |= {"python": ".py", "rust": ".rs", "solidity": ".sol"}
AT_LEAST = {
    "bash": 5,
    "c": 20,
    "cpp": 5,
    "go": 15,
    "java": 20,
    "javascript": 25,
    "python": 50,
    "rust": 6,
    "solidity": 40,
}

RULE = """
rules:
  - id: python.some-rule
    languages: [python]
    severity: HIGH
    message: Something is wrong here.
    metadata: {cwe: CWE-1, owasp: "A01:2021", fix: Do it in another way.}
    pattern: f(...)
"""


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_pack(LANGUAGES)


@pytest.mark.parametrize("folder", FOLDERS)
def test_there_are_enough_rules_for_each_language(pack: RulePack, folder: str) -> None:
    assert sum(name.startswith(f"{folder}.") for name in pack.rules) >= AT_LEAST[folder]


def test_there_are_enough_rules_in_all(pack: RulePack) -> None:
    assert len(pack.rules) >= 150


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_language_gets_its_own_rules_alone(language: str) -> None:
    pack = load_pack(frozenset({language}))
    folders = {folder for folder, languages in FOLDERS.items() if language in languages}
    assert {name.split(".")[0] for name in pack.rules} == folders
    assert {tuple(rule["languages"]) for rule in json.loads(pack.compiled)["rules"]} == {(language,)}


def test_every_rule_has_an_example_of_the_weak_and_of_the_safe(pack: RulePack) -> None:
    for rule in pack.rules:
        language, name = rule.split(".")
        text = (EXAMPLES / language / f"{name}{SUFFIXES[language]}").read_text(encoding="utf-8")
        assert f"ruleid: {rule}\n" in text, rule
        # An encoding line is the first of its file: there can be no second one.
        assert f"ok: {rule}\n" in text or rule == "python.source-encoding", rule


def test_no_example_is_for_a_rule_that_is_gone(pack: RulePack) -> None:
    names = {f"{path.parent.name}.{path.stem}" for path in EXAMPLES.glob("*/*")}
    assert names == set(pack.rules)


def test_what_a_finding_says_holds_nothing_of_the_code(pack: RulePack) -> None:
    for info in pack.rules.values():
        assert "$" not in info.message, info.id
        assert len(info.message) < 250, info.id


def test_the_digest_names_the_rules() -> None:
    python = load_pack(frozenset({"python"}))
    assert python.digest == load_pack(frozenset({"python"})).digest
    assert python.digest != load_pack(frozenset({"solidity"})).digest


def test_constraints_are_on_metavariables_that_every_alternative_binds(pack: RulePack) -> None:
    """The engine takes a constraint on an unbound metavariable for false: the alternative would be dead."""
    for rule in json.loads(pack.compiled)["rules"]:
        assert list(_unbound(rule)) == [], rule["id"]


def _unbound(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _unbound(item)
    if not isinstance(node, dict):
        return
    for item in node.values():
        yield from _unbound(item)
    bound = _bound({"patterns": node.get("patterns", [])})
    for item in node.get("patterns", []):
        for key, value in item.items():
            name = value["metavariable"] if key.startswith("metavariable-") else value
            if key.startswith(("metavariable-", "focus-")) and name not in bound:
                yield str(name)


def _bound(node: Any) -> set[str]:
    if isinstance(node, str):
        return set(re.findall(r"\$[A-Z][A-Z0-9_]*", node))
    found: set[str] = set()
    for key, value in node.items():
        if key in ("pattern", "pattern-inside"):
            found |= _bound(value)
        elif key == "patterns":
            found |= set().union(*(_bound(item) for item in value))
        elif key == "pattern-either":
            found |= set.intersection(*(_bound(item) for item in value))
    return found


def write(folder: Path, text: str) -> Path:
    (folder / "python").mkdir()
    (folder / "python" / "rules.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_rule_file_is_read(tmp_path: Path) -> None:
    pack = load_pack(frozenset({"python"}), write(tmp_path, RULE))
    assert pack.rules["python.some-rule"].severity is Severity.HIGH
    ids = [rule["id"] for rule in json.loads(pack.compiled)["rules"]]
    assert ids == ["python.some-rule", "python.parse-probe"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("severity: HIGH", "severity: DREADFUL", "breaks the format"),
        ("cwe: CWE-1", "cwe: '1'", "breaks the format"),
        ('owasp: "A01:2021"', "owasp: A11", "breaks the format"),
        (", fix: Do it in another way.", "", "breaks the format"),
        ("id: python.some-rule", "id: Some Rule", "breaks the format"),
        ("    message: Something is wrong here.\n", "", "breaks the format"),
        ("languages: [python]", "languages: [python, java]", "languages"),
        ("pattern: f(...)", "pattern: f(...)\n    paths: {exclude: [tests]}", "paths"),
        ("pattern: f(...)", "pattern-sources: [{use: nothing}]", "not shared"),
        ("rules:", "rules: [", "cannot be read"),
    ],
)
def test_a_broken_rule_is_a_broken_tool(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in RULE
    with pytest.raises(ToolFailed, match=said):
        load_pack(frozenset({"python"}), write(tmp_path, RULE.replace(old, new)))


def test_two_rules_of_one_id_are_refused(tmp_path: Path) -> None:
    twice = RULE + RULE.split("rules:\n", 1)[1]
    with pytest.raises(ToolFailed, match="same id"):
        load_pack(frozenset({"python"}), write(tmp_path, twice))


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ToolFailed, match="no Semgrep rules for cobol"):
        load_pack(frozenset({"python", "cobol"}))


def test_a_language_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="no Semgrep rules"):
        load_pack(frozenset({"python"}), tmp_path)
