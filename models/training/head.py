"""The likelihood of a completion's tokens without logits over the prompt, which on a CPU cost most."""

from __future__ import annotations

import functools
from types import MethodType
from typing import Any, NamedTuple

from models.training.batches import IGNORED

# Models that change their logits after the head are left to TRL's own head, which knows them.
_CHANGING = (
    "final_logit_softcapping",
    "logit_scale",
    "logits_scaling",
    "lm_head_multiplier",
    "output_multiplier",
)


class Scored(NamedTuple):
    """Likelihood of the next tokens.

    Attributes:
        log_probs: [sequences, tokens - 1], 0 where a label is ignored.
        label_mask: [sequences, tokens - 1], where one is not.
    """

    log_probs: Any
    label_mask: Any


def score_labels_only(model: Any) -> bool:
    """Give ``forward`` an argument ``fused_lm_head``: then only positions whose label counts are projected.

    TRL's trainers add the same on a GPU; on a CPU theirs projects every position, and again for the gradient.

    Args:
        model: A causal language model of transformers, without its adapter; changed in place.

    Returns:
        It was done.
    """
    import torch

    config = model.config.get_text_config()
    if any(getattr(config, name, None) is not None for name in _CHANGING):
        return False
    plain = type(model).forward

    @functools.wraps(plain)  # ``generate`` looks at the signature
    def forward(
        self: Any, *args: Any, fused_lm_head: bool = False, labels: Any = None, **options: Any
    ) -> Any:
        if not fused_lm_head:
            return plain(self, *args, **({"labels": labels} if labels is not None else {}), **options)
        hidden = self.base_model(*args, **{**options, "use_cache": False}).last_hidden_state[:, :-1]
        wanted = labels[:, 1:]
        mask = wanted != IGNORED
        logits = self.get_output_embeddings()(hidden[mask]).float()
        losses = torch.nn.functional.cross_entropy(logits, wanted[mask], reduction="none")
        return Scored(losses.new_zeros(mask.shape).masked_scatter(mask, -losses), mask)

    model.forward = MethodType(forward, model)
    return True
