"""How values of the vocabulary look in a terminal. All texts from outside are printed as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from verifiers.domain import Candidate, Finding, Outcome, OutcomeStatus, Severity, Status, Verdict
from verifiers.policy import Suppressed
from verifiers.reports.merge import merged

MARKS = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.INCOMPLETE: ("?", "yellow"),
    Status.ERROR: ("!", "magenta"),
}
_SHOWN_FINDINGS = 5
_SHOWN_MERGED = 12
WEIGHTS = {
    Severity.INFO: "dim",
    Severity.LOW: "dim",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "red",
    Severity.CRITICAL: "bold red",
}
_SHOWN_CHARS = 600


def plain(text: str, style: str = "") -> Text:
    """Hostile text made safe for a terminal: no markup, no control sequences."""
    return Text(
        "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text),
        style=style,
    )


def clip(text: str, limit: int = _SHOWN_CHARS) -> str:
    """At most ``limit`` characters, with a mark where some were left out."""
    return text if len(text) <= limit else f"{text[:limit]} … ({len(text) - limit:,} more characters)"


def duration(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 72 * 3600:
        return f"{seconds / 3600:,.1f} h"
    days = seconds / 86400
    if days < 1000:
        return f"{days:.1f} days" if days < 100 else f"{days:.0f} days"
    years = days / 365.25
    return f"{years:,.0f} years" if years < 1000 else f"{years / 1000:,.0f}k years"


def verdict_line(verdict: Verdict) -> Text:
    """``✓ python-tests  3 of 3 tests passed  0.2 s``."""
    mark, style = MARKS[verdict.status]
    return Text.assemble(
        (f"{mark} ", f"bold {style}"),
        (f"{verdict.verifier:<17} ", "bold"),
        plain(clip(verdict.summary, 200)),
        (f"  {verdict.duration_s:.1f} s", "dim"),
    )


def ranked(findings: tuple[Finding, ...]) -> list[Finding]:
    """The worst first."""
    return sorted(findings, key=lambda finding: -finding.severity.rank)


def brief_finding(finding: Finding) -> Text:
    """A finding in one line: where, which rule, what."""
    message = " · ".join(finding.message.strip().splitlines()[:2])
    return Text.assemble(*_head(finding), "  ", plain(clip(message, 200)))


def merged_findings(
    verdicts: tuple[Verdict, ...], suppressed: tuple[Suppressed, ...] = ()
) -> Iterator[RenderableType]:
    """The findings of some verdicts, the worst few, each fault once with everybody who found it.

    Args:
        verdicts: All on one candidate.
        suppressed: What the policy takes out; shown last, with who says so.
    """
    by = {(item.verifier, item.finding): item.by for item in suppressed}
    found = [
        (each, [by.get((source.verifier, source.finding)) for source in each.sources])
        for each in merged(verdicts)
    ]
    found.sort(key=lambda pair: all(pair[1]))
    can_be_lifted = {
        verdict.verifier for verdict in verdicts if verdict.apart_from_findings is not Status.FAILED
    }
    for each, suppressions in found[:_SHOWN_MERGED]:
        lifted = suppressions[0] if all(suppressions) else None
        weight = (f"  {each.finding.severity.value}", WEIGHTS[each.finding.severity])
        yield Text.assemble("\n", *_head(each.finding), weight)
        yield Padding(plain(clip(each.finding.message.strip())), (0, 0, 0, 2))
        if each.finding.fix:
            yield Padding(Text.assemble(("fix: ", "dim"), plain(clip(each.finding.fix))), (0, 0, 0, 2))
        if each.also_as:
            yield Padding(plain(f"also found as {', '.join(each.also_as)}", "dim"), (0, 0, 0, 2))
        if lifted is not None:
            said = f"suppressed until {lifted.expires}: {clip(lifted.reason)}"
            yield Padding(plain(said, "green"), (0, 0, 0, 2))
        elif each.finding.anchor and each.verifier in can_be_lifted:
            yield Padding(plain(f"fingerprint {each.finding.fingerprint}", "dim"), (0, 0, 0, 2))
    if len(found) > _SHOWN_MERGED:
        yield Text(f"… and {len(found) - _SHOWN_MERGED} more (--json and --sarif have all)", style="dim")


def finding_lines(findings: tuple[Finding, ...]) -> Iterator[RenderableType]:
    """The worst few findings, a block each."""
    worst = ranked(findings)
    for finding in worst[:_SHOWN_FINDINGS]:
        yield Text.assemble(*_head(finding))
        yield Padding(plain(clip(finding.message.strip())), (0, 0, 0, 2))
        if finding.fix:
            yield Padding(Text.assemble(("fix: ", "dim"), plain(clip(finding.fix))), (0, 0, 0, 2))
    if len(worst) > _SHOWN_FINDINGS:
        yield Text(f"… and {len(worst) - _SHOWN_FINDINGS} more", style="dim")


def _head(finding: Finding) -> Iterator[Text]:
    """``solution.py:3  python.weak-hash  CWE-328``, each part only where it says something new."""
    place = f"{finding.location.path}:{finding.location.line}" if finding.location else ""
    if place and place != finding.rule:
        yield plain(f"{place}  ", "cyan")
    yield plain(finding.rule, "bold")
    names = (finding.cwe, finding.swc, finding.owasp)
    ids = " ".join(name for name in names if name and name != finding.rule)
    if ids:
        yield plain(f"  {ids}", "dim")


def verdict_block(verdict: Verdict, indent: int = 2) -> RenderableType:
    """A verdict's line with its findings under it."""
    lines: list[RenderableType] = [Padding(verdict_line(verdict), (0, 0, 0, indent))]
    lines += [Padding(line, (0, 0, 0, indent + 4)) for line in finding_lines(verdict.findings)]
    return Group(*lines)


def code(candidate: Candidate, language: str) -> RenderableType:
    """The candidate's files, numbered and coloured."""
    return Group(
        *(
            Panel(
                Syntax(
                    plain(file.content.rstrip()).plain,
                    language,
                    line_numbers=True,
                    word_wrap=True,
                    theme="ansi_dark",
                ),
                title=plain(file.path),
                title_align="left",
                border_style="dim",
            )
            for file in candidate.files
        )
    )


def evidence(verdicts: tuple[Verdict, ...]) -> Table:
    """What each verdict rests on."""
    table = Table(title="Evidence", title_justify="left", title_style="bold", border_style="dim")
    for column in ("", "verifier", "what was found", "tool", "isolation"):
        table.add_column(column, overflow="fold")
    for verdict in verdicts:
        mark, style = MARKS[verdict.status]
        isolation = verdict.evidence.get("isolation", "")
        table.add_row(
            Text(mark, style=f"bold {style}"),
            verdict.verifier,
            plain(clip(verdict.summary, 200)),
            plain(verdict.tool),
            plain(isolation if isinstance(isolation, str) else ""),
        )
    return table


def outcome_line(outcome: Outcome) -> Text:
    """How the task ended, in one line."""
    style = "green" if outcome.status is OutcomeStatus.SOLVED else "yellow"
    return Text.assemble(
        (outcome.status.value.replace("_", " ").capitalize(), f"bold {style}"),
        plain(f": {clip(outcome.reason)}"),
        (
            f"  ({outcome.duration_s:.1f} s, {outcome.usage.total:,} tokens, tests: {outcome.tests})",
            "dim",
        ),
    )
