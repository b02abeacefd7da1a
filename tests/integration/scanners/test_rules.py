"""Every rule fires on its examples of the weak and stays silent on those of the safe, in one run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verifiers.domain import SourceFile
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.rule_pack import load_pack
from verifiers.scanners.semgrep import LANGUAGES, run, sort_files
from verifiers.scanners.semgrep_output import Match, parse

EXAMPLES = Path(__file__).parents[3] / "verifiers" / "scanners" / "examples"
RULES = sorted(load_pack(LANGUAGES).rules)
_MARK = re.compile(r"\s*(?:#|//) (?P<kind>ruleid|ok): (?P<rule>\S+)$")


@pytest.fixture(scope="module")
def matches(sandbox: Sandbox) -> dict[str, tuple[Match, ...]]:
    """What the whole pack found in all examples, by the example's rule."""
    paths = sorted(EXAMPLES.glob("*/*"))
    files = [
        SourceFile(path=f"{path.parent.name}/{path.name}", content=path.read_text(encoding="utf-8"))
        for path in paths
    ]
    targets, skipped = sort_files(files)
    assert not skipped
    pack = load_pack(LANGUAGES)
    result = run(sandbox, targets, pack, 300.0)
    assert result.exit_code == 0, result.stderr
    sizes = {target.path: len(target.content) for target in targets}
    probes = {f"{language}.parse-probe" for language in LANGUAGES}
    report = parse(result.stdout.decode(), sizes, set(pack.rules) | probes)
    assert report.problems == ()
    found: dict[str, tuple[Match, ...]] = {}
    for target, path in zip(targets, paths, strict=True):
        rule = f"{path.parent.name}.{path.stem}"
        found[rule] = tuple(match for match in report.matches if match.target == target.path)
    return found


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fires_where_it_should_and_nowhere_else(
    rule: str, matches: dict[str, tuple[Match, ...]]
) -> None:
    language, name = rule.split(".")
    (path,) = (EXAMPLES / language).glob(f"{name}.*")
    marks = [_MARK.match(line) for line in path.read_text(encoding="utf-8").splitlines()]
    weak = {number + 1 for number, mark in enumerate(marks, 1) if mark and mark["kind"] == "ruleid"}
    fired = {match.line for match in matches[rule] if match.rule == rule}
    assert fired == weak
