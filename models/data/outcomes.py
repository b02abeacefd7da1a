"""From what the service did for its users to what a model learns: verified, and with consent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.chat import Message
from models.data.rendering import fenced
from models.data.rows import Origin, PreferenceRow, TrainingRow
from models.examining import Examiner, Judged
from verifiers.domain import Attempt, CodingTask, Outcome, OutcomeStatus, SourceFile, Status, Value

_MOST_REJECTED = 4  # attempts of one task: more of the same say nothing new
_SOURCE = "service"

Row = TrainingRow | PreferenceRow


class Said(Value):
    """What a user said of an outcome.

    Attributes:
        accepted: It was of use.
        corrected: The code as it should have been; None where nothing was corrected.
    """

    accepted: bool
    corrected: tuple[SourceFile, ...] | None = None


class Ended(Value):
    """A task that has ended, whose user agrees that models learn from it.

    Attributes:
        id: The task's; rows are named after it, so that they can be found when it is deleted.
        task: What was asked for.
        outcome: What came of it.
        said: What the user said last.
    """

    id: str
    task: CodingTask
    outcome: Outcome
    said: Said


def rows_of(ended: Ended, examiner: Examiner) -> Iterator[Row]:
    """All that a task teaches.

    A solution that passed every verifier, and that its user does not reject, is an answer to learn. An
    attempt that failed before it is worse than it, and the conversation that led from the one to the other
    is learnt as well. A user's correction is learnt as an answer, and is better than what was corrected,
    where it passes the same verifiers: people err, too.

    Args:
        ended: The task.
        examiner: Puts prompts, and judges corrections.

    Raises:
        ToolError: a correction could not be judged.
    """
    task, solution = ended.task, _solution(ended.outcome)
    asked = examiner.ask(task)
    if solution is not None and ended.said.accepted:
        answer = answer_of(solution.candidate.files, task)
        origin = _origin(ended, "outcome", solution)
        yield TrainingRow(prompt=asked, completion=(answer,), origin=origin)
        yield from _better_than(ended, asked, solution, answer, examiner)
    if ended.said.corrected is not None:
        yield from _corrected(ended, asked, ended.said.corrected, examiner)


def answer_of(files: Sequence[SourceFile], task: CodingTask) -> Message:
    """Code as the agent asks for it: a block, or several with their paths above them."""
    blocks = [fenced(file.content, task.language.value) for file in files]
    if len(files) > 1:
        blocks = [f"{file.path}\n{block}" for file, block in zip(files, blocks, strict=True)]
    return Message(role="assistant", content="\n\n".join(blocks))


def _solution(outcome: Outcome) -> Attempt | None:
    return outcome.solution if outcome.status is OutcomeStatus.SOLVED else None


def _better_than(
    ended: Ended, asked: tuple[Message, ...], solution: Attempt, answer: Message, examiner: Examiner
) -> Iterator[Row]:
    """The solution against the attempts that failed before it."""
    seen = {solution.candidate.digest}
    for attempt in ended.outcome.attempts:
        reason = _why(attempt)
        if attempt.candidate.digest in seen or not reason or len(seen) > _MOST_REJECTED:
            continue
        seen.add(attempt.candidate.digest)
        worse = answer_of(attempt.candidate.files, ended.task)
        if worse == answer:
            continue
        origin = _origin(ended, "repair", solution)
        yield PreferenceRow(prompt=asked, chosen=(answer,), rejected=(worse,), origin=origin, reason=reason)
        judged = Judged(attempt=attempt, passed=None, clean=None, accepted=False)
        prompt = examiner.ask_again(ended.task, judged)
        yield TrainingRow(prompt=prompt, completion=(answer,), origin=origin)


def _corrected(
    ended: Ended, asked: tuple[Message, ...], files: tuple[SourceFile, ...], examiner: Examiner
) -> Iterator[Row]:
    judged = examiner.judge_files(ended.task, [(file.path, file.content) for file in files])
    if not judged.accepted:
        return
    answer, origin = answer_of(files, ended.task), _origin(ended, "feedback", judged.attempt)
    yield TrainingRow(prompt=asked, completion=(answer,), origin=origin)
    last = _solution(ended.outcome) or (ended.outcome.attempts[-1] if ended.outcome.attempts else None)
    if last is None or not _is_code(last):
        return
    worse = answer_of(last.candidate.files, ended.task)
    if worse != answer:
        reason = "corrected by its user"
        yield PreferenceRow(prompt=asked, chosen=(answer,), rejected=(worse,), origin=origin, reason=reason)


def _why(attempt: Attempt) -> str:
    """Why an attempt is bad: the first finding's CWE or rule; empty where nobody says that it is."""
    if not _is_code(attempt):
        return ""
    failed = [verdict for verdict in attempt.verdicts if verdict.status is Status.FAILED]
    for verdict in failed:
        for finding in verdict.findings:
            return finding.cwe or finding.swc or f"{verdict.verifier}: {finding.rule}"
    return failed[0].verifier if failed else ""


def _is_code(attempt: Attempt) -> bool:
    """Whether there is code in it, and not an answer kept as text because there was none."""
    return all(verdict.verifier != "extraction" for verdict in attempt.verdicts)


def _origin(ended: Ended, method: str, attempt: Attempt) -> Origin:
    passed = (verdict.verifier for verdict in attempt.verdicts if verdict.status is Status.PASSED)
    return Origin(
        source=_SOURCE,
        id=ended.id,
        language=ended.task.language.value,
        method=method,
        verified=tuple(dict.fromkeys(passed)),
    )
