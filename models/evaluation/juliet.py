"""The Juliet test suites (NIST; C/C++ 1.3, Java 1.3) read from a local copy, to judge scanners by CWE.

A test case is one file, or several with one name and different letters. Its folder and name begin with the
CWE; functions whose name holds ``bad`` have the weakness, those with ``good`` do the same without it. A file
``..._bad``, ``..._good1`` or ``..._goodG2B`` is one or the other as a whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from models.evaluation.codebleu.grammars import parsed
from models.evaluation.estimators import Estimate, wilson
from models.examining import Judged
from verifiers.domain import CodingTask, Language, Severity, Status, Value
from verifiers.errors import InvalidInput
from verifiers.reports.weaknesses import family_of

ANY = "any of them"
_NAME = re.compile(
    r"(?P<base>(?P<cwe>CWE\d{1,5})_.{1,150}?_\d{2})(?P<part>[a-e]|_(?:bad|good\w*|base))?\.(?P<end>c|cpp|java)$"
)
_LANGUAGES = {"c": Language.C, "cpp": Language.CPP, "java": Language.JAVA}
_CWE = re.compile(r"(?:CWE-?)?0*([1-9]\d{0,4})", re.IGNORECASE | re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")  # what no source file of a candidate may hold
_FUNCTIONS = frozenset(["function_definition", "method_declaration", "constructor_declaration"])
_MOST_BYTES = 500_000
_MOST_FILES = 20  # of a case; the suites have five at most


class Case(Value):
    """A test case.

    Attributes:
        name: The files' common name.
        cwe: Such as ``CWE-121``.
        language: C, C++ or Java.
        files: As (name, text).
    """

    name: str
    cwe: str
    language: Language
    files: tuple[tuple[str, str], ...]

    @property
    def task(self) -> CodingTask:
        """What scanners are told: nothing but the language."""
        return CodingTask(language=self.language, instruction=f"Judge {self.name}.")


class Span(Value):
    """Lines of a file, from 1, that have the weakness, or certainly do not."""

    bad: bool
    first: int
    last: int


class Flags(Value):
    """What one scanner said about one case.

    Attributes:
        bad: It flagged the bad part.
        good: It flagged the good part.
        undecided: It broke, and so said nothing.
    """

    bad: bool = False
    good: bool = False
    undecided: bool = False


UNDECIDED: Mapping[str, Flags] = {ANY: Flags(undecided=True)}
"""Of a case at which a tool broke so that no scanner said anything."""


class Rates(Value):
    """A scanner on the cases of a CWE.

    Attributes:
        cases: How many it looked at.
        found: Share of them whose bad part is flagged: the true positive rate; None without any.
        alarms: Share of them whose good part is flagged: the false positive rate; None without any.
        undecided: Cases at which a tool broke; they are in none of the others.
    """

    cases: int
    found: Estimate | None
    alarms: Estimate | None
    undecided: int = 0


def read_cases(root: Path, cwes: frozenset[str] = frozenset(), per_cwe: int | None = None) -> list[Case]:
    """The cases below a folder, by CWE and name; links are not followed.

    Args:
        root: The suite's folder, or any above its test cases.
        cwes: Only these, such as ``CWE-78`` or ``78``; empty for all.
        per_cwe: At most so many of each, evenly spread over the names.

    Raises:
        InvalidInput: there is no such case, or a file of one cannot be read.
    """
    cwes = frozenset(map(_cwe, cwes))
    found: dict[str, dict[tuple[str, str], list[Path]]] = {}
    for path, match in _named(root):
        cwe = match["cwe"].replace("CWE", "CWE-")
        if not cwes or cwe in cwes:
            key = (str(path.parent.relative_to(root)), f"{match['base']}.{match['end']}")
            found.setdefault(cwe, {}).setdefault(key, []).append(path)
    if not found:
        raise InvalidInput(
            "root",
            f"{root} holds no test case of Juliet" + (f" of {', '.join(sorted(cwes))}." if cwes else "."),
            "Name the unpacked suite; its files are called like CWE121_..._01.c.",
        )
    return [
        _case(cwe, name, paths)
        for cwe, cases in sorted(found.items(), key=lambda item: int(item[0][4:]))
        for (_, name), paths in _spread(sorted(cases.items()), per_cwe)
    ]


def _cwe(name: str) -> str:
    match = _CWE.fullmatch(name.strip())
    if match is None:
        raise InvalidInput("cwe", f"'{name[:40]}' is no CWE.", "Write it like CWE-78.")
    return f"CWE-{match[1]}"


def _named(root: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            match, path = _NAME.fullmatch(name), Path(folder) / name
            if match and not path.is_symlink() and path.stat().st_size <= _MOST_BYTES:
                yield path, match


def _spread(
    cases: Sequence[tuple[tuple[str, str], list[Path]]], most: int | None
) -> Sequence[tuple[tuple[str, str], list[Path]]]:
    if most is None or len(cases) <= most:
        return cases
    return [cases[place * len(cases) // most] for place in range(most)]


def _case(cwe: str, name: str, paths: Sequence[Path]) -> Case:
    base, _, end = name.rpartition(".")
    files = ((path.name, _text(path)) for path in paths[:_MOST_FILES])
    return Case(
        name=base,
        cwe=cwe,
        language=_LANGUAGES[end],
        files=tuple(files),
    )


def _text(path: Path) -> str:
    try:
        return _CONTROL.sub("", path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise InvalidInput("root", f"{path} cannot be read ({error.strerror}).") from error


def spans_of(name: str, text: str, language: Language) -> list[Span]:
    """Where a file is bad and where it is good; lines of neither are in none."""
    whole = _NAME.fullmatch(name)
    part = (whole["part"] or "") if whole else ""
    if part.startswith(("_bad", "_good")):
        return [Span(bad=part == "_bad", first=1, last=text.count("\n") + 1)]
    found, left = [], [parsed(text, language)]
    while left:
        node = left.pop()
        if node.type in _FUNCTIONS:
            head = node.child_by_field_name("declarator") or node.child_by_field_name("name")
            called = (head.text or b"").decode("utf-8", "replace").partition("(")[0].lower() if head else ""
            if "good" in called or "bad" in called:
                lines = node.start_point[0] + 1, node.end_point[0] + 1
                found.append(Span(bad="good" not in called, first=lines[0], last=lines[1]))
                continue
        left.extend(node.children)
    return sorted(found, key=lambda span: span.first)


def flags_of(case: Case, judged: Judged, least: Severity = Severity.MEDIUM) -> dict[str, Flags]:
    """What each scanner said about the weakness that the case is about.

    Findings of other weaknesses do not count, neither for nor against: the suite only says where its own is.

    Args:
        case: The case.
        judged: What was found out about its files.
        least: Findings below this severity advise and do not count.
    """
    spans = {name: spans_of(name, text, case.language) for name, text in case.files}
    found: dict[str, Flags] = {}
    for verdict in judged.attempt.verdicts:
        sides = set()
        for finding in verdict.findings:
            place = finding.location
            if (
                place is None
                or finding.severity.rank < least.rank
                or family_of(finding.cwe) != family_of(case.cwe)
            ):
                continue
            sides |= {span.bad for span in spans.get(place.path, ()) if span.first <= place.line <= span.last}
        broken = verdict.status is Status.ERROR
        found[verdict.verifier] = Flags(bad=True in sides, good=False in sides, undecided=broken)
    either = Flags(
        bad=any(each.bad for each in found.values()),
        good=any(each.good for each in found.values()),
        undecided=all(each.undecided for each in found.values()),
    )
    return {**found, ANY: either}


def rates_of(cases: Sequence[Case], flags: Sequence[Mapping[str, Flags]]) -> dict[str, dict[str, Rates]]:
    """True and false positive rates by scanner and CWE, ``all`` among the CWEs.

    A scanner that flagged nothing at all is left out: it has no rules for the language, or reports no CWE.
    Cases that it was not asked about, for their language, do not count for it.

    Args:
        cases: The cases.
        flags: Of each; :data:`UNDECIDED` where a tool broke.
    """
    groups: dict[str, list[int]] = {"all": list(range(len(cases)))}
    for place, case in enumerate(cases):
        groups.setdefault(case.cwe, []).append(place)
    names = sorted(
        {name for each in flags for name, one in each.items() if one.bad or one.good or name == ANY}
    )
    return {
        name: {cwe: _rates([flags[place] for place in places], name) for cwe, places in groups.items()}
        for name in names
    }


def _rates(flags: Sequence[Mapping[str, Flags]], name: str) -> Rates:
    said = [each[name] for each in flags if name in each and not each[name].undecided]
    return Rates(
        cases=len(said),
        found=wilson(sum(each.bad for each in said), len(said)) if said else None,
        alarms=wilson(sum(each.good for each in said), len(said)) if said else None,
        undecided=sum(each == UNDECIDED or (name in each and each[name].undecided) for each in flags),
    )
