"""What goes into and comes out of filling code in at a cursor."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from verifiers.domain import Finding, InnerPath, Language, Policy, Sampling, Status, Text, Usage, Value

MOST_CHARS = 200_000

Ended = Literal["stop", "length", "content_filter"]


class FillRequest(Value):
    """Code with a gap.

    Attributes:
        prefix: What stands before the cursor.
        suffix: What stands behind it.
        stop: What ends the completion and is not part of it.
        language: The code's.
        path: The file's name; scanners go by its ending.
        policy: Which findings block.
        needs_scan: Withhold what was not scanned completely, too.
        sampling: How to draw.
    """

    prefix: Text = Field(max_length=MOST_CHARS)
    suffix: Text = Field(default="", max_length=MOST_CHARS)
    stop: tuple[str, ...] = ()
    language: Language
    path: InnerPath
    policy: Policy = Policy()
    needs_scan: bool = False
    sampling: Sampling


class Check(Value):
    """What one scanner said of the whole file, the completion in it."""

    verifier: str
    status: Status
    summary: str


class Scanned(Value):
    """What the scanners say of a completion.

    Attributes:
        status: ``failed``: it brings a finding that blocks. ``incomplete``: not all could be looked at.
        reason: One sentence for a person.
        findings: What it brings that blocks; for people, without the code.
        checks: What each scanner said.
    """

    status: Status
    reason: str
    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()


class Fill(Value):
    """A completion.

    Attributes:
        text: The code; empty where it is withheld.
        finish_reason: As OpenAI names it; ``content_filter`` where it is withheld.
        scanned: What the scanners say.
        usage: Tokens spent.
    """

    text: str
    finish_reason: Ended
    scanned: Scanned
    usage: Usage
