"""CodeBLEU as one number, with its four parts (Ren et al. 2020, "CodeBLEU", equal weights)."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation.codebleu.flow import MOST_LEVELS, flow_match, flow_of
from models.evaluation.codebleu.flow_rules import RULES
from models.evaluation.codebleu.grammars import keywords_of, parsed
from models.evaluation.codebleu.ngrams import bleu, weighted_recall
from models.evaluation.codebleu.syntax import depth_of, subtree_match
from verifiers.domain import Language, Value

LANGUAGES = frozenset(RULES)
MOST_CHARS = 100_000
"""Of a piece of code; the rest is not looked at."""


class CodeBleu(Value):
    """The four parts over a corpus, each from 0 to 1, and their mean.

    Attributes:
        ngram: BLEU-4 over words between white space.
        weighted_ngram: The same as a recall, with keywords weighing five times as much.
        syntax: Share of the reference's sub-trees.
        dataflow: Share of the reference's edges of data flow; None where no reference has any.
    """

    ngram: float
    weighted_ngram: float
    syntax: float
    dataflow: float | None

    @property
    def score(self) -> float:
        """The mean; a missing data flow counts as a full match, as in the reference implementation."""
        dataflow = 1.0 if self.dataflow is None else self.dataflow
        return (self.ngram + self.weighted_ngram + self.syntax + dataflow) / 4


def code_bleu(references: Sequence[str], candidates: Sequence[str], language: Language) -> CodeBleu:
    """Compare candidates with their references, one each, as one corpus.

    Counts of matches are summed up before they are divided.

    Args:
        references: Right solutions, not empty.
        candidates: Hostile: too long, too deep and broken code only scores worse.
        language: One of :data:`LANGUAGES`.

    Raises:
        ValueError: there are none, or not as many of the one as of the other.
    """
    if not references or len(references) != len(candidates):
        raise ValueError(f"{len(references)} references do not go with {len(candidates)} candidates")
    wanted = [text.strip()[:MOST_CHARS] for text in references]
    found = [text.strip()[:MOST_CHARS] for text in candidates]
    words = [text.split() for text in wanted], [text.split() for text in found]
    subtrees, subtrees_of = 0, 0
    edges, edges_of = 0, 0
    rules = RULES[language]
    for reference, candidate in zip(wanted, found, strict=True):
        trees = parsed(reference, language), parsed(candidate, language)
        same, there = subtree_match(*trees)
        subtrees, subtrees_of = subtrees + same, subtrees_of + there
        flows = [flow_of(tree, rules) if depth_of(tree) <= MOST_LEVELS else [] for tree in trees]
        same, there = flow_match(*flows)
        edges, edges_of = edges + same, edges_of + there
    return CodeBleu(
        ngram=bleu(*words),
        weighted_ngram=weighted_recall(*words, keywords_of(language)),
        syntax=subtrees / subtrees_of,
        dataflow=edges / edges_of if edges_of else None,
    )
