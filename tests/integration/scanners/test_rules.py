"""Every rule fires on its examples of the weak and stays silent on those of the safe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verifiers.domain import SourceFile
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.rule_pack import FOLDERS, LANGUAGES, load_pack, probe_id
from verifiers.scanners.semgrep import run, sort_files
from verifiers.scanners.semgrep_output import Match, parse

EXAMPLES = Path(__file__).parents[3] / "verifiers" / "scanners" / "examples"
SUFFIXES = {"bash": ".sh", "c": ".c", "cpp": ".cpp", "go": ".go", "java": ".java", "javascript": ".js"}
SUFFIXES |= {"python": ".py", "rust": ".rs", "solidity": ".sol", "typescript": ".tsx"}
CASES = [
    pytest.param(language, rule, id=f"{rule} in {language}")
    for folder, languages in FOLDERS.items()
    for language in languages
    for rule in sorted(load_pack(frozenset({language})).rules)
    if rule.startswith(f"{folder}.")
]
_MARK = re.compile(r"\s*(?:#|//) (?P<kind>ruleid|ok): (?P<rule>\S+)$")
Found = dict[tuple[str, str], tuple[Match, ...]]


@pytest.fixture(scope="module")
def matches(sandbox: Sandbox) -> Found:
    """What the whole pack of each language found in all its examples, by language and the example's rule."""
    found: Found = {}
    for language in sorted(LANGUAGES):
        found |= _scan(sandbox, language)
    return found


def _scan(sandbox: Sandbox, language: str) -> Found:
    files = [
        SourceFile(path=f"{folder}.{path.stem}{SUFFIXES[language]}", content=path.read_text(encoding="utf-8"))
        for folder, languages in FOLDERS.items()
        if language in languages
        for path in sorted((EXAMPLES / folder).glob("*"))
    ]
    targets, skipped = sort_files(files)
    assert not skipped
    pack = load_pack(frozenset({language}))
    result = run(sandbox, targets, pack, 100.0)
    assert result.exit_code == 0, result.stderr
    sizes = {target.path: len(target.content) for target in targets}
    report = parse(result.stdout.decode(), sizes, {*pack.rules, probe_id(language)})
    assert report.problems == ()
    names = {target.path: target.candidate_path.removesuffix(SUFFIXES[language]) for target in targets}
    return {
        (language, name): tuple(match for match in report.matches if names[match.target] == name)
        for name in names.values()
    }


@pytest.mark.parametrize(("language", "rule"), CASES)
def test_a_rule_fires_where_it_should_and_nowhere_else(language: str, rule: str, matches: Found) -> None:
    folder, name = rule.split(".")
    (path,) = (EXAMPLES / folder).glob(f"{name}.*")
    marks = [_MARK.match(line) for line in path.read_text(encoding="utf-8").splitlines()]
    weak = {number + 1 for number, mark in enumerate(marks, 1) if mark and mark["kind"] == "ruleid"}
    fired = {match.line for match in matches[language, rule] if match.rule == rule}
    assert fired == weak
