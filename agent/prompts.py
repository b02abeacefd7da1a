"""What the model is told. Task text goes in as it is: nothing in it is a template."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from pydantic import Field

from agent.extraction import Wanted
from agent.extraction.python_source import parse
from agent.quoting import clipped, fenced, plain
from models.chat import Message
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, Value

_NAMES = {
    Language.PYTHON: "Python 3",
    Language.JAVASCRIPT: "JavaScript (Node.js)",
    Language.TYPESCRIPT: "TypeScript (Node.js)",
    Language.JAVA: "Java 17",
    Language.GO: "Go",
    Language.RUST: "Rust",
    Language.C: "C17",
    Language.CPP: "C++17",
    Language.BASH: "Bash",
    Language.SOLIDITY: "Solidity 0.8",
}
_ENDING = "No explanations, no tests, no example calls."
_ENDINGS = {Language.SOLIDITY: "With licence and pragma lines. No explanations, no tests."}


def _system(language: Language) -> str:
    return (
        f"You write correct and secure {_NAMES[language]}. Answer with the complete code in one "
        f"```{language.value} block. {_ENDINGS.get(language, _ENDING)}"
    )


class PromptLimits(Value):
    """How much of each part a prompt may hold, in characters (about three make a token).

    The defaults suit a context of 8,000 tokens or more; see :data:`SMALL_CONTEXT`.

    Attributes:
        instruction: The task's text.
        files: The user's own files, all together.
        tests: Calls and expected results out of the tests; 0 hides the tests.
        code: The previous attempt; 0 leaves it out and puts the feedback into the first turn.
        feedback: What was wrong with it.
    """

    instruction: int = Field(default=12_000, ge=100)
    files: int = Field(default=6_000, ge=0)
    tests: int = Field(default=2_000, ge=0)
    code: int = Field(default=6_000, ge=0)
    feedback: int = Field(default=2_500, ge=100)


# Three thousand tokens at most, which leaves room for an answer in a context of 4,096. Without the previous
# attempt: shown its own wrong code, a model this small copies it (0 of 60 answers to feedback were right that
# way, 10 of 60 without; SmolLM2-135M, three tasks, temperature 0.7).
SMALL_CONTEXT = PromptLimits(instruction=4_000, files=1_000, tests=800, code=0, feedback=900)


def first_prompt(task: CodingTask, wanted: Wanted, limits: PromptLimits) -> tuple[Message, ...]:
    """The conversation that asks for a first attempt."""
    parts = [clipped(task.instruction.strip(), limits.instruction)]
    if task.files and limits.files:
        parts.append("The project already holds:")
        each = max(limits.files // len(task.files), 100)
        shown = task.files[: max(limits.files // 100, 1)]
        parts.extend(f"{file.path}\n{fenced(clipped(file.content, each))}" for file in shown)
    examples = _examples(task, wanted, limits.tests)
    if examples:
        parts.append(f"It must pass these tests:\n{fenced(examples, task.language.value)}")
    return (
        Message(role="system", content=_system(task.language)),
        Message(role="user", content="\n\n".join(parts)),
    )


def retry_prompt(
    task: CodingTask, wanted: Wanted, limits: PromptLimits, candidate: Candidate | None, feedback: str
) -> tuple[Message, ...]:
    """The conversation that asks for a better attempt.

    Args:
        task: What was asked for.
        wanted: What the answer is expected to hold.
        limits: How long the parts may be.
        candidate: The attempt that failed; None where there was no code in the answer.
        feedback: From :func:`agent.feedback.feedback_on`.
    """
    tag = task.language.value
    if not limits.code:
        *before, asked = first_prompt(task, wanted, limits)
        told = f"{asked.content}\n\nAn earlier answer was not right. {feedback}"
        return (*before, Message(role="user", content=told))
    answer = "(no code)" if candidate is None else _shown(candidate.files, tag, limits.code)
    ask = f"Answer with the whole corrected code in one ```{tag} block."
    return (
        *first_prompt(task, wanted, limits),
        Message(role="assistant", content=answer),
        Message(role="user", content=f"{feedback}\n\n{ask}"),
    )


def _shown(files: Sequence[SourceFile], tag: str, limit: int) -> str:
    if len(files) == 1:
        return fenced(clipped(files[0].content, limit), tag)
    each = max(limit // len(files), 100)
    return "\n\n".join(f"{file.path}\n{fenced(clipped(file.content, each), tag)}" for file in files)


def _examples(task: CodingTask, wanted: Wanted, limit: int) -> str:
    """The first assertions that fit, so that the model sees the names and the calls.

    Left out where the instruction itself holds the signature: it then says all that is needed, and
    benchmarks of that form do not show their tests.
    """
    if task.tests is None or wanted.stub or not limit:
        return ""
    kept: list[str] = []
    for line in _assertions(task.tests.files, task.tests.entry_point):
        if line in task.instruction or sum(map(len, kept)) + len(line) > limit:
            continue
        kept.append(line)
    if kept:
        return "\n".join(kept)
    if task.language is Language.PYTHON and any(parse(file.content) for file in task.tests.files):
        return ""
    return clipped(plain(task.tests.files[0].content), limit)


def _assertions(files: Sequence[SourceFile], entry_point: str | None) -> Iterator[str]:
    for file in files:
        tree = parse(file.content)
        lines = file.content.split("\n")
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.stmt) and _asserts(node):
                text = "\n".join(lines[node.lineno - 1 : node.end_lineno]).strip()
                yield re.sub(r"\bcandidate\b", entry_point, text) if entry_point else text


def _asserts(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assert):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr.startswith("assert")
    )
