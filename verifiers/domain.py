"""The one vocabulary: frozen values that every layer speaks.

The same objects are the HTTP body, the Celery message, the graph's state and the training row. They are all
JSON-safe (``model_dump(mode="json")`` and ``model_validate`` are inverse) and refuse unknown fields.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, JsonValue, model_validator

from verifiers.policy_values import Policy as Policy
from verifiers.terms import Confirmation as Confirmation
from verifiers.terms import Judging as Judging
from verifiers.terms import Language as Language
from verifiers.terms import Severity as Severity
from verifiers.values import MAX_FILE_BYTES as MAX_FILE_BYTES
from verifiers.values import MAX_FILES as MAX_FILES
from verifiers.values import Files as Files
from verifiers.values import InnerPath as InnerPath
from verifiers.values import SourceFile as SourceFile
from verifiers.values import Text as Text
from verifiers.values import Value as Value
from verifiers.values import checked_text
from verifiers.values import digest as digest

MAX_INSTRUCTION_CHARS = 100_000


class TestSuite(Value):
    """Tests that the user gives.

    Attributes:
        files: The test files. A Python file may hold pytest tests, ``unittest`` cases, plain asserts at its
            top level, or a HumanEval-style ``check(candidate)``. For what other languages' files may hold,
            see ``docs/languages.md``.
        entry_point: The name of the function that ``check(candidate)`` receives; only needed for that style
            and where the name cannot be seen in the instruction.
    """

    __test__ = False  # not a pytest class, whatever its name

    files: Annotated[Files, Field(min_length=1)]
    entry_point: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)


class Budget(Value):
    """What a task may spend; the first limit reached ends the loop.

    Attributes:
        attempts: Rounds of generate and verify.
        samples: Candidates asked for in each round.
        tokens: Prompt and completion tokens over all rounds.
        seconds: Wall-clock seconds over all rounds.
    """

    attempts: int = Field(default=5, ge=1, le=50)
    samples: int = Field(default=4, ge=1, le=64)
    tokens: int = Field(default=100_000, ge=1, le=10_000_000)
    seconds: float = Field(default=300.0, gt=0, le=86_400, allow_inf_nan=False)


class CodingTask(Value):
    """What a user asks for."""

    language: Language = Language.PYTHON
    # The limits come before the validator: behind it pydantic would speak of items instead of characters.
    instruction: Annotated[
        str, Field(min_length=1, max_length=MAX_INSTRUCTION_CHARS), AfterValidator(checked_text)
    ]
    files: Files = ()
    tests: TestSuite | None = None
    policy: Policy = Policy()
    budget: Budget = Budget()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.instruction.strip():
            raise ValueError("instruction is empty: say what the code should do")
        return self

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the task, in hex."""
        return digest(self.model_dump_json())


class Sampling(Value):
    """How completions are drawn.

    Attributes:
        temperature: 0 is greedy.
        top_p: Nucleus mass, in (0, 1].
        max_tokens: Completion tokens a sample.
        seed: Makes a server that honours seeds repeat itself.
    """

    temperature: float = Field(default=0.7, ge=0, le=2, allow_inf_nan=False)
    top_p: float = Field(default=0.95, gt=0, le=1, allow_inf_nan=False)
    max_tokens: int = Field(default=512, ge=1, le=131_072)
    seed: int | None = Field(default=None, ge=0, lt=2**31)


class Candidate(Value):
    """Code that is to be judged: a model's answer or, for ``acrisol verify``, a person's file."""

    files: Annotated[Files, Field(min_length=1)]
    model: str = "human"
    sampling: Sampling | None = None
    prompt_digest: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over paths and contents alone, so that identical code is verified once."""
        return digest("\x00".join(part for file in self.files for part in (file.path, file.content)))


class Location(Value):
    """A place in a file; lines and columns count from 1."""

    path: str
    line: int = Field(ge=1)
    end_line: int | None = Field(default=None, ge=1)
    column: int | None = Field(default=None, ge=1)


class Finding(Value):
    """Something a verifier holds against a candidate.

    Attributes:
        rule: The tool's rule id, such as ``python.sql-injection`` or ``SWC-107``, or a failing test's id.
        message: What is wrong, in words.
        fix: What to do about it; goes to the model as feedback.
        severity: How bad it is.
        cwe: ``CWE-89`` and the like.
        swc: ``SWC-107`` and the like.
        owasp: ``A03:2021`` and the like.
        location: Where.
        counterexample: Inputs or a transaction sequence that show it.
        anchor: Stands for the flagged lines' text; set by ``verifiers.reports.normalise``.
        confirmation: What an attack on it came to; None where none is tried (other languages, other rules).
        attack_test: Source of the test that carries the attack out; empty if there is none.
    """

    rule: str
    message: str
    severity: Severity
    fix: str = ""
    cwe: str | None = None
    swc: str | None = None
    owasp: str | None = None
    location: Location | None = None
    counterexample: str | None = None
    anchor: str = Field(default="", pattern=r"^([0-9a-f]{16})?$")
    confirmation: Confirmation | None = None
    attack_test: str = ""

    @property
    def fingerprint(self) -> str:
        """Names the finding; 16 hex characters.

        With an anchor: the same weakness (CWE, else SWC, else rule) in the same lines of the same file,
        wherever in it they stand. Without one: the same rule at the same line.
        """
        path = self.location.path if self.location else ""
        if self.anchor:
            return digest("\x00".join((self.cwe or self.swc or self.rule, path, self.anchor)))[:16]
        line = str(self.location.line) if self.location else ""
        return digest("\x00".join((self.rule, path, line)))[:16]


class Status(StrEnum):
    """A verifier's answer. Only ``passed`` is positive evidence."""

    PASSED = "passed"
    FAILED = "failed"  # the candidate is bad
    INCOMPLETE = "incomplete"  # not everything was looked at: says nothing good about the candidate
    ERROR = "error"  # the tool broke: says nothing about the candidate


class Verdict(Value):
    """What one verifier found out about one candidate.

    Attributes:
        verifier: The verifier's registry name.
        status: See :class:`Status`.
        summary: One line for a person.
        findings: What is held against the candidate.
        evidence: What the status rests on: test ids that ran, limits that were hit, isolation, rule digest.
        tool: Name and version of the tool that was run.
        duration_s: Wall-clock seconds.
        apart_from_findings: What ``failed`` would be if none of the findings counted: ``passed`` only where
            all was looked at and every finding that blocks is listed. The default says that the failure
            does not rest on the findings alone, so that no suppression can lift it.
    """

    verifier: str
    status: Status
    summary: str
    findings: tuple[Finding, ...] = ()
    evidence: dict[str, JsonValue] = Field(default={})
    tool: str = ""
    duration_s: float = Field(default=0.0, ge=0)
    apart_from_findings: Status = Status.FAILED


class Attempt(Value):
    """One candidate with its verdicts.

    Attributes:
        number: The round, from 1.
        sample: The sample within the round, from 1.
        candidate: The code.
        verdicts: In the order in which the verifiers ran; later stages are absent once one has failed.
        feedback: What was told to the model after this attempt; empty if nothing was.
    """

    number: int = Field(ge=1)
    sample: int = Field(default=1, ge=1)
    candidate: Candidate
    verdicts: tuple[Verdict, ...] = ()
    feedback: str = ""


class Usage(Value):
    """Tokens that a model read and wrote."""

    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)

    @property
    def total(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
        )


class OutcomeStatus(StrEnum):
    """How a task ends."""

    SOLVED = "solved"  # a candidate passed every verifier that the policy asks for
    EXHAUSTED = "exhausted"  # the budget ended first
    REFUSED = "refused"  # the model refused every time
    NEEDS_REVIEW = "needs_review"  # a person has to decide
    CANCELLED = "cancelled"


class Receipt(Value):
    """A signed statement of what was done; see ``verifiers.receipt``.

    Attributes:
        statement: What is signed, as canonical JSON (sorted keys, no spaces).
        key_id: First 16 hex characters of the SHA-256 of the raw public key.
        public_key: Raw Ed25519 public key, base64.
        signature: Ed25519 signature over the statement's UTF-8 bytes, base64.
    """

    statement: str
    key_id: str
    public_key: str
    signature: str


class Outcome(Value):
    """A task's end, with everything it rests on.

    Attributes:
        status: See :class:`OutcomeStatus`.
        reason: One sentence for a person.
        solution: The accepted attempt; only present when solved.
        attempts: All attempts, in order.
        tests: Where the tests came from: ``given`` or ``none given``.
        usage: Tokens spent.
        duration_s: Wall-clock seconds.
        receipt: Signed statement; absent where the caller asked for none.
    """

    status: OutcomeStatus
    reason: str
    solution: Attempt | None = None
    attempts: tuple[Attempt, ...] = ()
    tests: str = "none given"
    usage: Usage = Usage()
    duration_s: float = Field(default=0.0, ge=0)
    receipt: Receipt | None = None


class Event(Value):
    """Something that happened while a task ran, for live progress.

    Attributes:
        kind: ``attempt_started``, ``candidate``, ``verdict``, ``feedback``, ``outcome``.
        attempt: The round, from 1; 0 where none applies.
        sample: The sample, from 1; 0 where none applies.
        data: The kind's value in JSON form (a Candidate, a Verdict, ...).
    """

    kind: str
    attempt: int = 0
    sample: int = 0
    data: dict[str, Any] = Field(default={})
