"""What a row teaches: the seam for losses other than that of supervised fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from pydantic import Field

from models.chat import Message
from models.data.rows import PreferenceRow, TrainingRow
from verifiers.domain import Value

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any

Row = TrainingRow | PreferenceRow


class Lesson(Value):
    """A conversation and the completion whose tokens bear loss.

    Attributes:
        prompt: What comes before; bears none.
        completion: The assistant's text.
        weight: What the loss of all its tokens is multiplied by.
        sign: 1 for what is to be learnt, -1 for what is to become unlikely.
        emphasis: (start, end, factor): a range of the completion's characters whose tokens' loss is
            multiplied by the factor. Where ranges overlap, the last one counts.
    """

    prompt: tuple[Message, ...]
    completion: str
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    sign: Literal[1, -1] = 1
    emphasis: tuple[tuple[int, int, float], ...] = ()


class Objective(Protocol):
    """Turns rows into lessons, and the likelihood of their tokens into losses."""

    def lessons(self, row: Row) -> tuple[Lesson, ...]:
        """What is to be learnt from a row; empty for nothing."""
        ...

    def token_losses(self, log_probs: Tensor, signs: Tensor) -> Tensor:
        """The loss of each token that bears one, before weights.

        The vocabulary is not seen here: logits over it are never held for a whole batch.

        Args:
            log_probs: [tokens], of the token that stands there, float32, with gradient.
            signs: [tokens], 1 or -1, the lesson's.

        Returns:
            [tokens], each at least 0.
        """
        ...


@runtime_checkable
class Anchored(Protocol):
    """An objective with a term that needs more than the likelihood of the tokens that stand there."""

    def anchored(self, model: Any, inputs: Mapping[str, Any]) -> Tensor:
        """What is added to a step's summed loss.

        Args:
            model: As the trainer holds it.
            inputs: The batch, as :class:`models.training.batches.Collator` makes it.

        Returns:
            A scalar, with gradient.
        """
        ...


class Supervised:
    """Likelihood of what is to be learnt; unlikelihood (Welleck et al. 2019) of what is not.

    ``-log p`` for sign 1, ``-log(1 - p)`` for sign -1. A preference row gives two lessons, its chosen and its
    rejected answer, so that the same files serve DPO and this.

    Args:
        rejected_weight: Weight of what preference rows reject; 0 leaves it out.
    """

    def __init__(self, rejected_weight: float = 0.0) -> None:
        self._rejected_weight = rejected_weight

    def lessons(self, row: Row) -> tuple[Lesson, ...]:
        """See :meth:`Objective.lessons`."""
        if isinstance(row, TrainingRow):
            return (Lesson(prompt=row.prompt, completion=row.completion[0].content, weight=row.weight),)
        chosen = Lesson(prompt=row.prompt, completion=row.chosen[0].content)
        if not self._rejected_weight:
            return (chosen,)
        rejected = Lesson(
            prompt=row.prompt,
            completion=row.rejected[0].content,
            weight=self._rejected_weight,
            sign=-1,
        )
        return chosen, rejected

    def token_losses(self, log_probs: Tensor, signs: Tensor) -> Tensor:
        """See :meth:`Objective.token_losses`."""
        import torch

        if bool((signs > 0).all()):
            return -log_probs
        # log(1 - p) loses all digits near p = 1; the clamp ends its gradient there.
        unlikely = -torch.log(-torch.expm1(log_probs.clamp(max=-1e-4)))
        return torch.where(signs < 0, unlikely, -log_probs)
