"""Perplexity of a suite's reference solutions, each after its task's text.

The log-probabilities of a text come from an OpenAI-compatible server that echoes prompts with them (vLLM
does), or from a checkpoint folder through transformers. llama.cpp's server, and so the embedded model, gives
none for prompts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import ModelUnavailable, installing
from models.examining import Problem
from verifiers.domain import Value
from verifiers.errors import InvalidInput, ToolMissing

_TIMEOUT_S = 600.0  # that a server may take to score one text
_MOST_NATS = 700.0  # a token; the exponential of more is no float
_MOST_TOKENS = 4_096  # of prompt and solution together; a longer prompt loses its beginning


class Scored(NamedTuple):
    """A text's log-probability.

    Attributes:
        logprob: The sum over its tokens, in nats.
        tokens: How many those are.
        size: UTF-8 bytes of what was scored, where that is not all of the text; else None.
    """

    logprob: float
    tokens: int
    size: int | None = None


Score = Callable[[str, str], Scored]
"""A prompt and the text after it, to that text's log-probability."""


class Perplexity(Value):
    """How well a model foresees the references.

    Attributes:
        perplexity: ``exp`` of the mean negative log-probability of a token; tokenizers differ.
        bits_per_byte: The same over UTF-8 bytes, in bits, which compares across tokenizers.
        tokens: Over how many tokens.
        references: Of how many problems.
        through: ``server`` or ``transformers``.
    """

    perplexity: float
    bits_per_byte: float
    tokens: int
    references: int
    through: str


def perplexity(
    problems: Sequence[Problem],
    score: Score,
    through: str,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Perplexity:
    """Score the references of problems that have one.

    Raises:
        InvalidInput: none has.
        ModelUnavailable: the model cannot be reached, or gives no (finite) log-probabilities.
    """
    logprobs, tokens, size, done = [], 0, 0, 0
    for problem in problems:
        if problem.reference:
            text = _solution(problem)
            scored = score(problem.task.instruction.rstrip() + "\n", text)
            logprobs.append(scored.logprob)
            size += len(text.encode()) if scored.size is None else scored.size
            tokens, done = tokens + scored.tokens, done + 1
            on_progress(done)
    if not tokens:
        raise InvalidInput("suite", "has no reference solutions.", "Name another suite.")
    total = -math.fsum(logprobs)
    if not total / tokens < _MOST_NATS:
        raise ModelUnavailable(
            "The model gives no log-probabilities that can be worked with.", "Its weights may be broken."
        )
    return Perplexity(
        perplexity=math.exp(total / tokens),
        bits_per_byte=total / math.log(2) / size,
        tokens=tokens,
        references=done,
        through=through,
    )


def _solution(problem: Problem) -> str:
    """What comes after the task's text: a reference that begins with it is the rest alone."""
    return problem.reference.removeprefix(problem.task.instruction) or problem.reference


def echoed(answer: Any, start: int, end: int) -> Scored:
    """The log-probability of the characters from ``start`` to ``end`` of an echoed prompt.

    A token that reaches over ``start`` belongs to what is before.

    Args:
        answer: The ``logprobs`` of a completion, with ``token_logprobs`` and ``text_offset``.
        start: Where the text begins.
        end: Where it ends: what the server added after it does not count.

    Raises:
        ModelUnavailable: the server gave no such thing.
    """
    given = answer if isinstance(answer, dict) else {}
    logprobs, offsets = given.get("token_logprobs"), given.get("text_offset")
    if not isinstance(logprobs, list) or not isinstance(offsets, list) or len(logprobs) != len(offsets):
        raise ModelUnavailable(
            "The server gives no log-probabilities of prompts.",
            "vLLM does; or name a checkpoint folder.",
        )
    mine = [
        value
        for value, offset in zip(logprobs, offsets, strict=True)
        if isinstance(offset, int) and start <= offset < end
    ]
    if not mine or not all(isinstance(value, int | float) and math.isfinite(value) for value in mine):
        raise ModelUnavailable("The server's log-probabilities do not cover the text.")
    return Scored(math.fsum(mine), len(mine))


def server_score(base_url: str, model: str, api_key: str | None = None) -> Score:
    """Scores by an OpenAI-compatible server's ``/v1/completions``.

    Raises:
        InvalidInput: the URL or the key cannot be used.
    """
    import openai

    from models.answers import NonsenseAnswer
    from models.failures import Failure
    from models.openai_compatible import OpenAICompatibleModel
    from models.wire import run_to_end

    server = OpenAICompatibleModel(base_url, model, api_key)

    def score(prompt: str, text: str) -> Scored:
        async def ask(client: openai.AsyncOpenAI, name: str) -> Any:
            response = await client.completions.with_raw_response.create(
                model=name, prompt=prompt + text, max_tokens=1, echo=True, logprobs=1, temperature=0
            )
            try:
                return json.loads(response.content)["choices"][0]["logprobs"]
            except (ValueError, TypeError, LookupError, RecursionError) as error:
                raise NonsenseAnswer("answered without any choices") from error

        found = run_to_end(server.aask(ask, _TIMEOUT_S))
        if isinstance(found, Failure):
            raise found.to_error()
        return echoed(found, len(prompt), len(prompt) + len(text))

    return score


@contextmanager
def checkpoint_score(folder: Path) -> Iterator[Score]:
    """Scores by transformers, on a GPU where there is one; no code of the checkpoint's is run.

    Raises:
        ToolMissing: transformers or torch is not installed.
        InvalidInput: the folder holds no checkpoint.
    """
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise ToolMissing("transformers or torch is not installed.", installing("train")) from error
    device = "cuda" if torch.cuda.is_available() else "cpu"
    kind = torch.bfloat16 if device == "cuda" else torch.float32
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=kind, trust_remote_code=False, local_files_only=True, use_safetensors=True
        )
    except Exception as error:  # whatever the readers of its files raise when these are damaged
        why = f"{type(error).__name__}: {str(error)[:200]}"
        raise InvalidInput("model", f"{folder} holds no checkpoint that can be read ({why}).") from error
    model = model.to(device).eval()
    room = min(_MOST_TOKENS, int(getattr(model.config, "max_position_embeddings", _MOST_TOKENS)))

    def score(prompt: str, text: str) -> Scored:
        whole = tokenizer(text, add_special_tokens=False)["input_ids"]
        after = whole[: room - 1]
        before = tokenizer(prompt)["input_ids"][-(room - len(after)) :]
        ids = torch.tensor([before + after], device=device)
        with torch.no_grad():
            logits = model(ids).logits[0, :-1].float()
        places = torch.arange(len(before) - 1, ids.shape[1] - 1, device=device)
        chosen = logits.log_softmax(-1)[places, ids[0, places + 1]]
        size = len(tokenizer.decode(after).encode()) if len(after) < len(whole) else None
        return Scored(float(chosen.sum()), len(after), size)

    yield score
