from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from models.errors import ModelUnavailable
from models.evaluation.perplexity import Scored, echoed, perplexity
from tests.unit.models.evaluation.judging import problem
from verifiers.errors import InvalidInput


def test_perplexity_is_over_tokens_and_bits_are_over_bytes() -> None:
    problems = [problem("T/0", reference="ab"), problem("T/1", reference="é"), problem("T/2")]
    seen: list[tuple[str, str]] = []

    def score(prompt: str, text: str) -> Scored:
        seen.append((prompt, text))
        return Scored(-3 * math.log(4), 3) if text == "ab" else Scored(-math.log(16), 1)

    found = perplexity(problems, score, "server")
    assert found.perplexity == pytest.approx(math.exp((3 * math.log(4) + math.log(16)) / 4))
    assert found.bits_per_byte == pytest.approx((6 + 4) / 4)
    assert (found.tokens, found.references) == (4, 2)
    assert seen[0] == ("def f_0():\n", "ab")


def test_a_reference_that_begins_with_the_prompt_is_scored_after_it() -> None:
    one = problem("T/0", reference="def f_0():\n    return 1\n")
    texts: list[str] = []
    perplexity([one], lambda prompt, text: (texts.append(text), Scored(-1.0, 1))[1], "server")
    assert texts == ["\n    return 1\n"]


def test_without_references_there_is_no_perplexity() -> None:
    with pytest.raises(InvalidInput, match="no reference"):
        perplexity([problem("T/0")], lambda prompt, text: Scored(-1, 1), "server")


def test_only_the_texts_own_tokens_count_in_an_echo() -> None:
    answer = SimpleNamespace(token_logprobs=[None, -1.0, -2.0, -4.0, -8.0], text_offset=[0, 3, 5, 7, 9])
    assert echoed(answer, 5, 9) == Scored(-6.0, 2)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        SimpleNamespace(token_logprobs=None, text_offset=[0]),
        SimpleNamespace(token_logprobs=[-1.0], text_offset=[0, 1]),
        SimpleNamespace(token_logprobs=[None], text_offset=[0]),
        SimpleNamespace(token_logprobs=[float("-inf")], text_offset=[0]),
        SimpleNamespace(token_logprobs=["x"], text_offset=[0]),
        SimpleNamespace(token_logprobs=[-1.0], text_offset=[5]),
    ],
)
def test_a_server_that_gives_something_else_is_told_so(answer: object) -> None:
    with pytest.raises(ModelUnavailable):
        echoed(answer, 0, 2)
