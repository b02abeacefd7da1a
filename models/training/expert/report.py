"""What a run of expert iteration came to, round by round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field

from models.evaluation.estimators import Estimate, bootstrap_mean, pass_at_k, wilson
from models.evaluation.results import Result
from models.training.export.agreement import Agreement
from verifiers.domain import Value


class Score(Value):
    """Answers to a set of problems.

    Attributes:
        problems: How many.
        answers: To all of them together.
        passed: Of these, those whose tests passed.
        solved: Problems with at least one such.
        unjudged: Answers of which a broken tool could not say anything; they count as not passed.
        pass_at: k as text to the unbiased estimate, for k = 1 and the number of answers to each.
    """

    problems: int
    answers: int
    passed: int
    solved: int
    unjudged: int = 0
    pass_at: dict[str, Estimate] = Field(default={})

    @property
    def pass_at_1(self) -> float:
        """The estimate for k = 1; 0 where nothing was asked."""
        return self.pass_at["1"].value if "1" in self.pass_at else 0.0


def score_of(results: Mapping[str, Sequence[Result]]) -> Score:
    """Put results by problem into numbers."""
    counts = [(len(each), sum(result.passed for result in each)) for each in results.values() if each]
    fewest = min((drawn for drawn, _ in counts), default=0)
    pass_at = {}
    for k in sorted({1, fewest} - {0}):
        values = [pass_at_k(drawn, passed, k) for drawn, passed in counts]
        single = all(drawn == 1 for drawn, _ in counts)
        pass_at[str(k)] = wilson(int(sum(values)), len(values)) if single else bootstrap_mean(values)
    return Score(
        problems=len(counts),
        answers=sum(drawn for drawn, _ in counts),
        passed=sum(passed for _, passed in counts),
        solved=sum(passed > 0 for _, passed in counts),
        unjudged=sum(result.judged is None for each in results.values() for result in each),
        pass_at=pass_at,
    )


class Round(Value):
    """A round's numbers.

    Attributes:
        number: From 1; 0 is the model before training, with ``validation`` alone.
        model: Who was asked about the training tasks.
        sampled: Its answers; None where none were drawn.
        repaired: Its answers to feedback; None where none were drawn.
        right: Different right codes, over all rounds so far.
        solved: Training tasks with at least one of them.
        rows: Rows trained on, by how they were made.
        rejected: Right answers that were not learnt from: ``scan`` flagged by scanners, ``held out`` like a
            held-out problem's.
        tokens: Completion tokens drawn.
        loss: Training's last.
        perplexity: On rows held out of training; None without any.
        validation: Of the model after training.
        adapter: What training kept: an adapter's or checkpoint's folder; None in round 0.
        served: The GGUF file made of it.
        agreements: How that file was found to be it.
        seconds: By step.
    """

    number: int
    model: str
    sampled: Score | None = None
    repaired: Score | None = None
    right: int = 0
    solved: int = 0
    rows: dict[str, int] = Field(default={})
    rejected: dict[str, int] = Field(default={})
    tokens: int = 0
    loss: float | None = None
    perplexity: float | None = None
    validation: Score
    adapter: Path | None = None
    served: Path | None = None
    agreements: tuple[Agreement, ...] = ()
    seconds: dict[str, float] = Field(default={})


class ExpertRun(Value):
    """A whole run.

    Attributes:
        folder: Its folder.
        tasks: Training tasks.
        dropped: Tasks left out because they share text with a held-out problem, each with that one's id.
        rounds: From 0, the model before training.
        best: The round whose model scored highest, the earliest of equals; 0 if none was better.
    """

    folder: Path
    tasks: int
    dropped: dict[str, str] = Field(default={})
    rounds: tuple[Round, ...]
    best: int

    @property
    def winner(self) -> Round:
        """The best round."""
        return self.rounds[self.best]


def best_of(rounds: Sequence[Round]) -> int:
    """The round with the highest pass@1, the earliest of equals."""
    return max(range(len(rounds)), key=lambda place: (rounds[place].validation.pass_at_1, -place))
