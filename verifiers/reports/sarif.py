"""SARIF 2.1.0: the findings of some verdicts, for code hosts and editors.

Each verifier has a run of its own, because a log has no other place for what a tool could not look at: an
incomplete verdict is a run whose invocation did not succeed, never a run without results that reads as clean.
A fault that several tools found has one result in each of their runs, tied together by a correlation id of
its own, and a required verifier that gave no verdict has a run that failed.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from verifiers.domain import CodingTask, Finding, Severity, SourceFile, Status, Verdict
from verifiers.policy import in_force, suppressed_findings
from verifiers.reports.merge import MergedFinding, Source, merged
from verifiers.reports.sarif_rules import LEVELS, message_of, number_of, rule_id, rule_of, taxonomy
from verifiers.reports.text import fit

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "acrisol/v1"
_VERSION = re.compile(r"\d+(\.\d+)+\S{0,40}", re.ASCII)

# Of our correlation ids; any fixed one would do.
_NAMESPACE = uuid.UUID("3c6f5c0e-0a35-4e0c-9a58-5f6f2a1d7b11")


def sarif_text(
    task: CodingTask,
    files: Sequence[SourceFile],
    verdicts: Sequence[Verdict],
    required: Sequence[str],
    version: str,
    today: date,
    uris: Mapping[str, str] | None = None,
) -> str:
    """A SARIF log as JSON text; see :func:`sarif_log` for the arguments."""
    return json.dumps(sarif_log(task, files, verdicts, required, version, today, uris), indent=2) + "\n"


def sarif_log(
    task: CodingTask,
    files: Sequence[SourceFile],
    verdicts: Sequence[Verdict],
    required: Sequence[str],
    version: str,
    today: date,
    uris: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The verdicts on one candidate as a SARIF log.

    Args:
        task: What was asked for; its policy says what is suppressed.
        files: The candidate's.
        verdicts: All on this candidate.
        required: Names of the verifiers that had to give a verdict.
        version: Acrisol's.
        today: The date by which suppressions expire.
        uris: Where files lie for the reader, by the paths that the verifiers know them under.
    """
    log = _Log(in_force(task), files, verdicts, version, today, uris or {})
    answered = {verdict.verifier for verdict in verdicts}
    runs = [log.run(verdict) for verdict in verdicts]
    runs += [log.absent(name) for name in required if name not in answered]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}


class _Log:
    """What all runs of a log share; ``task`` has the policy that is in force."""

    def __init__(
        self,
        task: CodingTask,
        files: Sequence[SourceFile],
        verdicts: Sequence[Verdict],
        version: str,
        today: date,
        uris: Mapping[str, str],
    ) -> None:
        self._files = files
        self._uris = uris
        self._lines = {file.path: file.content.split("\n") for file in files}
        self._version = version
        self._groups = {
            _key(source.verifier, source.finding): group
            for group in merged(verdicts)
            for source in group.sources
        }
        self._by = {
            _key(item.verifier, item.finding): item.by
            for item in suppressed_findings(task.policy, verdicts, today)
        }

    def run(self, verdict: Verdict) -> dict[str, Any]:
        """One verdict as a run."""
        if verdict.status is Status.FAILED and not verdict.findings:
            verdict = verdict.model_copy(update={"findings": (self._failure(verdict),)})
        rules = list({finding.rule: finding for finding in reversed(verdict.findings)}.values())[::-1]
        places = {finding.rule: place for place, finding in enumerate(rules)}
        weaknesses = sorted({finding.cwe for finding in verdict.findings if finding.cwe}, key=number_of)
        run = self._frame(verdict.verifier, verdict.tool, [rule_of(finding, weaknesses) for finding in rules])
        if weaknesses:
            run["taxonomies"] = [taxonomy(weaknesses)]
            run["tool"]["driver"]["supportedTaxonomies"] = [{"name": "CWE", "index": 0}]
        run["results"] = [
            self._result(verdict, finding, places[finding.rule]) for finding in verdict.findings
        ]
        run["invocations"] = [self._invocation(verdict)]
        run["properties"] = {"status": verdict.status.value, "summary": fit(verdict.summary)}
        return run

    def _failure(self, verdict: Verdict) -> Finding:
        """Stands for a failure of which there is no finding."""
        finding = Finding(rule=verdict.verifier, message=verdict.summary, severity=Severity.HIGH)
        key = _key(verdict.verifier, finding)
        self._groups[key] = MergedFinding(sources=(Source(verifier=verdict.verifier, finding=finding),))
        return finding

    def absent(self, name: str) -> dict[str, Any]:
        """A required verifier that gave no verdict."""
        name = fit(name, 300)
        run = self._frame(name, "", [])
        said = f"{name} is required and gave no verdict: nothing is known of what it looks for."
        run["invocations"] = [{"executionSuccessful": False, **self._notified([("error", said, "")])}]
        run["properties"] = {"status": "missing", "summary": said}
        return run

    def _frame(self, verifier: str, tool: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
        driver: dict[str, Any] = {
            "name": verifier,
            "fullName": fit(f"{verifier} ({tool})" if tool else verifier, 200),
            "rules": rules,
            "properties": {"acrisol": self._version},
        }
        version = _VERSION.search(tool)
        if version:
            driver["version"] = version.group()
        return {
            "tool": {"driver": driver},
            "automationDetails": {"id": f"acrisol/{verifier}/"},
            "columnKind": "unicodeCodePoints",
            "artifacts": [{"location": self._artifact(file.path)} for file in self._files],
            "results": [],
        }

    def _result(self, verdict: Verdict, finding: Finding, rule: int) -> dict[str, Any]:
        group = self._groups[_key(verdict.verifier, finding)]
        result: dict[str, Any] = {
            "ruleId": rule_id(finding.rule),
            "ruleIndex": rule,
            "level": LEVELS[finding.severity],
            "message": {"text": message_of(finding)},
            "partialFingerprints": {FINGERPRINT: finding.fingerprint},
            "correlationGuid": _correlation(group),
            "properties": _details(finding, group),
        }
        if finding.location is not None:
            result["locations"] = [{"physicalLocation": self._place(finding)}]
        by = self._by.get(_key(verdict.verifier, finding))
        if by is not None:
            until = f"{by.reason} (until {by.expires})"
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": fit(until)}]
        return result

    def _place(self, finding: Finding) -> dict[str, Any]:
        place = finding.location
        assert place is not None
        region: dict[str, Any] = {"startLine": place.line}
        if place.end_line is not None and place.end_line >= place.line:
            region["endLine"] = place.end_line
        if place.column is not None:
            region["startColumn"] = place.column
        lines = self._lines.get(place.path, [])[place.line - 1 : region.get("endLine", place.line)]
        if lines:
            region["snippet"] = {"text": fit("\n".join(lines), 1_000)}
        return {"artifactLocation": self._artifact(place.path), "region": region}

    def _invocation(self, verdict: Verdict) -> dict[str, Any]:
        """Whether the tool did all of its work, and why not; a bad candidate is no failed invocation."""
        left = verdict.status if verdict.status is not Status.FAILED else verdict.apart_from_findings
        notes = [("warning", f"not scanned: {reason}", path) for path, reason in _not_scanned(verdict)]
        if left in (Status.INCOMPLETE, Status.ERROR):
            level = "error" if left is Status.ERROR else "warning"
            notes.insert(0, (level, f"{verdict.verifier} {left.value}: {verdict.summary}", ""))
        return {"executionSuccessful": not notes, **self._notified(notes)}

    def _notified(self, notes: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
        found = []
        for level, text, path in notes:
            note: dict[str, Any] = {"level": level, "message": {"text": fit(text)}}
            if path:
                note["locations"] = [{"physicalLocation": {"artifactLocation": self._artifact(path)}}]
            found.append(note)
        return {"toolExecutionNotifications": found} if found else {}

    def _artifact(self, path: str) -> dict[str, str]:
        return {"uri": quote(fit(self._uris.get(path, path), 1_000), safe="/")}


def _not_scanned(verdict: Verdict) -> Iterable[tuple[str, str]]:
    said = verdict.evidence.get("not_scanned")
    for item in said if isinstance(said, list) else []:
        if isinstance(item, dict):
            yield str(item.get("file", "")), str(item.get("reason", "no reason given"))


def _details(finding: Finding, group: MergedFinding) -> dict[str, Any]:
    details: dict[str, Any] = {"severity": finding.severity.value}
    if len(group.found_by) > 1:
        details["foundBy"] = list(group.found_by)
    if finding.counterexample:
        details["counterexample"] = fit(finding.counterexample)
    return details


def _key(verifier: str, finding: Finding) -> tuple[str, str, str]:
    return verifier, finding.fingerprint, finding.rule


def _correlation(group: MergedFinding) -> str:
    """The same id for everybody's result of one fault, and in the next log of the same code."""
    prints = sorted(source.finding.fingerprint for source in group.sources)
    return str(uuid.uuid5(_NAMESPACE, "|".join(prints)))
