"""Mined answers as training rows: the code alone in one block, as the agent's prompt asks for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from models.adversarial.cases import AttackCase
from models.chat import Message
from models.data.rows import Origin, PreferenceRow, TrainingRow
from models.examining import Judged
from verifiers.domain import Language, SourceFile, Status
from verifiers.errors import InvalidInput
from verifiers.source_names import SUFFIXES

SOURCE = "acrisol adversarial mine"
_FENCE = re.compile(r"`{3,}")


def fenced(files: Sequence[SourceFile], language: Language) -> str:
    """Files as an answer: a block each, with its path above where there are several.

    The fence is longer than any within, so that code which holds fences stays one block.
    """
    return "\n\n".join(_block(file, language, named=len(files) > 1) for file in files)


def code_path(case: AttackCase, code: str) -> SourceFile:
    """A solution as the file that it is put into; the name hardly matters, an answer names none."""
    return SourceFile(path=f"solution{SUFFIXES[case.language][0]}", content=code)


def preference_row(
    case: AttackCase,
    prompt: tuple[Message, ...],
    chosen: str,
    rejected: str,
    judged: Judged,
    reason: str,
) -> PreferenceRow:
    """A pair of answers to an attack.

    Args:
        case: The attack, or the twin that was refused.
        prompt: The conversation.
        chosen: The better answer.
        rejected: The worse one.
        judged: What was found out about the better one.
        reason: Why it is better.
    """
    return PreferenceRow(
        prompt=prompt,
        chosen=(Message(role="assistant", content=chosen),),
        rejected=(Message(role="assistant", content=rejected),),
        origin=_origin(case, judged),
        reason=reason,
    )


def training_row(case: AttackCase, prompt: tuple[Message, ...], answer: str, judged: Judged) -> TrainingRow:
    """A good answer to an attack or to a twin."""
    return TrainingRow(
        prompt=prompt,
        completion=(Message(role="assistant", content=answer),),
        origin=_origin(case, judged),
    )


def lines_of(rows: Sequence[PreferenceRow | TrainingRow]) -> str:
    """Rows as JSONL."""
    return "".join(row.model_dump_json() + "\n" for row in rows)


def write_rows(path: Path, rows: Sequence[PreferenceRow | TrainingRow]) -> None:
    """Write rows as a JSONL file, whole or not at all.

    Raises:
        InvalidInput: it cannot be written.
    """
    draft = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(lines_of(rows), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InvalidInput("out", f"{path} cannot be written ({error.strerror}).") from error


def _origin(case: AttackCase, judged: Judged) -> Origin:
    passed = [verdict.verifier for verdict in judged.attempt.verdicts if verdict.status is Status.PASSED]
    return Origin(
        source=SOURCE, id=case.id, language=case.language.value, method="attack", verified=tuple(passed)
    )


def _block(file: SourceFile, language: Language, *, named: bool) -> str:
    longest = max((len(run) for run in _FENCE.findall(file.content)), default=2)
    fence = "`" * (longest + 1)
    path = f"{file.path}\n" if named else ""
    return f"{path}{fence}{language.value}\n{file.content.strip(chr(10))}\n{fence}"
