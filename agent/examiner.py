"""The agent's prompts and judgement without its loop, for those who examine or train a model."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from pydantic import ValidationError

from agent.budget import Stopwatch
from agent.extraction import Extraction, Found, extract, wanted_from
from agent.feedback import feedback_on, has_code, unusable
from agent.generation import kept_text
from agent.prompts import PromptLimits, first_prompt, retry_prompt
from agent.settings import AgentSettings
from agent.verification import OVERRUN_S, Verification
from agent.verifier_wiring import open_verifiers
from models.chat import Message
from models.examining import Judged
from verifiers.domain import Attempt, Candidate, CodingTask, SourceFile, Status, Verdict
from verifiers.policy import effective_status, in_force
from verifiers.validation import invalid_input
from verifiers.verifier import Stage, Verifier

_SCANS = (Stage.SCAN, Stage.DEEP_SCAN)


class AgentExaminer:
    """Implements :class:`models.examining.Examiner` with the verifiers that the agent uses.

    Args:
        verifiers: They belong to the caller, who closes them.
        limits: How long prompts may be.
    """

    def __init__(self, verifiers: Sequence[Verifier], limits: PromptLimits | None = None) -> None:
        self._verifiers = tuple(verifiers)
        self._limits = limits or PromptLimits()

    def ask(self, task: CodingTask) -> tuple[Message, ...]:
        """See :meth:`models.examining.Examiner.ask`."""
        return first_prompt(task, wanted_from(task), self._limits)

    def ask_again(self, task: CodingTask, judged: Judged) -> tuple[Message, ...]:
        """See :meth:`models.examining.Examiner.ask_again`."""
        attempt = judged.attempt
        candidate = attempt.candidate if has_code(attempt) else None
        feedback = feedback_on(task, attempt, self._limits.feedback)
        return retry_prompt(task, wanted_from(task), self._limits, candidate, feedback)

    def judge(self, task: CodingTask, answer: str, *, scan: bool = True) -> Judged:
        """See :meth:`models.examining.Examiner.judge`."""
        extraction = extract(answer, wanted_from(task))
        if extraction.found is Found.FILES:
            return self._judged(task, Candidate(files=extraction.files), scan=scan)
        return _without_code(answer, extraction)

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        """See :meth:`models.examining.Examiner.judge_files`."""
        try:
            sources = tuple(SourceFile(path=path, content=content) for path, content in files)
            candidate = Candidate(files=sources)
        except ValidationError as error:
            wrong = invalid_input(error)
            reason = f"The code can be no file: {wrong.field} {wrong.message}."
            text = "\n".join(content for _, content in files)
            return _without_code(text, Extraction(found=Found.NOTHING, reason=reason))
        return self._judged(task, candidate, scan=scan)

    def _judged(self, task: CodingTask, candidate: Candidate, *, scan: bool) -> Judged:
        policy = in_force(task).policy
        require = policy.for_language(task.language).require
        asked = [
            verifier
            for verifier in self._verifiers
            if (scan or verifier.stage not in _SCANS)
            and (verifier.name in require or verifier.applies_to(task))
        ]
        verification = Verification(
            task,
            asked,
            Stopwatch(task.budget, time.monotonic),
            threads=1,
            overrun_s=OVERRUN_S,
            should_stop=lambda: False,
        )
        verdicts: list[Verdict] = []
        for stage in Stage:
            found = verification.run(stage, {0: candidate}, {0: verdicts}, lambda key, verdict: None)
            verdicts.extend(found.get(0, ()))
        today = datetime.now(UTC).date()
        statuses = {verdict.verifier: effective_status(policy, verdict, today) for verdict in verdicts}

        def says(among: Sequence[Stage]) -> bool | None:
            """Yes only where everybody who was asked says so: the time may have ended before some began."""
            found = [statuses.get(verifier.name) for verifier in asked if verifier.stage in among]
            if Status.FAILED in found:
                return False
            return True if found and set(found) == {Status.PASSED} else None

        is_tested = task.tests is not None and any(verifier.stage is Stage.RUN for verifier in asked)
        tested = says((Stage.SCREEN, Stage.RUN)) if is_tested or says((Stage.SCREEN,)) is False else None
        return Judged(
            attempt=Attempt(number=1, candidate=candidate, verdicts=tuple(verdicts)),
            passed=tested,
            clean=says(_SCANS),
            accepted=verification.accepts(verdicts),
        )


def _without_code(text: str, extraction: Extraction) -> Judged:
    """A failure: there is nothing that could be run; the beginning of the text is kept."""
    candidate = Candidate(files=(kept_text(text, extraction),))
    attempt = Attempt(number=1, candidate=candidate, verdicts=(unusable(extraction, "stop"),))
    return Judged(attempt=attempt, passed=False, clean=None, accepted=False)


@contextmanager
def open_examiner(settings: AgentSettings, limits: PromptLimits | None = None) -> Iterator[AgentExaminer]:
    """An examiner by the agent's settings, with a sandbox of its own.

    Raises:
        SandboxUnavailable: no sandbox can be had.
    """
    with open_verifiers(settings) as verifiers:
        yield AgentExaminer(verifiers, limits)
