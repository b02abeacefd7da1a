"""The parts of SARIF that say what a rule is: its text, its weight and its place in CWE and OWASP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verifiers.domain import Finding, Severity, digest
from verifiers.reports.text import fit
from verifiers.reports.weaknesses import name_of

# Scores for readers that rank by number (CVSS bands); ours are words.
_SCORES = {
    Severity.INFO: "0.0",
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
LEVELS = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_CWE = {"name": "CWE", "index": 0}


def rule_of(finding: Finding, weaknesses: Sequence[str]) -> dict[str, Any]:
    """A rule as far as its findings tell: what it is about, what to do, and which weakness it is."""
    help_text = fit(finding.fix or "See the result's message.")
    about = fit(name_of(finding.cwe) if finding.cwe else finding.rule, 300)
    tags = ["security"] if finding.cwe or finding.swc else ["correctness"]
    tags += [f"external/cwe/{finding.cwe.lower()}"] if finding.cwe else []
    tags += [f"external/owasp/{finding.owasp}"] if finding.owasp else []
    tags += [f"external/swc/{finding.swc}"] if finding.swc else []
    rule: dict[str, Any] = {
        "id": rule_id(finding.rule),
        "shortDescription": {"text": about},
        "fullDescription": {"text": message_of(finding) if finding.cwe else about},
        "help": {"text": help_text, "markdown": f"**What to do.** {_unmarked(help_text)}"},
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {"tags": tags},
    }
    if "security" in tags:
        rule["properties"]["security-severity"] = _SCORES[finding.severity]
    if finding.cwe:
        target = {"id": finding.cwe, "index": weaknesses.index(finding.cwe), "toolComponent": _CWE}
        rule["relationships"] = [{"target": target, "kinds": ["superset"]}]
    return rule


def taxonomy(weaknesses: Sequence[str]) -> dict[str, Any]:
    return {
        "name": "CWE",
        "organization": "MITRE",
        "shortDescription": {"text": "Common Weakness Enumeration; the names are Acrisol's."},
        "taxa": [
            {
                "id": cwe,
                "shortDescription": {"text": name_of(cwe)},
                "helpUri": f"https://cwe.mitre.org/data/definitions/{number_of(cwe)}.html",
            }
            for cwe in weaknesses
        ],
    }


def rule_id(rule: str) -> str:
    """A rule's id at a bearable length; no two are the same."""
    return fit(rule) if len(rule) <= 300 else f"{fit(rule[:280])} {digest(rule)[:16]}"


def message_of(finding: Finding) -> str:
    return fit(finding.message.strip()) or fit(finding.rule, 300)


def _unmarked(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#!|~$" else char for char in text)


def number_of(cwe: str) -> int:
    return int(cwe.removeprefix("CWE-"))
