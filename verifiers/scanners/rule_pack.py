"""Our own Semgrep rules: read from YAML, checked, and compiled to the JSON that the engine wants.

``rules/<language>/*.yaml`` hold one weakness family each; TypeScript is scanned with JavaScript's rules, and
C++ with C's beside its own. A rule says ``id`` (``<language>.<name>``), ``message``, ``severity`` and
``metadata`` (``cwe``, ``owasp``, ``fix``, for Solidity ``swc``), then Semgrep's own syntax. One addition: in
``pattern-sources``, ``pattern-sinks`` and ``pattern-sanitizers`` an item ``{use: NAME}`` stands for the list
NAME in ``rules/<language>/shared/*.yaml``, so that what counts as untrusted is written once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from verifiers.domain import Severity, Value, digest
from verifiers.errors import ToolFailed

RULES = Path(__file__).parent / "rules"

# Languages that read the rules of another one as well: each of them is scanned with both.
_READERS = {"c": ("c", "cpp"), "javascript": ("javascript", "typescript")}
FOLDERS = {
    path.name: _READERS.get(path.name, (path.name,)) for path in sorted(RULES.iterdir()) if path.is_dir()
}
LANGUAGES = frozenset(language for languages in FOLDERS.values() for language in languages)

# Semgrep lets a rule choose which paths it looks at. A candidate names its own files, so a rule of ours that
# did would let the candidate choose which rules look at it.
_FORBIDDEN_KEYS = frozenset({"paths", "min-version", "max-version"})
_TAINT_LISTS = ("pattern-sources", "pattern-sinks", "pattern-sanitizers", "pattern-propagators")


class RuleInfo(Value):
    """What a finding of one rule says, whatever the code it was found in."""

    id: str = Field(pattern=r"^[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)$")
    message: str = Field(min_length=10)
    severity: Severity
    cwe: str = Field(pattern=r"^CWE-\d+$")
    swc: str | None = Field(default=None, pattern=r"^SWC-1[0-3]\d$")
    owasp: str = Field(pattern=r"^A(0[1-9]|10):2021$")
    fix: str = Field(min_length=10)


class RulePack(Value):
    """Rules ready to run.

    Attributes:
        rules: By rule id.
        compiled: The engine's input, JSON.
        digest: SHA-256 of ``compiled``, in hex; names the pack in evidence.
    """

    rules: dict[str, RuleInfo]
    compiled: bytes
    digest: str


@lru_cache(maxsize=32)
def load_pack(languages: frozenset[str], folder: Path = RULES) -> RulePack:
    """The rules for some languages; read once a process.

    Raises:
        ToolFailed: a rule file is missing, cannot be read or breaks the format.
    """
    for language in sorted(languages - LANGUAGES):
        raise ToolFailed(
            f"There are no Semgrep rules for {language}.", f"There are for {', '.join(FOLDERS)}."
        )
    raw = [
        rule | {"languages": [language for language in readers if language in languages]}
        for name, readers in FOLDERS.items()
        if languages & set(readers)
        for rule in _read_language(folder / name, name)
    ]
    infos = [_info(rule) for rule in raw]
    if len({info.id for info in infos}) != len(infos):
        raise ToolFailed("Two Semgrep rules have the same id.", "Rename one in verifiers/scanners/rules.")
    raw += [_parse_probe(language) for language in sorted(languages)]
    compiled = json.dumps({"rules": raw}, sort_keys=True)
    return RulePack(
        rules={info.id: info for info in infos}, compiled=compiled.encode(), digest=digest(compiled)
    )


def probe_id(language: str) -> str:
    """The id of the rule that makes the engine parse every file of a language."""
    return f"{language}.parse-probe"


def _parse_probe(language: str) -> dict[str, Any]:
    # The engine skips a file unparsed when no rule's words occur in it; a file that cannot be parsed would
    # then look clean. A metavariable has no words, so this rule is never skipped; it also never matches.
    return {
        "id": probe_id(language),
        "languages": [language],
        "severity": "INFO",
        "message": "never matches",
        "patterns": [
            {"pattern": "$CALLEE ..." if language == "bash" else "$CALLEE(...)"},
            {"metavariable-regex": {"metavariable": "$CALLEE", "regex": "(?!)"}},
        ],
    }


def _read_language(folder: Path, language: str) -> Iterable[dict[str, Any]]:
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ToolFailed(f"There are no Semgrep rules for {language}.", f"Expected YAML files in {folder}.")
    shared: dict[str, list[Any]] = {}
    for path in sorted((folder / "shared").glob("*.yaml")):
        shared |= _read(path)
    for path in paths:
        for rule in _read(path).get("rules", []):
            forbidden = _FORBIDDEN_KEYS & rule.keys()
            if forbidden or rule.get("languages") != [language]:
                what = ", ".join(sorted(forbidden)) or "languages"
                raise ToolFailed(f"The rule {rule.get('id')} has {what} that our packs do not allow.")
            yield _with_shared(rule, shared)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ToolFailed(f"The Semgrep rule file {path.name} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise ToolFailed(f"The Semgrep rule file {path.name} is not a mapping.")
    return content


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is ten times faster where it exists


def _with_shared(rule: Mapping[str, Any], shared: Mapping[str, list[Any]]) -> dict[str, Any]:
    out = dict(rule)
    for key in _TAINT_LISTS:
        if key not in rule:
            continue
        items: list[Any] = []
        for item in rule[key]:
            if not (isinstance(item, dict) and "use" in item):
                items.append(item)
            elif item["use"] in shared:
                items.extend(shared[item["use"]])
            else:
                raise ToolFailed(f"The rule {rule.get('id')} uses {item['use']!r}, which is not shared.")
        out[key] = items
    return out


def _info(rule: Mapping[str, Any]) -> RuleInfo:
    metadata = rule.get("metadata") or {}
    try:
        return RuleInfo(
            id=rule["id"],
            message=_one_line(rule["message"]),
            severity=Severity(str(rule["severity"]).lower()),
            cwe=metadata["cwe"],
            swc=metadata.get("swc"),
            owasp=metadata["owasp"],
            fix=_one_line(metadata["fix"]),
        )
    except (KeyError, ValueError) as error:  # pydantic's ValidationError is a ValueError
        raise ToolFailed(f"The Semgrep rule {rule.get('id')!r} breaks the format: {error}") from error


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
