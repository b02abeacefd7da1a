"""A model in transformers that shows its logprobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.training.export.agreement import LISTED, Step


class TorchSubject:
    """Implements :class:`models.training.export.agreement.Subject`.

    Args:
        model: A transformers or PEFT model.
        name: For the table.
        ends: Tokens that end an answer.
    """

    def __init__(self, model: Any, name: str, ends: frozenset[int]) -> None:
        self._model = model
        self._name = name
        self._ends = ends

    @property
    def name(self) -> str:
        """See the protocol."""
        return self._name

    def continued(self, prompt: Sequence[int], steps: int) -> tuple[Step, ...]:
        """Continue greedily for so many tokens, or to an end token, which is a step too."""
        import torch

        found: list[Step] = []
        cache, tokens = None, list(prompt)
        with torch.inference_mode():
            for _ in range(steps):
                out = self._model(input_ids=torch.tensor([tokens]), cache=cache, use_cache=True)
                found.append(_step(out.logits[0, -1]))
                if found[-1].token in self._ends:
                    break
                cache, tokens = out.past_key_values, [found[-1].token]
        return tuple(found)

    def along(self, prompt: Sequence[int], told: Sequence[int]) -> list[Step | None]:
        """See the protocol."""
        import torch

        with torch.inference_mode():
            out = self._model(input_ids=torch.tensor([[*prompt, *told[:-1]]]), use_cache=False)
        return [_step(position) for position in out.logits[0, len(prompt) - 1 :]]


def _step(logits: Any) -> Step:
    """The choice, with twice as many logprobs as are compared: another's likeliest are mostly among them."""
    logprobs = logits.float().log_softmax(-1)
    top = logprobs.topk(min(2 * LISTED, logprobs.shape[-1]))
    listed = dict(zip(top.indices.tolist(), top.values.tolist(), strict=True))
    return Step(int(logprobs.argmax()), listed)
