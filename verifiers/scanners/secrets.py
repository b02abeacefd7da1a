"""Secrets that stand in the code: the ``secrets`` verifier.

Two ways of telling one: by a form that its provider gave it (``secrets.yaml``), and by a random-looking text
that is assigned to a name such as ``api_key``. What is found is never repeated: a finding is shown to people,
stored, and sent to a model.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter, ValidationError

from verifiers.domain import Candidate, CodingTask, Finding, Location, Severity, SourceFile, Value, Verdict
from verifiers.errors import ToolFailed
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.verifier import Stage

NAME = "secrets"
_FIX = "Take it out of the code, revoke it, and read it from the environment or a secret store."
_CWE, _OWASP = "CWE-798", "A07:2021"

# The value first and then the name before it: the other way round each name in the text would be tried.
_VALUE = re.compile(r"""(?:[=:]|=>|,)[ \t]{0,8}[bru@]{0,2}["'`](?P<value>[^"'`\s]{16,200})["'`]""")
_NAME_BEFORE = re.compile(
    r"""(?P<name>[A-Za-z_][\w.-]{0,60})["'\]]{0,2}[ \t]{0,8}"""
    r"""(?::[ \t]{0,4}&?[\w<>\[\] ']{1,30})?[ \t:]{0,8}$"""
)
_LOOK_BACK = 120  # characters in which the name stands
_SECRET_NAME = re.compile(
    r"(?:password|passwd|passphrase|secret(?:_?key)?|token|api_?key|private_?key|access_?key|auth_?key|signing_?key"
    r"|encryption_?key|master_?key|account_?key|client_?secret|credentials?)(?:_?(?:value|str|string|b64|hex|default))?$",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"example|sample|dummy|fake|placeholder|change.?me|your|insert|replace|redacted|test|mock|xxxx|\.\.\.|<|>"
    r"|\{|\}|\$|%|://|^[./~]|^[A-Z_]+$|^[a-z]+(?:[-_.][a-z]+)*$|abcdef|12345|qwerty|^[0-9a-f-]{36}$",
    re.IGNORECASE,
)
_USUAL = re.compile(r"pass(?:word|wd)?\d*|secret|postgres|admin|root|guest|username|changeme", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9a-f]{32,}|[0-9A-F]{32,})")
_LEAST_ENTROPY_HEX = 3.0
_LEAST_ENTROPY = 3.5  # bits a character; words are below, random letters and digits above


class Form(Value):
    """A kind of secret that is known by its form; a row of ``secrets.yaml``."""

    name: str
    mark: str
    severity: Severity
    what: str
    pattern: str


class SecretsVerifier:
    """Blocks candidates that hold a secret. Runs in this process: it reads text and parses nothing."""

    name = NAME
    stage = Stage.SCAN

    def applies_to(self, task: CodingTask) -> bool:
        """For every task."""
        return True

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Look through all files of the candidate; see :class:`verifiers.verifier.Verifier`."""
        started = time.monotonic()
        known = forms()
        findings: list[Finding] = []
        gaps: list[Gap] = []
        for file in candidate.files:
            if time.monotonic() - started > seconds:
                gaps.append(Gap(file=file.path, reason="the scan ran out of time"))
            else:
                findings += find(file, known)
        scan = Scan(
            findings=tuple(findings),
            gaps=tuple(gaps),
            files=tuple(file.path for file in candidate.files),
            tool=f"acrisol secrets ({len(known)} forms)",
            evidence={"forms": len(known)},
        )
        return conclude(NAME, task, scan, time.monotonic() - started)


def find(file: SourceFile, known: tuple[tuple[Form, re.Pattern[str]], ...]) -> Iterator[Finding]:
    """The secrets in a file, at most one a line by its name."""
    lines = _Lines(file.content)
    named: set[int] = set()
    for form, pattern in known:
        if form.mark not in file.content:
            continue
        for found in pattern.finditer(file.content):
            secret = found.groupdict().get("secret") or found[0]
            if not _is_filler(secret):
                named.add(lines.number(found.start()))
                yield _finding(file, form.name, form.what, form.severity, lines.number(found.start()))
    for found in _VALUE.finditer(file.content):
        line = lines.number(found.start())
        if line in named or not _is_random(found["value"]):
            continue
        name = _NAME_BEFORE.search(file.content[max(0, found.start() - _LOOK_BACK) : found.start()])
        if name and _SECRET_NAME.search(name["name"]):
            named.add(line)
            yield _finding(file, "assigned-secret", "A random text in a secret's name", Severity.MEDIUM, line)


@cache
def forms() -> tuple[tuple[Form, re.Pattern[str]], ...]:
    """The known forms.

    Raises:
        ToolFailed: the table of them is broken.
    """
    try:
        table = yaml.safe_load(files(__package__).joinpath("secrets.yaml").read_text(encoding="utf-8"))
        rows = TypeAdapter(tuple[Form, ...]).validate_python(table)
        return tuple((row, re.compile(row.pattern)) for row in rows)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, re.error) as error:
        raise ToolFailed(f"The table of secrets' forms cannot be read: {str(error)[:300]}") from error


class _Lines:
    """From a place in a text to the number of its line, for places in rising order of cost."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def number(self, place: int) -> int:
        if place < self._at:
            self._at, self._line = 0, 1
        self._line += self._text.count("\n", self._at, place)
        self._at = place
        return self._line


def _finding(file: SourceFile, name: str, what: str, severity: Severity, line: int) -> Finding:
    return Finding(
        rule=f"secrets.{name}",
        message=f"{what} stands in the code, where everybody who sees it can use it.",
        fix=_FIX,
        severity=severity,
        cwe=_CWE,
        owasp=_OWASP,
        location=Location(path=file.path, line=line),
    )


def _is_filler(secret: str) -> bool:
    """Whether a text of a secret's form is made up, as in documentation."""
    body = secret[4:]
    return len(set(body)) < min(6, len(body) // 2) or bool(
        re.search(r"EXAMPLE|example|XXXX|xxxx|YOUR|your|0000000|1234567|abcdefg", body)
        or _USUAL.fullmatch(secret)
    )


def _is_random(value: str) -> bool:
    if _NO_SECRET.search(value) or not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
        return False
    return entropy(value) >= (_LEAST_ENTROPY_HEX if _HEX.fullmatch(value) else _LEAST_ENTROPY)


def entropy(text: str) -> float:
    """Shannon's entropy of a text's characters, in bits a character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
