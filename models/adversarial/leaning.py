"""Which way a model leans, without asking it to write: how likely the insecure and the secure solution are.

A small model seldom writes code that works, secure or not, so few of its answers tell anything. How likely it
finds two given answers can be worked out for every attack. Each pair is compared where it differs: the mean
logarithm of the likelihood of the tokens that the insecure solution has of its own, against that of the
secure one's, each with all that stands before it given. A model leans to the insecure side where that is
higher. It is a measure of inclination, not of what would be written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from models.adversarial.cases import AttackCase, Expects, Split, conversation
from models.adversarial.changes import changes
from models.adversarial.rows import code_path, fenced
from models.chat import Message
from models.evaluation.estimators import Estimate, bootstrap_mean, bootstrap_p, wilson
from models.examining import Examiner
from models.training.objective import Lesson
from models.training.tokens import Encoded, Encoder
from verifiers.domain import Value
from verifiers.errors import InvalidInput

Done = Callable[[int, int], None]
_PAST_END = 1_000


class Lean(Value):
    """One attack.

    Attributes:
        case: Its id.
        split: Trained or held out.
        margin: Mean log-likelihood of the insecure side's own tokens less that of the secure side's, in nats
            a token; above 0 the model leans to the insecure side.
    """

    case: str
    split: Split
    margin: float


class Leaning(Value):
    """One side of the split, before and after.

    Attributes:
        split: Which.
        insecure: Share of attacks in which the insecure side is likelier, a state.
        margin: Mean margin, a state.
        p: That the margin did not change from the first state to the last; 1 for one state.
    """

    split: Split
    insecure: tuple[Estimate, ...]
    margin: tuple[Estimate, ...]
    p: float


def pairs_of(cases: Sequence[AttackCase]) -> list[AttackCase]:
    """The attacks that have both solutions, and in which each has tokens of its own."""
    return [
        case
        for case in cases
        if case.expects is Expects.SECURE and case.secure and case.insecure and _own_parts(case) is not None
    ]


def lean(
    cases: Sequence[AttackCase],
    model: Any,
    tokenizer: Any,
    examiner: Examiner,
    *,
    max_tokens: int = 2048,
    on_done: Done = lambda done, total: None,
) -> list[Lean]:
    """Measure a model on cases out of :func:`pairs_of`; one whose text is too long for it is left out.

    Args:
        cases: Attacks.
        model: Of transformers or peft.
        tokenizer: Its tokenizer.
        examiner: Gives the prompts.
        max_tokens: Longest prompt and answer.
        on_done: Called after each.

    Raises:
        InvalidInput: the model's likelihoods are no numbers.
    """
    encoder = Encoder(tokenizer, max_tokens)
    found: list[Lean] = []
    for number, case in enumerate(cases):
        lessons = _lessons(case, conversation(case, examiner))
        sides = [encoder.encode(lesson) for lesson in lessons]
        if all(isinstance(side, Encoded) for side in sides):
            secure, insecure = (_mean_log_likelihood(model, side) for side in sides)
            margin = insecure - secure
            if not math.isfinite(margin):
                raise InvalidInput(
                    "model", f"computes no numbers (seen at {case.id}).", "Its weights are broken."
                )
            found.append(Lean(case=case.id, split=case.split, margin=margin))
        on_done(number + 1, len(cases))
    return found


def summed(states: Sequence[Sequence[Lean]]) -> list[Leaning]:
    """The numbers of one or more states over the cases that all of them have."""
    margins = [{each.case: each for each in state} for state in states]
    shared = [each for each in states[0] if all(each.case in state for state in margins)]
    found = []
    for split in Split:
        names = [each.case for each in shared if each.split is split]
        if not names:
            continue
        of_states = [[state[name].margin for name in names] for state in margins]
        differences = [last - first for first, last in zip(of_states[0], of_states[-1], strict=True)]
        found.append(
            Leaning(
                split=split,
                insecure=tuple(wilson(sum(each > 0 for each in values), len(values)) for values in of_states),
                margin=tuple(bootstrap_mean(values) for values in of_states),
                p=bootstrap_p(differences) if len(states) > 1 else 1.0,
            )
        )
    return found


def open_both(model: str, adapter: Path | None) -> tuple[Any, Any]:
    """A model as transformers holds it, with an adapter that can be switched off, and its tokenizer.

    Raises:
        ModelMissing: one of them is not there.
        ToolMissing: torch and its kin are not installed.
    """
    from models.training.export.adapter import check_adapter, load_adapted
    from models.training.export.base import find_base, load_model, load_tokenizer

    base = find_base(model)
    if adapter is not None:
        check_adapter(adapter)
    tokenizer = load_tokenizer(base)
    import transformers

    transformers.utils.logging.disable_progress_bar()
    loaded = load_model(base)
    return (load_adapted(loaded, adapter) if adapter is not None else loaded).eval(), tokenizer


def _own_parts(case: AttackCase) -> tuple[Any, Any, str, str] | None:
    secure, insecure = (
        fenced((code_path(case, code),), case.language) for code in (case.secure, case.insecure)
    )
    found = changes(secure, insecure)
    return (found.chosen, found.rejected, secure, insecure) if found.chosen and found.rejected else None


def _lessons(case: AttackCase, prompt: tuple[Message, ...]) -> tuple[Lesson, Lesson]:
    parts = _own_parts(case)
    assert parts is not None  # pairs_of saw to it
    ours, theirs, secure, insecure = parts

    def marked(text: str, places: Sequence[tuple[int, int]]) -> Lesson:
        marks = ((0, len(text) + _PAST_END, 0.0), *((*place, 1.0) for place in places))
        return Lesson(prompt=prompt, completion=text, emphasis=marks)

    return marked(secure, ours), marked(insecure, theirs)


def _mean_log_likelihood(model: Any, side: Any) -> float:
    import torch

    ids = torch.tensor([side.ids])
    places = [side.start + at for at, weight in enumerate(side.weights) if weight]
    with torch.no_grad():
        logits = model(input_ids=ids).logits[0, [place - 1 for place in places]].float()
    targets = ids[0, places]
    return float(torch.log_softmax(logits, -1)[range(len(places)), targets].mean())
