"""The agent's prompts and judgement without its loop, for those who examine or train a model."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from agent.budget import Stopwatch
from agent.extraction import Found, extract, wanted_from
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
        candidate = Candidate(files=(kept_text(answer, extraction),))
        attempt = Attempt(number=1, candidate=candidate, verdicts=(unusable(extraction, "stop"),))
        return Judged(attempt=attempt, passed=False, clean=None, accepted=False)

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        """See :meth:`models.examining.Examiner.judge_files`."""
        sources = tuple(SourceFile(path=path, content=content) for path, content in files)
        return self._judged(task, Candidate(files=sources), scan=scan)

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
        stages = verification.stages
        today = datetime.now(UTC).date()

        def says(among: Sequence[Stage]) -> bool | None:
            among_them = [verdict for verdict in verdicts if stages[verdict.verifier] in among]
            statuses = {effective_status(policy, verdict, today) for verdict in among_them}
            if Status.FAILED in statuses:
                return False
            return True if statuses == {Status.PASSED} else None

        tested = says((Stage.SCREEN, Stage.RUN)) if task.tests or says((Stage.SCREEN,)) is False else None
        return Judged(
            attempt=Attempt(number=1, candidate=candidate, verdicts=tuple(verdicts)),
            passed=tested,
            clean=says(_SCANS),
            accepted=verification.accepts(verdicts),
        )


@contextmanager
def open_examiner(settings: AgentSettings, limits: PromptLimits | None = None) -> Iterator[AgentExaminer]:
    """An examiner by the agent's settings, with a sandbox of its own.

    Raises:
        SandboxUnavailable: no sandbox can be had.
    """
    with open_verifiers(settings) as verifiers:
        yield AgentExaminer(verifiers, limits)
