"""How an audit looks in a terminal: the verdict first, then what to do about it, then what it rests on."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.cli.audit_tests_view import tests_view
from api.cli.rendering import MARKS, WEIGHTS, clip, plain
from verifiers.audit_values import Audit, AuditedFinding, Check, Excerpt
from verifiers.domain import Confirmation, Severity
from verifiers.reports.audit import code, words

_SHOWN = 10  # findings that are told in full
_SHOWN_STEPS = 8
_AROUND = 2  # lines before and after the marked ones
_SHOWN_GAPS = 3


def audit_view(audit: Audit) -> RenderableType:
    """The whole report for a terminal."""
    parts = [_verdict(audit), _numbers(audit)]
    told = [item for item in audit.findings if item.blocks or item.finding.severity is not Severity.INFO]
    shown = told[:_SHOWN]
    parts += [_finding(item) for item in shown]
    left = len(audit.findings) - len(shown)
    if left:
        said = f"and {words.counted(left, 'more finding')}: --html, --pdf, --sarif and --json have all"
        parts.append(Text(f"\n… {said}", style="dim"))
    parts += [_checks(audit.checks), *tests_view(audit), _limits(audit.limits)]
    return Group(*parts)


def _verdict(audit: Audit) -> RenderableType:
    mark, style = MARKS[audit.verdict]
    head = Text.assemble(
        "\n",
        (f"{mark} {words.VERDICT_WORDS[audit.verdict]}", f"bold {style}"),
        ("  ", ""),
        plain(clip(audit.name, 80), "bold"),
        (f"  {audit.compiler.tool or 'not compiled'}, ", "dim"),
        (f"{words.lasting(audit.duration_s)} of {words.lasting(audit.deadline_s)}", "dim"),
    )
    return Group(head, *(Padding(plain(clip(line)), (0, 0, 0, 2)) for line in words.meaning(audit)))


def _numbers(audit: Audit) -> Text:
    text = Text("\n  ")
    counts = [(severity, count) for severity, count in audit.counts.items() if count]
    for place, (severity, count) in enumerate(counts):
        text.append(" · " if place else "", "dim")
        text.append(f"{count} {severity.value}", WEIGHTS[severity])
    text.append("no findings" if not counts else "", "green")
    ends = [item.confirmation for item in audit.findings]
    for end, word in ((Confirmation.CONFIRMED, "confirmed by an attack"), (Confirmation.REFUTED, "refuted")):
        if end in ends:
            text.append(f" · {ends.count(end)} {word}", "dim")
    if audit.tests:
        passed = sum(test.status == "passed" for test in audit.tests)
        text.append(f" · {passed} of {words.counted(len(audit.tests), 'test')} passed", "dim")
    return text


def _finding(item: AuditedFinding) -> RenderableType:
    finding, title = item.finding, words.title_of(item)
    head = Text.assemble("\n", (f"{item.id}  ", "bold"), (finding.severity.value, WEIGHTS[finding.severity]))
    if item.blocks:
        head.append("  blocks", "bold red")
    if item.confirmation is not None:
        confirmed = item.confirmation is Confirmation.CONFIRMED
        head.append(f"  {words.CONFIRMATION_WORDS[item.confirmation]}", "bold red" if confirmed else "dim")
    if item.accepted:
        head.append("  accepted by the policy", "green")
    lines: list[RenderableType] = [plain(title.heading, "bold"), _place(item)]
    lines += [plain(line) for line in words.said_in_lines(clip(title.rest))]
    if item.excerpt is not None:
        lines.append(_excerpt(item.excerpt))
    steps = (finding.counterexample or "").strip().splitlines()
    if steps:
        lines.append(Text("The attack", style="dim"))
        lines += [Padding(plain(clip(step, 200)), (0, 0, 0, 2)) for step in steps[:_SHOWN_STEPS]]
    if finding.fix:
        lines.append(Text.assemble(("Fix  ", "bold green"), plain(clip(finding.fix))))
    return Group(head, *(Padding(line, (0, 0, 0, 2)) for line in lines))


def _place(item: AuditedFinding) -> Text:
    finding = item.finding
    place = f"{finding.location.path}:{finding.location.line}  " if finding.location else ""
    ids = " ".join(name for name in (finding.swc, finding.cwe) if name)
    return Text.assemble(
        plain(place, "cyan"), plain(f"{ids}  ".lstrip(), "dim"), plain(", ".join(item.found_by), "dim")
    )


def _excerpt(excerpt: Excerpt) -> Table:
    first, last = excerpt.marked
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for number, line in enumerate(excerpt.lines, start=excerpt.first):
        if first - _AROUND <= number <= last + _AROUND:
            marked = first <= number <= last
            gutter = Text(f"{'▸' if marked else ' '} {number} │", style="yellow" if marked else "dim")
            table.add_row(gutter, plain(code.plain(line), "bold" if marked else "dim"))
    return table


def _checks(checks: tuple[Check, ...]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True, justify="right")
    for check in checks:
        mark, style = MARKS[check.status] if check.status else ("-", "dim")
        said = plain(clip(check.summary, 160))
        if check.accepted:
            said.append_text(plain(f"\ndoes not block: {check.accepted}", "dim"))
        gaps = [gap for gap in check.gaps if gap != check.summary]
        for gap in gaps[:_SHOWN_GAPS]:
            said.append_text(plain(f"\nnot looked at: {clip(gap, 160)}", "yellow"))
        if len(gaps) > _SHOWN_GAPS:
            said.append_text(Text(f"\n… and {len(gaps) - _SHOWN_GAPS} more gaps", style="dim"))
        seconds = words.lasting(check.seconds) if check.status else ""
        table.add_row(Text(mark, style=f"bold {style}"), plain(check.verifier), said, Text(seconds, "dim"))
    return Group(Text("\nWhat was run", style="bold"), table)


def _limits(limits: tuple[str, ...]) -> RenderableType:
    lines = [Padding(plain(f"• {limit}", "dim"), (0, 0, 0, 2)) for limit in limits]
    return Group(Text("\nWhat this audit does not say", style="bold"), *lines)
