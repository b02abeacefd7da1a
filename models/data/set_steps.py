"""Steps that look at all documents together; the engine does them between passes over the corpus."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from verifiers.domain import Value

Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class ExactDuplicates(Value):
    """Keeps one of the documents that are equal to the byte; rather one whose licence is known."""

    step: Literal["exact-duplicates"] = "exact-duplicates"


class NearDuplicates(Value):
    """Keeps one of the documents that share most of their word sequences, by MinHash.

    Two documents of Jaccard similarity s over sequences of ``ngram`` words meet with the probability
    1 - (1 - s^hashes)^buckets (Leskovec et al., Mining of Massive Datasets, ch. 3); with the defaults one
    half at s = 0.69 and 92% at 0.8.

    Attributes:
        ngram: Words in a sequence.
        buckets: Groups of hashes; one that agrees is enough.
        hashes: Hashes in a group; all of them have to agree.
    """

    step: Literal["near-duplicates"] = "near-duplicates"
    ngram: int = Field(default=5, ge=1, le=50)
    buckets: int = Field(default=14, ge=1, le=100)
    hashes: int = Field(default=8, ge=1, le=50)


class LanguageBalance(Value):
    """Draws from languages that have too much, so that none has more than its share.

    Attributes:
        most: Largest share of all documents that one language may have. Where there are too few languages for
            that, all of them end up equal.
        documents: Most documents of one language; None for no such limit.
    """

    step: Literal["language-balance"] = "language-balance"
    most: Share = 0.5
    documents: Annotated[int | None, Field(ge=1)] = None


SetStep = ExactDuplicates | NearDuplicates | LanguageBalance
SET_STEPS: tuple[type[Value], ...] = (ExactDuplicates, NearDuplicates, LanguageBalance)
