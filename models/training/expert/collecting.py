"""A round's material: answers sampled and judged, the right ones tidied and scanned, rows made of all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from pydantic import Field

from models.data.row_files import write_rows
from models.evaluation.results import Result
from models.evaluation.run import Progress
from models.examining import Examiner, Judged, Problem
from models.training.dataset import read_rows
from models.training.expert.answers import chosen, tidied
from models.training.expert.asking import asked, judged, tokens_drawn
from models.training.expert.player import Player
from models.training.expert.problems import Problems, extra_rows
from models.training.expert.recipe import ExpertRecipe
from models.training.expert.report import Score, score_of
from models.training.expert.rows import Found, rows_of
from verifiers.domain import Candidate, Language, SourceFile, Value

Teller = Callable[[str], Callable[[Progress], None]]
_SOLUTION = "solution.py"
_SPARE = 2
"""Right answers that are tidied and judged anew for each one that can be kept."""


class Collected(Value):
    """What a round's sampling came to; see :class:`models.training.expert.report.Round`."""

    sampled: Score | None = None
    repaired: Score | None = None
    right: int
    solved: int
    rows: dict[str, int]
    rejected: dict[str, int]
    tokens: int
    seconds: dict[str, float] = Field(default={})


class Collection:
    """What is known of the training tasks, growing round by round.

    Args:
        recipe: What to ask and keep.
        problems: The tasks.
        folder: The run's.
        examiner: Makes prompts and judges.
    """

    def __init__(self, recipe: ExpertRecipe, problems: Problems, folder: Path, examiner: Examiner) -> None:
        self._recipe = recipe
        self._problems = problems
        self._folder = folder
        self._examiner = examiner
        self._found: dict[str, Found] = {problem.id: Found() for problem in problems.training}
        self._rejected: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}

    def round(self, number: int, place: Path, player: Player, teller: Teller) -> Collected:
        """Do what is missing of a round's sampling and judging, and write its rows.

        Args:
            number: The round, from 1; each comes once, in order.
            place: Its folder.
            player: Who is asked.
            teller: Told how each step goes on.

        Raises:
            ToolError: the model or the sandbox cannot be had. What was done is kept.
        """
        self._seconds = {}
        if number == 1 and self._recipe.references.use != "none":
            self._timed("judge", lambda: self._take_references(teller("judge")))
        results: dict[str, list[Result]] = {}
        again: dict[str, list[Result]] = {}
        if number > 1 or not self._recipe.references.first:
            todo = [p for p in self._problems.training if self._open(p)] or list(self._problems.training)
            results = self._timed("sample", lambda: self._sampled(number, place, player, todo, teller))
            self._timed("judge", lambda: self._take(place / "kept", results, teller("judge")))
            again = self._timed("repair", lambda: self._repaired(number, place, player, teller))
        counts = self._rows(place)
        return Collected(
            sampled=score_of(results) if results else None,
            repaired=score_of(again) if again else None,
            right=sum(len(mine.right) for mine in self._found.values()),
            solved=sum(bool(mine.right) for mine in self._found.values()),
            rows=dict(counts),
            rejected=dict(self._rejected),
            tokens=round(sum(tokens_drawn(place / name) for name in ("samples", "repairs"))),
            seconds=self._seconds,
        )

    def _rows(self, place: Path) -> Counter[str]:
        """Write the round's rows, unless they are there, and count them by kind and method."""
        path = place / "rows.jsonl"
        if path.exists():
            rows = (placed.row for placed in read_rows([path], "rows"))
            return Counter(f"{row.kind} {row.origin.method}" for row in rows)
        own = rows_of(self._problems.training, self._found, self._recipe, self._examiner)
        mixed_in = extra_rows(self._recipe, self._problems.guard)
        counts = write_rows(chain(own, mixed_in), place / "rows")
        (place / "rows" / "sft.jsonl").replace(path)
        return counts

    def _open(self, problem: Problem) -> bool:
        return len(self._found[problem.id].right) < self._recipe.drawing.enough

    def _timed(self, step: str, work: Callable[[], dict[str, list[Result]]]) -> dict[str, list[Result]]:
        began = time.monotonic()
        found = work()
        self._seconds[step] = round(self._seconds.get(step, 0.0) + time.monotonic() - began, 1)
        return found

    def _take_references(self, tell: Callable[[Progress], None]) -> dict[str, list[Result]]:
        codes = {
            problem.id: [tidied((SourceFile(path=_SOLUTION, content=problem.reference),), Language.PYTHON)]
            for problem in self._problems.training
            if problem.reference.strip() and problem.task.language is Language.PYTHON
        }
        results = self._judge(self._folder / "references", "references", codes, tell)
        for problem, each in results.items():
            for result in each:
                if self._good(result) and result.judged:
                    self._found[problem].add_reference(result.judged)
        return results

    def _sampled(
        self, number: int, place: Path, player: Player, todo: Sequence[Problem], teller: Teller
    ) -> dict[str, list[Result]]:
        drawing = self._recipe.drawing
        return asked(
            place / "samples",
            f"round {number}",
            todo,
            player,
            drawing,
            drawing.samples,
            drawing.seed + number,
            self._examiner,
            teller("sample"),
            first_block=drawing.first_block,
        )

    def _take(
        self, place: Path, results: Mapping[str, Sequence[Result]], tell: Callable[[Progress], None]
    ) -> dict[str, list[Result]]:
        """Take up failures, and right answers once they are tidied, judged anew and scanned."""
        codes: dict[str, list[tuple[SourceFile, ...]]] = {}
        for problem in self._problems.training:
            for result in results.get(problem.id, ()):
                if result.judged is not None and result.judged.passed is False:
                    self._found[problem.id].add_failed(result.judged)
            codes[problem.id] = [each.files for each in self._tidy(problem, results.get(problem.id, ()))]
        again = self._judge(place, place.parent.name, codes, tell)
        for name, each in again.items():
            for result in each:
                if self._good(result) and result.judged:
                    self._found[name].add_right(result.judged)
        return again

    def _tidy(self, problem: Problem, results: Sequence[Result]) -> list[Candidate]:
        """Right answers that are new, each as it would be learnt."""
        known = {candidate.digest for candidate in self._found[problem.id].right}
        tidy = [
            candidate.model_copy(update={"files": tidied(candidate.files, problem.task.language)})
            for result in results
            if result.passed and result.judged is not None
            for candidate in (result.judged.attempt.candidate,)
        ]
        new = [candidate for candidate in tidy if candidate.digest not in known]
        return chosen(new, _SPARE * self._recipe.keep.per_task)

    def _judge(
        self,
        place: Path,
        name: str,
        codes: Mapping[str, Sequence[tuple[SourceFile, ...]]],
        tell: Callable[[Progress], None],
    ) -> dict[str, list[Result]]:
        return judged(
            place,
            name,
            self._problems.training,
            codes,
            self._recipe.drawing,
            self._examiner,
            tell,
            scan=self._recipe.keep.scan,
        )

    def _good(self, result: Result) -> bool:
        """Whether a code may be learnt from; counts why one that passed may not."""
        if not result.passed or result.judged is None:
            return False
        if self._recipe.keep.scan and not result.judged.accepted:
            self._rejected["scan"] += 1
            return False
        files = result.judged.attempt.candidate.files
        if any(self._problems.guard.problem_in(file.content) for file in files):
            self._rejected["held out"] += 1
            return False
        return True

    def _repaired(self, number: int, place: Path, player: Player, teller: Teller) -> dict[str, list[Result]]:
        """Ask for better answers to tasks that have none, and take up those that are right."""
        recipe = self._recipe
        failed: dict[str, Sequence[Judged]] = {
            name: mine.failed for name, mine in self._found.items() if mine.failed and not mine.right
        }
        if not recipe.repairs.samples or not failed:
            return {}
        results = asked(
            place / "repairs",
            f"repairs of round {number}",
            [problem for problem in self._problems.training if problem.id in failed],
            player,
            recipe.drawing,
            recipe.repairs.samples,
            recipe.drawing.seed + number,
            self._examiner,
            teller("repair"),
            again=failed,
            first_block=recipe.drawing.first_block,
        )
        self._take_repairs(place / "mended", results, failed, teller("judge"))
        return results

    def _take_repairs(
        self,
        place: Path,
        results: Mapping[str, Sequence[Result]],
        failed: Mapping[str, Sequence[Judged]],
        tell: Callable[[Progress], None],
    ) -> None:
        codes: dict[str, list[tuple[SourceFile, ...]]] = {}
        bettered: dict[str, list[Judged]] = {}
        for problem in self._problems.training:
            for result in results.get(problem.id, ()):
                if result.passed and result.judged is not None:
                    files = tidied(result.judged.attempt.candidate.files, problem.task.language)
                    codes.setdefault(problem.id, []).append(files)
                    mine = failed[problem.id]
                    bettered.setdefault(problem.id, []).append(mine[(result.sample - 1) % len(mine)])
        for name, each in self._judge(place, place.parent.name, codes, tell).items():
            for result in each:
                if self._good(result) and result.judged is not None:
                    before = bettered[name][result.sample - 1]
                    self._found[name].repaired.append((before, result.judged.attempt.candidate))
                    self._found[name].add_right(result.judged)
