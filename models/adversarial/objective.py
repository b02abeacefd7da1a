"""The security loss: likelihood of what makes code secure, unlikelihood of what does not, little moved else.

After SVEN (He and Vechev, CCS 2023, arXiv 2302.05319, section 4) and SafeCoder (He et al., ICML 2024, arXiv
2402.09497, section 4). With m the mask of the tokens in which a pair differs::

    L_secure   = - sum_t m_t log p(x_t)          / sum_t m_t    the chosen answer x   (both papers, L_LM)
    L_insecure = - sum_t m_t log(1 - p(y_t))     / sum_t m_t    the rejected answer y (SafeCoder, L_vul; after
                                                                Welleck et al. 2020, arXiv 1908.04319)
    L_kept     = - sum_t (1 - m_t) log p(x_t)    / |x|          the chosen answer's other tokens
    L_kl       =   sum_t (1 - m_t) KL(p || base) / |x|          (SVEN, L_KL)
    L_utility  = - sum_t log p(z_t)              / |z|          rows that have nothing to do with security

and the loss is their weighted sum. A step's tokens are averaged together, so the masked terms are weighted by
how rare changed characters are in their answer, up to a factor, which comes to the quotients above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from models.adversarial.changes import Changes, changes
from models.data.rows import PreferenceRow, TrainingRow
from models.training.objective import Lesson, Row, Supervised
from verifiers.domain import Value

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any

_PAST_END = 1_000  # characters: also the tokens that end the turn


class Terms(Value):
    """Weights of the security loss's terms; see the module.

    Attributes:
        secure: Of L_secure.
        insecure: Of L_insecure.
        kept: Of L_kept.
        kl: Of L_kl; 0 saves the second pass through the model.
        utility: Of L_utility.
        most_changed: A pair that differs in a larger share of its characters shows nothing by its
            differences: its chosen answer is learnt whole, and its rejected one not at all.
        rarest: Most that a changed token's loss is multiplied by because there are few of them.
    """

    secure: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    insecure: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    kept: float = Field(default=0.2, ge=0, allow_inf_nan=False)
    kl: float = Field(default=0.1, ge=0, allow_inf_nan=False)
    utility: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    most_changed: float = Field(default=0.7, gt=0, le=1)
    rarest: float = Field(default=8.0, ge=1, allow_inf_nan=False)

    @model_validator(mode="after")
    def _tell_tokens_apart(self) -> Self:
        if self.kl and self.kept >= min(self.secure or 1, self.utility or 1, self.insecure or 1):
            raise ValueError("kept must be less than secure, insecure and utility where kl is not 0")
        return self


class SecurityObjective:
    """Implements :class:`models.training.objective.Objective` with the security loss.

    Args:
        terms: Weights.
    """

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._plain = Supervised()

    def lessons(self, row: Row) -> tuple[Lesson, ...]:
        """See :meth:`models.training.objective.Objective.lessons`."""
        if isinstance(row, TrainingRow):
            weight = row.weight * self._terms.utility
            return (Lesson(prompt=row.prompt, completion=row.completion[0].content, weight=weight),)
        found = changes(row.chosen[0].content, row.rejected[0].content)
        if found.share > self._terms.most_changed:
            return (Lesson(prompt=row.prompt, completion=row.chosen[0].content, weight=self._terms.secure),)
        return (*self._secure(row, found), *self._insecure(row, found))

    def token_losses(self, log_probs: Tensor, signs: Tensor) -> Tensor:
        """See :meth:`models.training.objective.Objective.token_losses`."""
        return self._plain.token_losses(log_probs, signs)

    def _secure(self, row: PreferenceRow, found: Changes) -> tuple[Lesson, ...]:
        text, terms = row.chosen[0].content, self._terms
        factor = terms.secure * self._rarity(text, found.chosen)
        marks = ((0, len(text) + _PAST_END, terms.kept), *((*place, factor) for place in found.chosen))
        return (Lesson(prompt=row.prompt, completion=text, emphasis=marks),)

    def _insecure(self, row: PreferenceRow, found: Changes) -> tuple[Lesson, ...]:
        text = row.rejected[0].content
        factor = self._terms.insecure * self._rarity(text, found.rejected)
        if not found.rejected or not factor:
            return ()
        marks = ((0, len(text) + _PAST_END, 0.0), *((*place, factor) for place in found.rejected))
        return (Lesson(prompt=row.prompt, completion=text, sign=-1, emphasis=marks),)

    def _rarity(self, text: str, places: tuple[tuple[int, int], ...]) -> float:
        changed = sum(end - begin for begin, end in places)
        return min(len(text) / changed, self._terms.rarest) if changed else 1.0


def divergence(log_probs: Tensor, base_log_probs: Tensor) -> Tensor:
    """KL(p || base) at each position: ``sum_v p_v (log p_v - log base_v)``, in nats.

    Args:
        log_probs: [positions, vocabulary], normalised, with gradient.
        base_log_probs: The same of the base model, without.

    Returns:
        [positions], each at least 0 but for rounding.
    """
    summed: Tensor = (log_probs.exp() * (log_probs - base_log_probs)).sum(-1)
    return summed
