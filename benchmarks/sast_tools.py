"""The scanners that ``benchmarks.sast`` compares, each a function from texts to the severities found in them.

Ours is the Semgrep pack as the ``semgrep`` verifier runs it: in the sandbox, each language by its own rules.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from verifiers.domain import Severity, SourceFile
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.rule_pack import load_pack, probe_id
from verifiers.scanners.semgrep import Target, run, sort_files
from verifiers.scanners.semgrep_output import parse

Flags = list[list[Severity]]  # of each text, in the order of the texts

_BATCH = 100  # texts a run: one run over thousands would hit the output limit
_SECONDS = 300.0
_BANDIT = {"LOW": Severity.LOW, "MEDIUM": Severity.MEDIUM, "HIGH": Severity.HIGH}
# CodeShield calls what it finds an error, a warning or advice.
_CODESHIELD = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "advice": Severity.LOW}
_CODESHIELD_PROGRAM = """
import asyncio, json, sys, tempfile
from codeshield.cs import CodeShield, Language
from codeshield.insecure_code_detector import insecure_code_detector as detector

# It names / as the project's root, under which newer Semgreps find no file, and takes the silence for clean.
run = detector._run_command
root = tempfile.gettempdir()
detector._run_command = lambda command: run([root if part == "/" else part for part in command])

async def main():
    for line in sys.stdin:
        found = await CodeShield.scan_code(json.loads(line), Language.PYTHON)
        grades = [str(getattr(one.severity, "value", one.severity)) for one in found.issues_found or ()]
        print(json.dumps(grades), flush=True)

asyncio.run(main())
"""


class Text(NamedTuple):
    """A file to scan; the suffix says what it is written in."""

    suffix: str
    content: str


def acrisol(sandbox: Sandbox, texts: Sequence[Text]) -> tuple[Flags, int]:
    """Our rules over all texts, and how many of these could not be wholly scanned."""
    flags: Flags = [[] for _ in texts]
    partial: set[int] = set()
    for batch in _batches(texts):
        numbers = {f"{number}{texts[number].suffix}": number for number in batch}
        files = [SourceFile(path=path, content=texts[number].content) for path, number in numbers.items()]
        targets, _ = sort_files(files)
        pack = load_pack(frozenset(target.language for target in targets))
        place = {target.path: numbers[target.candidate_path] for target in targets}
        report = parse(*_run(sandbox, targets))
        for match in report.matches:
            flags[place[match.target]].append(pack.rules[match.rule].severity)
        partial |= {place[problem.target] for problem in report.problems if problem.target in place}
        print(f"\r{batch[-1] + 1} of {len(texts)} texts", end="", file=sys.stderr, flush=True)
    print("\r", end="", file=sys.stderr)
    return flags, len(partial)


def _run(sandbox: Sandbox, targets: Sequence[Target]) -> tuple[str, dict[str, int], set[str]]:
    languages = frozenset(target.language for target in targets)
    pack = load_pack(languages)
    result = run(sandbox, targets, pack, _SECONDS)
    if result.exit_code != 0:
        sys.exit(f"Semgrep ended with exit code {result.exit_code}: {result.stderr.decode()[:300]}")
    rules = set(pack.rules) | {probe_id(language) for language in languages}
    return (
        result.stdout.decode("utf-8", "replace"),
        {target.path: len(target.content) for target in targets},
        rules,
    )


def _batches(texts: Sequence[Text]) -> Iterator[list[int]]:
    by_suffix: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        by_suffix[text.suffix].append(number)
    for numbers in by_suffix.values():
        for start in range(0, len(numbers), _BATCH):
            yield numbers[start : start + _BATCH]


def bandit(program: Path, texts: Sequence[Text]) -> Flags:
    """Bandit as anybody runs it, with its own severities."""
    flags: Flags = [[] for _ in texts]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.py") for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text.content, encoding="utf-8")
        done = subprocess.run(
            [str(program), "-f", "json", "-q", "--exit-zero", *map(str, paths)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"Bandit ended with exit code {done.returncode}: {done.stderr[-300:]}")
        output: dict[str, Any] = json.loads(done.stdout)
    for issue in output["results"]:
        flags[int(Path(issue["filename"]).stem)].append(_BANDIT.get(issue["issue_severity"], Severity.INFO))
    return flags


def codeshield(python: Path, texts: Sequence[Text]) -> Flags:
    """CodeShield with its own rules, in the environment that has it."""
    done = subprocess.run(
        [str(python), "-c", _CODESHIELD_PROGRAM],
        input="".join(json.dumps(text.content) + "\n" for text in texts),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode != 0 or len(lines) != len(texts):
        sys.exit(f"CodeShield ended with exit code {done.returncode}: {done.stderr[-500:]}")
    return [[_CODESHIELD.get(name, Severity.MEDIUM) for name in json.loads(line)] for line in lines]
