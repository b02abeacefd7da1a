"""One fault told once: findings of several tools at the same lines and of the same kind, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifiers.domain import Finding, Value, Verdict
from verifiers.reports.weaknesses import family_of

# Lines of a finding that count: some tools flag a whole function, in which others find several faults.
_MOST_LINES = 5


class Source(Value):
    """A verifier's own finding."""

    verifier: str
    finding: Finding


class MergedFinding(Value):
    """A fault with everybody who found it.

    Attributes:
        sources: One at least, the one that says most first: the most severe, of those the one with a fix.
    """

    sources: tuple[Source, ...]

    @property
    def finding(self) -> Finding:
        """The one that says most."""
        return self.sources[0].finding

    @property
    def verifier(self) -> str:
        """The verifier that says most."""
        return self.sources[0].verifier

    @property
    def found_by(self) -> tuple[str, ...]:
        """All verifiers that found it."""
        return tuple(dict.fromkeys(source.verifier for source in self.sources))

    @property
    def also_as(self) -> tuple[str, ...]:
        """What the other findings are called: ``bandit B324``, or the rule alone for the same verifier's."""
        said = dict.fromkeys(
            source.finding.rule
            if source.verifier == self.verifier
            else f"{source.verifier} {source.finding.rule}"
            for source in self.sources[1:]
        )
        return tuple(said)


def merged(verdicts: Iterable[Verdict]) -> tuple[MergedFinding, ...]:
    """All findings of some verdicts, the worst first, each fault once.

    Two findings are of one fault if their CWEs are of one family and they begin on the same line of the same
    file, or come from different verifiers and share lines. What names no CWE, such as a failed test, is
    always a fault of its own. Within a severity the order is that in which the verdicts came.
    """
    groups: list[list[Source]] = []
    by_kind: dict[tuple[str, str], list[list[Source]]] = {}
    for verdict in verdicts:
        for finding in verdict.findings:
            source = Source(verifier=verdict.verifier, finding=finding)
            family = family_of(finding.cwe)
            if family is None or finding.location is None:
                groups.append([source])
                continue
            alike = by_kind.setdefault((finding.location.path, family), [])
            group = next((group for group in alike if _belongs(source, group)), None)
            if group is None:
                group = []
                alike.append(group)
                groups.append(group)
            group.append(source)
    found = [MergedFinding(sources=tuple(sorted(group, key=_says_most))) for group in groups]
    return tuple(sorted(found, key=lambda each: -each.finding.severity.rank))


def _belongs(source: Source, group: Sequence[Source]) -> bool:
    return any(_is_same(source, other) for other in group)


def _is_same(one: Source, other: Source) -> bool:
    first, first_end = _lines(one.finding)
    second, second_end = _lines(other.finding)
    if first == second:
        return True
    return one.verifier != other.verifier and first <= second_end and second <= first_end


def _lines(finding: Finding) -> tuple[int, int]:
    if finding.location is None:
        return 0, 0
    line = finding.location.line
    return line, min(max(finding.location.end_line or line, line), line + _MOST_LINES - 1)


def _says_most(source: Source) -> tuple[int, bool, int]:
    finding = source.finding
    return -finding.severity.rank, not finding.fix, -len(finding.message)
