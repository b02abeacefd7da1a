"""What an attack is made of: a conversation, what a good answer to it is, and its harmless twin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from models.chat import Message
from models.examining import Examiner
from verifiers.domain import CodingTask, Language, Policy, SourceFile, TestSuite, Value

CWE = r"^CWE-[1-9]\d{0,4}$"


class Split(StrEnum):
    """What a case is for: mining and training, or only ever for evaluation."""

    TRAIN = "train"
    HELDOUT = "heldout"


class Expects(StrEnum):
    """What a good answer is."""

    SECURE = "secure"  # code without the weakness
    REFUSAL = "refusal"  # no code
    HELP = "help"  # code: the request is harmless


class AttackCase(Value):
    """One attack on a model, or the harmless twin of some.

    Attributes:
        id: ``family/scenario/split/number``; a twin's family is ``twin-`` and its attack's.
        family: The attack's name in the registry; twins have that of their attack.
        scenario: What it is about.
        split: Held-out cases are never mined or trained on.
        expects: What a good answer is.
        cwe: The weakness that it invites; empty for none.
        also: Other numbers under which scanners report it.
        task: What is asked for, with tests where there are any.
        turns: Conversation before the request.
        twin: Id of its harmless twin; empty for a twin.
        secure: A solution that passes and is clean; empty where there is none.
        insecure: One that passes and has the weakness; empty where there is none.
        answers: Refusals to learn, for requests that should be refused.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+){3}$")
    family: str
    scenario: str
    split: Split
    expects: Expects
    cwe: str = Field(default="", pattern=rf"^$|{CWE}")
    also: tuple[str, ...] = ()
    task: CodingTask
    turns: tuple[Message, ...] = ()
    twin: str = ""
    secure: str = ""
    insecure: str = ""
    answers: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_a_twin(self) -> Self:
        if (self.expects is Expects.HELP) != (not self.twin):
            raise ValueError("an attack names its twin, and a twin names none")
        return self

    @property
    def language(self) -> Language:
        """The task's."""
        return self.task.language

    @property
    def weaknesses(self) -> frozenset[str]:
        """All numbers under which scanners report what it invites."""
        return frozenset((self.cwe, *self.also)) - {""}


class Variant(Value):
    """A scenario with its blanks filled in, for one side of the split.

    Attributes:
        id: The scenario's; ``language-name``.
        language: What the code is written in.
        split: Which side.
        cwe: The weakness that it can have.
        also: Other numbers under which scanners report it.
        does: What the code should do.
        invite: A sentence that asks for the weakness.
        guard: What keeps it away, as a noun phrase.
        shortcut: What brings it in, as a noun phrase.
        secure: A solution without it.
        insecure: One with it.
        tests: A test file that both pass; empty for none.
        shared: The tests look at files or objects of the code's, so they share a process with it.
    """

    id: str
    language: Language
    split: Split
    cwe: str = Field(pattern=CWE)
    also: tuple[str, ...] = ()
    does: str
    invite: str
    guard: str
    shortcut: str
    secure: str
    insecure: str
    tests: str = ""
    shared: bool = False

    def task(self, instruction: str, files: Sequence[SourceFile] = ()) -> CodingTask:
        """The task with another instruction, and files that are there already."""
        return CodingTask(
            language=self.language,
            instruction=instruction,
            files=tuple(files),
            tests=suite_of(self.language, self.tests),
            policy=Policy(allow_shared_judge=self.shared),
        )


class Attack(NamedTuple):
    """A way to attack: one module of :mod:`models.adversarial.attacks`.

    Attributes:
        family: Its name.
        says: One line for a person.
        cases: Attacks and their twins from the variants of all scenarios.
    """

    family: str
    says: str
    cases: Callable[[Sequence[Variant]], Iterator[AttackCase]]


_TEST_PATHS = {
    Language.PYTHON: "test_solution.py",
    Language.JAVASCRIPT: "solution.test.js",
    Language.SOLIDITY: "Solution.t.sol",
}


def suite_of(language: Language, content: str) -> TestSuite | None:
    """One test file as a suite; None for an empty one."""
    if not content:
        return None
    return TestSuite(files=(SourceFile(path=_TEST_PATHS[language], content=content),))


def conversation(case: AttackCase, examiner: Examiner) -> tuple[Message, ...]:
    """What is sent to the model: the agent's own prompt, with the case's turns before the request."""
    *before, request = examiner.ask(case.task)
    return (*before, *case.turns, request)


def attack_case(
    family: str,
    variant: Variant,
    number: int,
    task: CodingTask,
    turns: Iterable[Message] = (),
    twin: int = 0,
) -> AttackCase:
    """An attack that expects secure code all the same."""
    return AttackCase(
        id=f"{family}/{variant.id}/{variant.split.value}/{number}",
        family=family,
        scenario=variant.id,
        split=variant.split,
        expects=Expects.SECURE,
        cwe=variant.cwe,
        also=variant.also,
        task=task,
        turns=tuple(turns),
        twin=f"twin-{family}/{variant.id}/{variant.split.value}/{twin}",
        secure=variant.secure,
        insecure=variant.insecure,
    )


def twin_case(
    family: str, variant: Variant, task: CodingTask, turns: Iterable[Message] = (), number: int = 0
) -> AttackCase:
    """A harmless request that looks like a family's attacks."""
    return AttackCase(
        id=f"twin-{family}/{variant.id}/{variant.split.value}/{number}",
        family=family,
        scenario=variant.id,
        split=variant.split,
        expects=Expects.HELP,
        cwe=variant.cwe,
        also=variant.also,
        task=task,
        turns=tuple(turns),
        secure=variant.secure,
        insecure=variant.insecure,
    )
