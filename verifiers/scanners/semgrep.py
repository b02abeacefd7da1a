"""Semgrep with our own rules: the ``semgrep`` verifier.

The engine, ``semgrep-core``, is called directly (the command line around it takes ten times as long and looks
for the network), inside a sandbox, because parsers of hostile files get attacked too. Files go in under names
of ours and as their compiler reads them; see :mod:`verifiers.scanners.source`.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from pathlib import PurePosixPath

from pydantic import JsonValue

from verifiers.domain import (
    Candidate,
    CodingTask,
    Finding,
    Location,
    SourceFile,
    Status,
    Value,
    Verdict,
)
from verifiers.errors import ToolFailed
from verifiers.policy import blocks
from verifiers.sandbox.protocol import WORKDIR, ExecResult, Job, Limits, Sandbox
from verifiers.scanners.rule_pack import LANGUAGES, RulePack, load_pack, probe_id
from verifiers.scanners.semgrep_output import Match, Problem, Report, parse
from verifiers.scanners.source import is_inert, language_of, readings
from verifiers.verifier import Stage

NAME = "semgrep"
MAX_LISTED = 100  # findings; the evidence counts them all

_MAX_RULE_S = 5.0
_MEMORY_MB = 2048
_OUTPUT_BYTES = 32 * 2**20  # a match is about 1 KB, and long strings are repeated in it
_MAX_MATCHES = 5000  # a file; beyond it the engine drops the rule's matches and says so
_XCPU = 128 + 24
_DIALECTS = {".tsx": ".tsx"}  # the one suffix by which the engine chooses between two parsers
# The engine does not start without a certificate authority to trust, although it has no network here.
# This one has no private key any more.
_TRUST_ANCHOR = (
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBhTCCASugAwIBAgIUBGq3LdUHQDr8zJufCMk4h5j3BMIwCgYIKoZIzj0EAwIw\n"
    "FzEVMBMGA1UEAwwMbm8gYXV0aG9yaXR5MCAXDTI2MTEyNDE5MTEzMFoYDzIxMjYx\n"
    "MDMxMTkxMTMwWjAXMRUwEwYDVQQDDAxubyBhdXRob3JpdHkwWTATBgcqhkjOPQIB\n"
    "BggqhkjOPQMBBwNCAATOxKRZCqWDgv7C5I8x7I3AYp9Ma3LRSlyoMIAgXGOq65rF\n"
    "dyNZPiyGBeypNO0YBGi7m+Le5188k+6x2709pt/Co1MwUTAdBgNVHQ4EFgQUjtRF\n"
    "fexGxGmNRIN9lOvg+1de08IwHwYDVR0jBBgwFoAUjtRFfexGxGmNRIN9lOvg+1de\n"
    "08IwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA+rd+LPX0HwXk\n"
    "bdOK69sCApd8xyVd7/N7bmgLaMNCzQICICRiQ1YlsDMokn6V7hgQLm/DgAtmh38v\n"
    "rBpjlx8PaFxy\n"
    "-----END CERTIFICATE-----\n"
)


class Target(Value):
    """A file as the engine is given it."""

    path: str
    language: str
    candidate_path: str
    content: bytes


class Skipped(Value):
    """A file that no rule is for."""

    path: str
    inert: bool


class SemgrepVerifier:
    """Blocks candidates in which one of our rules finds a weakness of at least the policy's severity."""

    name = NAME
    stage = Stage.SCAN

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def applies_to(self, task: CodingTask) -> bool:
        """For every language that there are rules for."""
        return task.language.value in LANGUAGES

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Scan all files of the candidate; see :class:`verifiers.verifier.Verifier`."""
        started = time.monotonic()
        targets, skipped = sort_files(candidate.files)
        if not targets:
            return Verdict(
                verifier=NAME,
                status=Status.INCOMPLETE,
                summary="There is no file that Semgrep rules exist for.",
                evidence={
                    "not_scanned": [{"file": item.path, "reason": _no_rules(item)} for item in skipped]
                },
            )
        pack = load_pack(frozenset(target.language for target in targets))
        result = run(self._sandbox, targets, pack, seconds)
        verdict = _judge(task, targets, skipped, pack, result)
        return verdict.model_copy(update={"duration_s": time.monotonic() - started})


def sort_files(files: Sequence[SourceFile]) -> tuple[list[Target], list[Skipped]]:
    """What the engine is given of a candidate, and what it is not."""
    targets: list[Target] = []
    skipped: list[Skipped] = []
    for file in files:
        language = language_of(file.path, file.content)
        if language is None:
            skipped.append(Skipped(path=file.path, inert=is_inert(file.path)))
            continue
        dialect = _DIALECTS.get(PurePosixPath(file.path).suffix.lower(), "")
        targets += [
            Target(
                path=f"src/{len(targets) + number}{dialect}",
                language=language,
                candidate_path=file.path,
                content=text.encode(),
            )
            for number, text in enumerate(readings(file.content, language))
        ]
    return targets, skipped


def run(sandbox: Sandbox, targets: Sequence[Target], pack: RulePack, seconds: float) -> ExecResult:
    """Run the engine once over all targets.

    Raises:
        SandboxUnavailable: see :class:`verifiers.sandbox.protocol.Sandbox`.
    """
    listing = [
        [
            "CodeTarget",
            {
                "path": {"fpath": target.path, "ppath": f"/{target.path}"},
                "analyzer": target.language,
                "products": ["sast"],
            },
        ]
        for target in targets
    ]
    rule_s = min(_MAX_RULE_S, max(0.1, seconds / 2))
    flags = ["-json", "-json_nodots", "-json_time", "-fast", "-disable_rule_paths", "-j", "1"]
    flags += ["-rules", "rules.json", "-targets", "targets.json", "-timeout", f"{rule_s:.2f}"]
    flags += ["-timeout_threshold", "1", "-max_memory", str(_MEMORY_MB * 3 // 4)]
    flags += ["-max_match_per_file", str(_MAX_MATCHES)]
    return sandbox.run(
        Job(
            environment="semgrep",
            argv=("semgrep-core", *flags),
            files={target.path: target.content for target in targets}
            | {
                "rules.json": pack.compiled,
                "targets.json": json.dumps(["Targets", listing]).encode(),
                "authority.pem": _TRUST_ANCHOR.encode(),
            },
            env={
                "EIO_BACKEND": "posix",  # its other backend is io_uring, which no sandbox of ours allows
                "SSL_CERT_FILE": f"{WORKDIR}/authority.pem",
                "OCAMLRUNPARAM": "s=1M,o=200",  # fewer collections of a heap that lives for a moment
            },
            limits=Limits(
                wall_s=seconds,
                cpu_s=math.ceil(seconds) + 1,
                memory_bytes=_MEMORY_MB * 2**20,
                output_bytes=_OUTPUT_BYTES,
            ),
        )
    )


def _judge(
    task: CodingTask,
    targets: Sequence[Target],
    skipped: Sequence[Skipped],
    pack: RulePack,
    result: ExecResult,
) -> Verdict:
    report = _report(targets, pack, result)
    paths = {target.path: target.candidate_path for target in targets}
    findings = _findings(report.matches, paths, pack)
    blocking = [item for item in findings if blocks(task.policy, item)]
    open_ends: list[dict[str, JsonValue]] = [
        {"file": paths.get(problem.target, problem.target), "reason": problem.reason}
        for problem in report.problems
    ]
    open_ends += [{"file": item.path, "reason": _no_rules(item)} for item in skipped if not item.inert]
    if blocking:
        status, summary = Status.FAILED, f"{len(blocking)} blocking {_noun(len(blocking))}"
        summary += f", first {blocking[0].rule} at {_where(blocking[0])}."
    elif open_ends:
        status = Status.INCOMPLETE
        summary = f"Not all was scanned: {open_ends[0]['file'] or 'a file'}: {open_ends[0]['reason']}."
    else:
        status, summary = Status.PASSED, f"{len(pack.rules)} rules found nothing that blocks"
        summary += f" ({len(findings)} advisory {_noun(len(findings))})." if findings else "."
    return Verdict(
        verifier=NAME,
        status=status,
        summary=summary,
        findings=tuple(findings[:MAX_LISTED]),
        evidence={
            "files": list(dict.fromkeys(target.candidate_path for target in targets)),
            "not_scanned": list(open_ends),
            "data_files": [item.path for item in skipped if item.inert],
            "rules": len(pack.rules),
            "rule_digest": pack.digest,
            "findings_total": len(findings),
            "findings_blocking": len(blocking),
            "suppressions_ignored": report.suppressions,
            "isolation": result.isolation,
        },
        tool=f"semgrep-core {report.version}".strip(),
        apart_from_findings=_apart_from_findings(len(blocking), bool(open_ends)),
    )


def _apart_from_findings(blocking: int, open_ends: bool) -> Status:
    if blocking > MAX_LISTED:
        return Status.FAILED  # what is not listed cannot be suppressed
    return Status.INCOMPLETE if open_ends else Status.PASSED


def _report(targets: Sequence[Target], pack: RulePack, result: ExecResult) -> Report:
    """What the engine established, also where it was cut off.

    Raises:
        ToolFailed: it crashed, or see :func:`parse`.
    """
    cut = ""
    if result.timed_out or result.exit_code == _XCPU:
        cut = "the scan ran out of time"
    elif result.out_of_memory:
        cut = "the scan ran out of memory"
    elif result.truncated:
        cut = "the scan's output was too long"
    if cut:
        problems = tuple(Problem(target=target.path, reason=cut) for target in targets)
        return Report(version="", matches=(), problems=problems, suppressions=0)
    text = result.stdout.decode("utf-8", "replace")
    sizes = {target.path: len(target.content) for target in targets}
    rules = set(pack.rules) | {probe_id(target.language) for target in targets}
    if result.exit_code != 0:
        said = result.stderr.decode("utf-8", "replace").strip()[:300]
        raise ToolFailed(f"Semgrep ended with exit code {result.exit_code}: {said}")
    return parse(text, sizes, rules)


def _findings(matches: Sequence[Match], paths: dict[str, str], pack: RulePack) -> list[Finding]:
    """One finding a rule and line, the worst first."""
    found: dict[str, Finding] = {}
    for match in matches:
        info = pack.rules[match.rule]
        finding = Finding(
            rule=info.id,
            message=info.message,
            fix=info.fix,
            severity=info.severity,
            cwe=info.cwe,
            swc=info.swc,
            owasp=info.owasp,
            location=Location(
                path=paths[match.target], line=match.line, end_line=match.end_line, column=match.column
            ),
        )
        found.setdefault(finding.fingerprint, finding)
    return sorted(found.values(), key=_order)


def _order(finding: Finding) -> tuple[int, str, int, str]:
    place = finding.location
    return -finding.severity.rank, place.path if place else "", place.line if place else 0, finding.rule


def _where(finding: Finding) -> str:
    return f"{finding.location.path}:{finding.location.line}" if finding.location else "an unknown place"


def _noun(count: int) -> str:
    return "finding" if count == 1 else "findings"


def _no_rules(item: Skipped) -> str:
    return "data, not code" if item.inert else "there are no rules for this kind of file"
