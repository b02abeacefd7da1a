"""Fakes for unit tests of our own logic: small, honest, and the only ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.chat import Completion, Completions, Message
from verifiers.domain import Candidate, CodingTask, Sampling, Usage, Verdict
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult
from verifiers.verifier import Stage


class ScriptedModel:
    """Answers each call with the next entry of ``script``: the texts of that call's samples."""

    def __init__(self, script: Sequence[Sequence[str]], name: str = "scripted") -> None:
        self.name = name
        self.endpoint = "scripted"
        self.calls: list[tuple[Message, ...]] = []
        self._script = list(script)

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        self.calls.append(tuple(messages))
        texts = self._script.pop(0)
        return Completions(
            samples=tuple(Completion(text=text) for text in texts),
            usage=Usage(prompt_tokens=10, completion_tokens=10 * len(texts)),
            model=self.name,
        )

    def close(self) -> None:
        return None


class FunctionVerifier:
    """A verifier that is one Python function."""

    def __init__(
        self,
        judge: Callable[[Candidate], Verdict],
        name: str = "fake",
        stage: Stage = Stage.RUN,
    ) -> None:
        self.name = name
        self.stage = stage
        self.seen: list[Candidate] = []
        self._judge = judge

    def applies_to(self, task: CodingTask) -> bool:
        return True

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        self.seen.append(candidate)
        return self._judge(candidate)


class FakeClock:
    """A clock that stands still until it is turned; seconds since the epoch."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += seconds


class FakeBroker:
    """Remembers whom it was asked to wake; raises ``trouble`` instead while that is set."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.waiting = 0
        self.trouble: Exception | None = None

    def wake(self, job_id: str) -> None:
        if self.trouble:
            raise self.trouble
        self.woken.append(job_id)

    def depth(self) -> int:
        if self.trouble:
            raise self.trouble
        return self.waiting


class ScriptedSandbox:
    """Answers each run with the next entry of ``script``, and keeps the jobs."""

    def __init__(self, script: Sequence[ExecResult]) -> None:
        self.name = "scripted"
        self.jobs: list[Job] = []
        self._script = list(script)

    def run(self, job: Job) -> ExecResult:
        self.jobs.append(job)
        return self._script.pop(0)

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        raise AssertionError("nothing here runs two linked jobs")

    def close(self) -> None:
        return None
