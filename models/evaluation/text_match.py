"""How like their references answers are: BLEU and CodeBLEU. Says little about whether they are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.evaluation.codebleu import LANGUAGES, CodeBleu, code_bleu
from models.evaluation.results import Result
from models.examining import Problem
from verifiers.domain import Language, Value
from verifiers.errors import ToolMissing

_MOST_CHARS = 20_000  # of an answer: a hostile one may hold a megabyte


class TextMatch(Value):
    """Over the first answer to each problem that has a reference.

    Attributes:
        over: How many those are.
        bleu: Corpus BLEU by sacrebleu with its default tokeniser, 0 to 100; None where it is not installed.
        bleu_signature: What sacrebleu calls its settings.
        codebleu: By language.
    """

    over: int
    bleu: float | None = None
    bleu_signature: str = ""
    codebleu: dict[str, CodeBleu]


def text_match(problems: Sequence[Problem], results: Mapping[str, Sequence[Result]]) -> TextMatch | None:
    """Compare; None where no problem with an answer has a reference."""
    pairs = [
        (problem.task.language, problem.reference, _code(results[problem.id][0]))
        for problem in problems
        if problem.reference and results.get(problem.id) and results[problem.id][0].returned
    ]
    if not pairs:
        return None
    by_language: dict[Language, list[tuple[str, str]]] = {}
    for language, reference, code in pairs:
        by_language.setdefault(language, []).append((reference, code))
    try:
        bleu, signature = sacre_bleu([pair[1] for pair in pairs], [pair[2] for pair in pairs])
    except ToolMissing:
        bleu, signature = None, ""
    return TextMatch(
        over=len(pairs),
        bleu=bleu,
        bleu_signature=signature,
        codebleu={
            language.value: code_bleu([pair[0] for pair in mine], [pair[1] for pair in mine], language)
            for language, mine in by_language.items()
            if language in LANGUAGES
        },
    )


def sacre_bleu(references: Sequence[str], candidates: Sequence[str]) -> tuple[float, str]:
    """Corpus BLEU, 0 to 100, and sacrebleu's signature.

    Raises:
        ToolMissing: sacrebleu is not installed.
    """
    try:
        from sacrebleu.metrics import BLEU
    except ImportError as error:
        raise ToolMissing("sacrebleu is not installed.", "pip install 'acrisol[evaluate]'") from error
    metric = BLEU()
    score = metric.corpus_score(list(candidates), [list(references)])
    return float(score.score), str(metric.get_signature())


def _code(result: Result) -> str:
    files = result.judged.attempt.candidate.files if result.judged and result.returned else ()
    return "\n".join(file.content for file in files if file.path != "answer.txt")[:_MOST_CHARS]
