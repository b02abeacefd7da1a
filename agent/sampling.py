"""How warm each round is drawn, and from which seeds."""

from __future__ import annotations

from pydantic import Field

from verifiers.domain import Sampling, Value, digest


class Draw(Value):
    """One request to the model."""

    sampling: Sampling
    samples: int = Field(ge=1)


class Schedule(Value):
    """Temperatures over the rounds of a task.

    The first sample of all is greedy: a model's likeliest answer is its best single guess. Everything else
    is drawn warm, since several samples only help where they differ.

    Attributes:
        first: Temperature of the first round's other samples.
        repair: Temperature where feedback is answered.
        fresh: Temperature where the model starts over because feedback got it nowhere.
        top_p: Nucleus mass of all warm draws.
        max_tokens: Completion tokens a sample.
    """

    first: float = Field(default=0.7, ge=0, le=2)
    repair: float = Field(default=0.7, ge=0, le=2)
    fresh: float = Field(default=1.0, ge=0, le=2)
    top_p: float = Field(default=0.95, gt=0, le=1)
    max_tokens: int = Field(default=512, ge=1, le=131_072)

    def draws(
        self, task_digest: str, number: int, samples: int, max_tokens: int, *, fresh: bool
    ) -> tuple[Draw, ...]:
        """The requests of a round.

        Args:
            task_digest: Seeds follow from it, so that the same task is drawn the same way again.
            number: The round, from 1.
            samples: Samples over all requests.
            max_tokens: Completion tokens a sample.
            fresh: Start over instead of answering feedback.
        """
        greedy = 1 if number == 1 else 0
        warm = self.first if number == 1 else (self.fresh if fresh else self.repair)
        wanted = [(0.0, 1.0, greedy), (warm, self.top_p, samples - greedy)]
        return tuple(
            Draw(
                sampling=Sampling(
                    temperature=temperature,
                    top_p=top_p,
                    max_tokens=max_tokens,
                    seed=int(digest(f"{task_digest}:{number}:{place}")[:7], 16),
                ),
                samples=count,
            )
            for place, (temperature, top_p, count) in enumerate(wanted)
            if count > 0
        )
