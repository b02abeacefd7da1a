"""The body of ``/v1/completions``, and the gap that it speaks of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from agent.fill_values import MOST_CHARS, FillRequest
from verifiers.domain import InnerPath, Language, Policy, Sampling, Value
from verifiers.errors import InvalidInput
from verifiers.source_names import SUFFIXES, languages_of
from verifiers.validation import invalid_input
from worker.chat_values import MODEL, Sampled, StreamOptions, only

MAX_TOKENS = 128
"""Where the request names none: a few lines, which is what an editor shows."""

_TEMPERATURE = 0.2
_MOST_STOPS, _LONGEST_STOP = 32, 200
_FOLLOWED = frozenset({"temperature", "top_p", "seed", "max_tokens"})
# How clients that know no ``suffix`` write both sides into the prompt: StarCoder's words, and Qwen's.
_MARKS = (
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
)


def _one_text(value: object) -> object:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    if not isinstance(value, str):
        raise ValueError("is not one text: lists of texts and of tokens are not understood")
    return value


def _stops(value: object) -> object:
    stops = [value] if isinstance(value, str) else value or []
    if not isinstance(stops, list) or len(stops) > _MOST_STOPS:
        raise ValueError(f"is neither a text nor a list of at most {_MOST_STOPS} of them")
    if not all(isinstance(stop, str) and 0 < len(stop) <= _LONGEST_STOP for stop in stops):
        raise ValueError(f"holds something else than texts of 1 to {_LONGEST_STOP} characters")
    return tuple(stops)


class FillOptions(Value):
    """The extension field ``acrisol``: what OpenAI's fields cannot say.

    Attributes:
        language: The code's; if None, by ``path``, else Python.
        path: The file's name; its ending says which scanners look at it.
        policy: Which findings block.
        unscanned: What becomes of a completion that could not be scanned completely.
    """

    language: Language | None = None
    path: InnerPath | None = None
    policy: Policy = Policy()
    unscanned: Literal["return", "withhold"] = "return"


class CompletionRequest(Sampled):
    """The body; fields that are not here are ignored, as OpenAI does."""

    model: str = Field(default=MODEL, max_length=200)
    prompt: Annotated[str, BeforeValidator(_one_text), Field(max_length=MOST_CHARS)]
    suffix: str | None = Field(default=None, max_length=MOST_CHARS)
    stop: Annotated[tuple[str, ...], BeforeValidator(_stops)] = ()
    stream: bool = False
    stream_options: StreamOptions | None = None
    language: Language | None = None
    acrisol: FillOptions = FillOptions()

    n: Annotated[Any, only("must be 1: one completion is written and scanned", 1)] = None
    best_of: Annotated[Any, only("must be 1: one completion is written and scanned", 1)] = None
    echo: Annotated[Any, only("cannot be used here: the prompt is not repeated; leave it out")] = None
    logprobs: Annotated[Any, only("cannot be had of a scanned completion; leave it out")] = None

    @property
    def not_followed(self) -> tuple[str, ...]:
        """The sampling parameters that were given and have no effect."""
        names = Sampled.model_fields.keys() - _FOLLOWED
        return tuple(sorted(name for name in names if getattr(self, name) is not None))


def fill_request(body: CompletionRequest) -> FillRequest:
    """The gap that a request speaks of.

    Raises:
        InvalidInput: there is nothing around it, or it holds what no source file may hold.
    """
    prefix, suffix = body.prompt, body.suffix or ""
    if not suffix:
        prefix, suffix = _sides(prefix)
    if not prefix.strip() and not suffix.strip():
        raise InvalidInput("prompt", "is empty.", "Send what stands before the cursor.")
    options = body.acrisol
    by_path = languages_of(options.path) if options.path else frozenset()
    language = options.language or body.language or min(by_path, default=Language.PYTHON)
    try:
        return FillRequest(
            prefix=prefix,
            suffix=suffix,
            stop=body.stop,
            language=language,
            path=options.path or f"completion{SUFFIXES[language][0]}",
            policy=options.policy,
            needs_scan=options.unscanned == "withhold",
            sampling=_sampling(body),
        )
    except ValidationError as error:
        wrong = invalid_input(error)
        raise InvalidInput("prompt" if wrong.field == "prefix" else wrong.field, wrong.message) from error


def _sides(prompt: str) -> tuple[str, str]:
    """Both sides of a gap out of a prompt that marks them; else the prompt and nothing."""
    for before, behind, middle in _MARKS:
        _, found, rest = prompt.partition(before)
        prefix, cut, suffix = rest.partition(behind)
        if found and cut and suffix.endswith(middle):
            return prefix, suffix.removesuffix(middle)
    return prompt, ""


def _sampling(body: CompletionRequest) -> Sampling:
    return Sampling(
        temperature=_TEMPERATURE if body.temperature is None else body.temperature,
        top_p=body.top_p or 1.0,
        max_tokens=min(body.max_tokens or MAX_TOKENS, 131_072),
        seed=None if body.seed is None else body.seed % 2**31,
    )
