"""What an audit is asked for and what it comes to. Values of the vocabulary, apart for their length.

An :class:`Audit` is all that a report needs: HTML, PDF and the terminal are made from it alone, and as JSON
it is what ``acrisol audit --json`` prints and ``GET /v1/audits/{id}`` answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from verifiers.audit_tests import ContractGas, FileCoverage
from verifiers.audit_tests import TestResult as TestResult
from verifiers.domain import (
    Budget,
    Candidate,
    CodingTask,
    Finding,
    Language,
    Policy,
    Receipt,
    Severity,
    Status,
    TestSuite,
    Verdict,
)
from verifiers.terms import Confirmation
from verifiers.values import Files, Text, Value, digest

DEADLINE_S = 60.0
MAX_AUDITED_BYTES = 2_000_000
_SOURCE, _TEST = ".sol", ".t.sol"


class AuditRequest(Value):
    """Solidity code that is there already, and what an audit of it may take.

    Attributes:
        files: What is judged; at least one file of Solidity. Everything in it is in scope. At most 2 MB.
        libraries: Files that it imports and that are trusted: compiled, never reported on. A
            ``remappings.txt`` may be among them. Packages that are installed with Acrisol, such as
            OpenZeppelin's contracts, need not be sent.
        tests: forge tests that the code must pass.
        policy: What blocks.
        deadline_s: Wall-clock seconds for everything; the audit ends at most 2 s after it.
        thorough: Symbolic execution takes all the time there is, also on code that other verifiers block;
            otherwise it then looks only briefly.
        name: What the report calls it; the first file's path if empty.
        notes: What was left out of the files and why, a sentence each; the report repeats them.
    """

    files: Annotated[Files, Field(min_length=1)]
    libraries: Files = ()
    tests: TestSuite | None = None
    policy: Policy = Policy()
    deadline_s: float = Field(default=DEADLINE_S, ge=5, le=3_600, allow_inf_nan=False)
    thorough: bool = False
    name: Annotated[Text, Field(max_length=200)] = ""
    notes: Annotated[tuple[Annotated[Text, Field(max_length=500)], ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _holds_solidity(self) -> Self:
        tests = [file.path for file in self.files if file.path.endswith(_TEST)]
        if tests:
            raise ValueError(f"{tests[0]!r} in 'files' is a test by its name: give it in 'tests.files'")
        if not any(file.path.endswith(_SOURCE) for file in self.files):
            raise ValueError("no file in 'files' has a name that ends in .sol: give the contract as one")
        size = sum(len(file.content.encode()) for file in self.files)
        if size > MAX_AUDITED_BYTES:
            raise ValueError(
                f"'files' hold {size:,} bytes; an audit judges at most {MAX_AUDITED_BYTES:,}: "
                "give what others wrote in 'libraries', and the rest in several audits"
            )
        self._check_places()
        return self

    def _check_places(self) -> None:
        given = {"files": self.files, "libraries": self.libraries}
        given["tests.files"] = self.tests.files if self.tests else ()
        place_of: dict[str, str] = {}
        for place, files in given.items():
            for file in files:
                before = place_of.setdefault(file.path, place)
                if before != place:
                    raise ValueError(f"the path {file.path!r} is given in '{before}' and in '{place}'")

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name.strip() or self.files[0].path

    @property
    def task(self) -> CodingTask:
        """The same as a task whose answer is there already; see :attr:`candidate`."""
        return CodingTask(
            language=Language.SOLIDITY,
            instruction=f"Audit of {self.title}",
            files=self.libraries,
            tests=self.tests,
            policy=self.policy,
            budget=Budget(seconds=self.deadline_s),
        )

    @property
    def candidate(self) -> Candidate:
        """What is judged."""
        return Candidate(files=self.files)


class Role(StrEnum):
    """What a file is to an audit."""

    JUDGED = "judged"
    TEST = "test"
    LIBRARY = "library"  # trusted: compiled, and not judged


class ScopedFile(Value):
    """One file that an audit was given, named so that nobody can exchange it afterwards.

    Attributes:
        path: As the audit knows it.
        role: What it was to the audit.
        lines: How many it has.
        sha256: Of its UTF-8 text, in hex.
    """

    path: str
    role: Role
    lines: int = Field(ge=0)
    sha256: str


class Compiler(Value):
    """How the code was compiled.

    Attributes:
        tool: Name and version; empty where none came that far.
        settings: What it was told: optimizer, runs, EVM version.
        contracts: What came out, as ``path:Name``.
    """

    tool: str = ""
    settings: Mapping[str, JsonValue] = Field(default={})
    contracts: tuple[str, ...] = ()


class Check(Value):
    """One verifier's part in an audit.

    Attributes:
        verifier: Its name.
        status: Its verdict's status; None if it gave none.
        summary: One line for a person; why there is no verdict where there is none.
        seconds: Wall-clock.
        tool: Name and version of what was run.
        isolation: The sandbox it ran in.
        gaps: What it did not look at, in words.
        accepted: Why it does not block although it did not pass; empty otherwise.
    """

    verifier: str
    status: Status | None
    summary: str
    seconds: float = Field(default=0.0, ge=0)
    tool: str = ""
    isolation: str = ""
    gaps: tuple[str, ...] = ()
    accepted: str = ""


class Excerpt(Value):
    """Lines around a place in a file.

    Attributes:
        first: The number of the first line.
        lines: The lines, each cut to what fits a page.
        marked: Numbers of the first and the last line that the finding is about.
    """

    first: int = Field(ge=1)
    lines: tuple[str, ...]
    marked: tuple[int, int]


class AuditedFinding(Value):
    """One fault, told once, whoever found it.

    Attributes:
        id: ``A-1`` and so on, for people to talk about it.
        finding: What was found, in the words of whoever says most.
        confirmation: What an attack on it came to; None where none was tried.
        found_by: Verifiers that found it.
        also_as: What the others call it.
        blocks: It stands in the way of a pass.
        accepted: Who accepts it until when, where the policy suppresses it; empty otherwise.
        excerpt: The code.
    """

    id: str
    finding: Finding
    confirmation: Confirmation | None = None
    found_by: tuple[str, ...]
    also_as: tuple[str, ...] = ()
    blocks: bool
    accepted: str = ""
    excerpt: Excerpt | None = None


class Reach(Value):
    """How far symbolic execution came with one contract.

    Attributes:
        contract: Its name.
        covered_percent: Of the deployed code's instructions, those that were executed.
        entered: Functions that were entered, as ``5 of 6``.
        complete: It was explored to the stated limits.
    """

    contract: str
    covered_percent: float = Field(ge=0, le=100)
    entered: str = ""
    complete: bool = False


class Audit(Value):
    """What an audit found out, with everything it rests on.

    Attributes:
        name: What was audited.
        verdict: ``passed`` only if every verifier that had to look did so and nothing blocks.
        reason: The gate's sentence.
        acrisol: The version that made it.
        started_at: When it began.
        duration_s: Wall-clock seconds.
        deadline_s: What it was given.
        policy: What blocks.
        scope: The files.
        compiler: How they were compiled.
        checks: What was run and what was not, in order.
        findings: Every fault once: what blocks first, then the most severe first; what was refuted last.
        tests: Every test that was run.
        gas: What calls of the judged contracts cost in the given tests.
        coverage: Which share of the judged files the given tests run.
        unmeasured: Why gas or coverage is missing; empty where nothing is.
        reach: How far symbolic execution came.
        limits: What this audit does not say, in words.
        verdicts: The verifiers' own words, whole.
        receipt: Signed statement; absent where the caller asked for none.
    """

    name: str
    verdict: Status
    reason: str
    acrisol: str
    started_at: AwareDatetime
    duration_s: float = Field(ge=0)
    deadline_s: float
    policy: Policy = Policy()
    scope: tuple[ScopedFile, ...]
    compiler: Compiler = Compiler()
    checks: tuple[Check, ...] = ()
    findings: tuple[AuditedFinding, ...] = ()
    tests: tuple[TestResult, ...] = ()
    gas: tuple[ContractGas, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()
    unmeasured: str = ""
    reach: tuple[Reach, ...] = ()
    limits: tuple[str, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    receipt: Receipt | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over the judged files' paths and digests, in hex: names what was audited."""
        judged = [f"{file.path}\x00{file.sha256}" for file in self.scope if file.role is Role.JUDGED]
        return digest("\x00".join(sorted(judged)))

    @property
    def blocking(self) -> tuple[AuditedFinding, ...]:
        """The findings that stand in the way of a pass."""
        return tuple(item for item in self.findings if item.blocks)

    @property
    def counts(self) -> dict[Severity, int]:
        """Findings by severity, the worst first; refuted and accepted ones are not counted."""
        standing = [
            item.finding.severity
            for item in self.findings
            if item.confirmation is not Confirmation.REFUTED and not item.accepted
        ]
        return {severity: standing.count(severity) for severity in reversed(Severity)}
