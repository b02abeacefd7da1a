"""The parts of CodeBLEU that look at words: BLEU, and the same with keywords weighing more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence, Set

_ORDERS = range(1, 5)
_EPSILON = 0.1  # for an order without a match: method 1 of Chen and Cherry 2014
_OTHER_WEIGHT = 0.2  # of a word that is no keyword, against 1; Ren et al. 2020, section 3.1

Tokens = Sequence[str]


def bleu(references: Sequence[Tokens], candidates: Sequence[Tokens]) -> float:
    """Corpus BLEU-4 of Papineni et al. 2002, one reference a candidate, smoothed as above; 0 to 1."""
    matched, total = dict.fromkeys(_ORDERS, 0.0), dict.fromkeys(_ORDERS, 0.0)
    for reference, candidate in zip(references, candidates, strict=True):
        for order in _ORDERS:
            wanted, found = _ngrams(reference, order), _ngrams(candidate, order)
            matched[order] += (wanted & found).total()
            total[order] += max(1, found.total())
    length, wanted_length = sum(map(len, candidates)), sum(map(len, references))
    if not length:
        return 0.0
    brevity = 1.0 if length > wanted_length else math.exp(1 - wanted_length / length)
    return brevity * _mean(matched, total)


def weighted_recall(references: Sequence[Tokens], candidates: Sequence[Tokens], keywords: Set[str]) -> float:
    """Which share of the references' n-grams the candidates hold, keywords counting five times; 0 to 1.

    Only single words are weighted. What is missing lowers a recall by itself, so there is no penalty for
    brevity.
    """
    matched, total = dict.fromkeys(_ORDERS, 0.0), dict.fromkeys(_ORDERS, 0.0)
    for reference, candidate in zip(references, candidates, strict=True):
        for order in _ORDERS:
            wanted, found = _ngrams(reference, order), _ngrams(candidate, order)
            matched[order] += _weight(wanted & found, keywords)
            total[order] += max(1, _weight(wanted, keywords))
    return _mean(matched, total)


def _weight(ngrams: Counter[tuple[str, ...]], keywords: Set[str]) -> float:
    return sum(
        count * (_OTHER_WEIGHT if len(ngram) == 1 and ngram[0] not in keywords else 1)
        for ngram, count in ngrams.items()
    )


def _mean(matched: dict[int, float], total: dict[int, float]) -> float:
    """The geometric mean over the orders; 0 where not even a word is shared."""
    if not matched[1]:
        return 0.0
    return math.exp(
        math.fsum(math.log((matched[order] or _EPSILON) / total[order]) for order in _ORDERS) / len(_ORDERS)
    )


def _ngrams(tokens: Tokens, order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[place : place + order]) for place in range(len(tokens) - order + 1))
