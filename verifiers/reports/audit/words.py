"""What an audit says in words; shared by the page, the PDF and the terminal. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from verifiers.audit_values import Audit, AuditedFinding
from verifiers.domain import Confirmation, Severity, Status
from verifiers.reports.weaknesses import name_of

_TITLE_CHARS = 120
_TEST_ID = re.compile(r"[^:]{1,300}::([\w.$]{1,100})")
_TITLE_END = re.compile(r"(?<=[^.\s])[.:;] |\n")
# Slither's lists, which come in one line: `External calls: - a - b State variables written: - c`.
_NEW_HEAD = re.compile(r"(?<=\)) (?=[A-Z][^:]{3,80}: - )")

STATUS_WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.INCOMPLETE: "incomplete",
    Status.ERROR: "tool broke",
    None: "not run",
}
VERDICT_WORDS = {
    Status.PASSED: "Passed",
    Status.FAILED: "Failed",
    Status.INCOMPLETE: "Incomplete",
    Status.ERROR: "No verdict",
}
CONFIRMATION_WORDS = {
    Confirmation.CONFIRMED: "confirmed by an attack",
    Confirmation.REFUTED: "refuted by an attack",
    Confirmation.UNCONFIRMED: "not confirmed",
}
CONFIRMATION_MEANING = {
    Confirmation.CONFIRMED: (
        "The attack was carried out in an EVM against the code as it is compiled here, and did its harm."
    ),
    Confirmation.REFUTED: "The attack was carried out in an EVM and the code held. It does not block.",
    Confirmation.UNCONFIRMED: (
        "No attack in an EVM could show the harm, and none could rule it out. Judge it by reading."
    ),
}
SEVERITY_MEANING = {
    Severity.CRITICAL: "Whoever wants to can take or lock what the contract holds.",
    Severity.HIGH: "Money or control can be lost under conditions that an attacker can bring about.",
    Severity.MEDIUM: "Harm needs particular conditions, or is limited.",
    Severity.LOW: "A weakness that does little by itself.",
    Severity.INFO: "Worth knowing; no weakness by itself.",
}


class Title(NamedTuple):
    """A finding's message, cut into a heading and what is left."""

    heading: str
    rest: str


def title_of(item: AuditedFinding) -> Title:
    """The heading of a finding: what its message says first, at a length that fits a line or two."""
    said = " ".join(item.finding.message.split()) or item.finding.rule
    test = _TEST_ID.fullmatch(item.finding.rule)
    if test:  # its message is what the test said when it failed: the values that differ, say
        return Title(f"The test {test.group(1)} fails", said)
    end = _TITLE_END.search(said)
    heading = said[: end.start()] if end else said.rstrip(".")
    rest = said[end.end() :].strip() if end else ""
    if len(heading) > _TITLE_CHARS:
        heading = name_of(item.finding.cwe) if item.finding.cwe else item.finding.rule
        rest = said
    return Title(heading[:1].upper() + heading[1:], rest)


def said_in_lines(rest: str) -> list[str]:
    """What is left of a message, a list item a line."""
    lines = _NEW_HEAD.sub("\n", rest).replace(": - ", ":\n\N{BULLET} ").replace(") - ", ")\n\N{BULLET} ")
    return [line for line in lines.split("\n") if line]


def meaning(audit: Audit) -> tuple[str, ...]:
    """What the verdict means for whoever owns the code, in two or three sentences."""
    match audit.verdict:
        case Status.FAILED:
            return _failed(audit)
        case Status.PASSED:
            return _passed(audit)
        case Status.INCOMPLETE:
            return (
                "Nothing speaks against this code so far, but not everything could be looked at. "
                "It does not count as audited.",
                _open_ends(audit),
            )
        case _:
            return (
                "A tool that this audit depends on broke, so it says nothing good about the code.",
                _open_ends(audit),
            )


def _failed(audit: Audit) -> tuple[str, ...]:
    blocking = audit.blocking
    if not blocking:
        return (
            "Do not deploy this code as it is: it does not get through the checks that it has to pass.",
            audit.reason,
        )
    confirmed = sum(item.confirmation is Confirmation.CONFIRMED for item in blocking)
    first = f"Do not deploy this code as it is: {counted(len(blocking), 'finding')} must be fixed first."
    if confirmed:
        which = _of_them(confirmed, len(blocking))
        first += f" {which} {'was' if confirmed == 1 else 'were'} carried out as a working attack in an EVM."
    return first, f"Begin with {blocking[0].id}: {title_of(blocking[0]).heading}."


def _passed(audit: Audit) -> tuple[str, ...]:
    ran = sum(check.status is Status.PASSED for check in audit.checks)
    lesser = sum(audit.counts.values())
    said = [
        f"All that had to be looked at was looked at: {counted(ran, 'check')} ran to the end, and nothing "
        "was found that blocks by the policy."
    ]
    if lesser:
        said.append(f"{counted(lesser, 'smaller finding').capitalize()} should still be read.")
    said.append("This is evidence within the limits stated below, and no proof that the code is safe.")
    return tuple(said)


def _open_ends(audit: Audit) -> str:
    names = [check.verifier for check in audit.checks if check.status is not Status.PASSED]
    if not names:
        return audit.reason
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Left open: {listed}. What each of them did not look at stands under “What was run”."


def _of_them(some: int, all_: int) -> str:
    if some == all_:
        return "It" if some == 1 else "All of them"
    return "One of them" if some == 1 else f"{some} of them"


def counted(number: int, thing: str) -> str:
    """``1 finding``, ``3 findings``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def lasting(seconds: float) -> str:
    """``0.3 s``, ``21 s``, ``2 min 5 s``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def share(numbers: tuple[int, int]) -> str:
    """``75 % (6 of 8)``; a dash where there is nothing to have a share of."""
    some, all_ = numbers
    return f"{100 * some // all_} % ({some:,} of {all_:,})" if all_ else "-"


def stretches(lines: Sequence[tuple[int, int]]) -> str:
    """``3, 8 to 12``; ``none`` where there are none."""
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in lines) or "none"
