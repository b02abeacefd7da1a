"""Holding a model to its base where a pair of answers shows nothing: the divergence term of the loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from models.adversarial.objective import SecurityObjective, Terms, divergence
from models.training.batches import IGNORED
from verifiers.errors import InvalidInput

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any

_NOT_THE_MODELS = ("labels", "token_weights", "token_count")


class AnchoredObjective(SecurityObjective):
    """The security loss with L_kl; implements :class:`models.training.objective.Anchored`.

    The base is the model with its adapter switched off, so this needs LoRA. It costs a second pass through
    the model and one through its base, with logits over the whole vocabulary.
    """

    def anchored(self, model: Any, inputs: Mapping[str, Any]) -> Tensor:
        """The weighted divergence, summed over the tokens of answers that are not what a pair differs in."""
        import torch

        mask = self._rest(inputs)
        given = {name: value for name, value in inputs.items() if name not in _NOT_THE_MODELS}
        adapted = getattr(model, "module", model)
        if not hasattr(adapted, "disable_adapter"):
            raise InvalidInput(
                "terms.kl", "needs an adapter, to compare with the model without it.", "Use lora."
            )
        log_probs = torch.log_softmax(model(**given).logits[:, :-1][mask].float(), -1)
        was_training = adapted.training
        with torch.no_grad(), adapted.disable_adapter():
            adapted.eval()
            base = torch.log_softmax(model(**given).logits[:, :-1][mask].float(), -1)
            adapted.train(was_training)
        return self._terms.kl * divergence(log_probs, base).sum()

    def _rest(self, inputs: Mapping[str, Any]) -> Tensor:
        """[sequences, tokens - 1]: tokens of answers whose weight is that of what both sides share."""
        weights, kept = inputs["token_weights"][:, 1:].abs(), self._terms.kept
        # Weights are float32 in a batch: what is meant to be equal may be off by a rounding. Between nothing
        # and ``kept`` are tokens of rows that weigh little.
        shared = (weights == 0) | ((weights - kept).abs() <= kept * 1e-5)
        rest: Tensor = (inputs["labels"][:, 1:] != IGNORED) & shared
        return rest


def objective_of(terms: Terms) -> SecurityObjective:
    """The objective of these weights."""
    return AnchoredObjective(terms) if terms.kl else SecurityObjective(terms)
