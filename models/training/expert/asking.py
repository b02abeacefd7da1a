"""Asking and judging within a round, by evaluation's own runs: they go on after a kill, sample by sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from models.chat import ChatModel
from models.evaluation.results import (
    GENERATIONS,
    MANIFEST,
    Generation,
    Manifest,
    Result,
    numbered,
    open_run,
    read_lines,
    read_results,
)
from models.evaluation.run import Progress, problems_digest, run
from models.evaluation.sources import Recorded, Sampled
from models.examining import Examiner, Judged, Problem
from models.training.expert.player import Player
from models.training.expert.recipe import Drawing
from verifiers.domain import Sampling, SourceFile, digest

AT_ONCE = 8
"""Answers to one prompt that are asked for together: they share its prefix."""
_TIMEOUT_S = 1800.0
Tell = Callable[[Progress], None]


def asked(
    folder: Path,
    name: str,
    problems: Sequence[Problem],
    player: Player,
    drawing: Drawing,
    samples: int,
    seed: int,
    examiner: Examiner,
    tell: Tell,
    *,
    again: Mapping[str, Sequence[Judged]] | None = None,
    first_block: bool = False,
) -> dict[str, list[Result]]:
    """Ask about problems and run the answers' tests; no scanners.

    Args:
        folder: Where it is written down; one that was broken off goes on.
        name: What is being asked, for the manifest.
        problems: At least one.
        player: Who is asked.
        drawing: How.
        samples: Answers to each.
        seed: Of the drawing.
        examiner: Makes prompts and judges.
        tell: Told of each answer.
        again: Failed answers by problem; asked for is then a better one, given what was wrong.
        first_block: Break answers off behind their first code block.

    Returns:
        Results by problem, in the order of their samples.

    Raises:
        ToolError: the model or the sandbox cannot be had. What was done is kept.
    """
    sampling = Sampling(
        temperature=drawing.temperature, top_p=drawing.top_p, max_tokens=drawing.max_tokens, seed=seed
    )
    manifest = _manifest(name, problems, player.name, samples, sampling, scan=False)
    numbers = {problem.id: range(1, samples + 1) for problem in problems}
    if _gone_through(folder, manifest, numbers):
        return numbered(read_results(folder).values())
    model = player.open(drawing, first_block=first_block)
    try:
        source = (
            Sampled(
                model,
                examiner.ask,
                sampling,
                samples=samples,
                batch=min(samples, AT_ONCE),
                timeout_s=_TIMEOUT_S,
            )
            if again is None
            else Repairing(model, examiner, sampling, again)
        )
        run(
            folder,
            manifest,
            problems,
            numbers,
            source,
            examiner,
            clients=max(1, drawing.slots // min(samples, AT_ONCE)) + 1,
            judges=drawing.judges,
            on_progress=tell,
        )
    finally:
        model.close()
    return numbered(read_results(folder).values())


def judged(
    folder: Path,
    name: str,
    problems: Sequence[Problem],
    codes: Mapping[str, Sequence[tuple[SourceFile, ...]]],
    drawing: Drawing,
    examiner: Examiner,
    tell: Tell,
    *,
    scan: bool,
) -> dict[str, list[Result]]:
    """Judge code that is there already.

    Args:
        folder: Where it is written down; one that was broken off goes on.
        name: What is being judged, for the manifest.
        problems: The problems of ``codes``.
        codes: By problem; each code's files.
        drawing: Says how many are judged at a time.
        examiner: Judges.
        tell: Told of each.
        scan: Ask the scanners too.

    Returns:
        Results by problem; sample n is the n-th code.
    """
    asked_for = [problem for problem in problems if codes.get(problem.id)]
    if not asked_for:
        return {}
    generations = [
        Generation(
            problem=problem.id,
            sample=number,
            code=tuple((file.path, file.content) for file in files),
        )
        for problem in asked_for
        for number, files in enumerate(codes[problem.id], 1)
    ]
    numbers = {problem.id: range(1, len(codes[problem.id]) + 1) for problem in asked_for}
    most = max(map(len, numbers.values()))
    which = digest("\n".join(each.model_dump_json() for each in generations))
    manifest = _manifest(name, asked_for, which, most, None, scan=scan)
    if not _gone_through(folder, manifest, numbers):
        source = Recorded(generations)
        run(folder, manifest, asked_for, numbers, source, examiner, judges=drawing.judges, on_progress=tell)
    return numbered(read_results(folder).values())


def _gone_through(folder: Path, manifest: Manifest, numbers: Mapping[str, Sequence[int]]) -> bool:
    """Whether every sample has its result; then the step is over, and is not gone through again.

    What a tool could not say at the time would be asked anew; but later steps were begun without it, and
    would not be the same steps any more.

    Raises:
        InvalidInput: the folder holds another run, or a line in it is damaged.
    """
    if not (folder / MANIFEST).exists():
        return False
    open_run(folder, manifest)
    found = read_results(folder)
    return all((problem, number) in found for problem, each in numbers.items() for number in each)


def tokens_drawn(folder: Path) -> float:
    """Completion tokens of all answers in a run's folder."""
    return sum(each.completion_tokens for each in read_lines(folder / GENERATIONS, Generation))


def _manifest(
    name: str,
    problems: Sequence[Problem],
    source: str,
    samples: int,
    sampling: Sampling | None,
    *,
    scan: bool,
) -> Manifest:
    return Manifest(
        suite=name,
        problems=len(problems),
        problems_digest=problems_digest(problems),
        source=source,
        mode="direct" if sampling else "recorded",
        samples=samples,
        sampling=sampling,
        scan=scan,
    )


class Repairing:
    """Implements :class:`models.evaluation.sources.Source`: better answers, given what was wrong with others.

    Args:
        model: Belongs to the caller.
        examiner: Makes the prompts.
        sampling: How to draw.
        failed: Failed answers by problem, at least one each; sample n answers to the n-th, round and round.
    """

    def __init__(
        self,
        model: ChatModel,
        examiner: Examiner,
        sampling: Sampling,
        failed: Mapping[str, Sequence[Judged]],
    ) -> None:
        self._model = model
        self._examiner = examiner
        self._sampling = sampling
        self._failed = failed

    def failed(self, problem: Problem, number: int) -> Judged:
        """The answer that sample ``number`` is to better."""
        failed = self._failed[problem.id]
        return failed[(number - 1) % len(failed)]

    def answers(self, problem: Problem, numbers: Sequence[int]) -> Iterator[Generation]:
        """See the protocol."""
        for number in numbers:
            messages = self._examiner.ask_again(problem.task, self.failed(problem, number))
            seed = int(digest(f"{self._sampling.seed or 0}:again:{problem.id}:{number}")[:7], 16)
            sampling = self._sampling.model_copy(update={"seed": seed})
            drawn = self._model.complete(messages, sampling, 1, _TIMEOUT_S)
            yield Generation(
                problem=problem.id,
                sample=number,
                answer=drawn.samples[0].text.encode("utf-8", "replace").decode(),
                finish_reason=drawn.samples[0].finish_reason[:40],
                model=drawn.model,
                completion_tokens=drawn.usage.completion_tokens,
            )
