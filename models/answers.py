"""Reading what a server answered: pure functions over hostile JSON.

The SDK's own types are built without validation, so that an answer of the wrong shape surfaces far from where
it came in. Here every field is looked at, once, and only what is understood goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from models.chat import Completion
from verifiers.domain import Usage

MAX_SAMPLE_CHARS = 500_000
"""Kept of one sample; the rest is dropped and the sample is marked ``length``."""

CHARS_PER_TOKEN = 4
"""For servers that count no tokens; about right for English and code with today's vocabularies."""

_MAX_NAME_CHARS = 200
_MAX_REASON_CHARS = 40
_MAX_TOKENS_CLAIMED = 10**9


class NonsenseAnswer(Exception):
    """The body is not an answer; the text is the end of the sentence "The server ..."."""


@dataclass(frozen=True)
class Answer:
    """One response of a chat completion endpoint.

    Attributes:
        samples: At least one.
        usage: As the server counted it, or an estimate.
        estimated: Whether ``usage`` is an estimate.
        model: The model's name as the server gave it; may be empty.
        counts_one_choice: The server's count covers the first choice only, although it gave several.
    """

    samples: tuple[Completion, ...]
    usage: Usage
    estimated: bool
    model: str
    counts_one_choice: bool = False


def parse_chat(body: bytes, prompt_chars: int) -> Answer:
    """Read a chat completion.

    Args:
        body: The response's body.
        prompt_chars: Length of the prompt, to estimate tokens from where the server counts none.

    Raises:
        NonsenseAnswer: no JSON object, an error inside a success, or no choices.
    """
    return _answer(body, prompt_chars, _sample)


def parse_text(body: bytes, prompt_chars: int) -> Answer:
    """Read a text completion; the arguments and errors are those of :func:`parse_chat`."""
    return _answer(body, prompt_chars, _text_sample)


def _answer(body: bytes, prompt_chars: int, read: Callable[[dict[str, object]], Completion]) -> Answer:
    data = _load_object(body)
    if "choices" not in data and data.get("error"):
        raise NonsenseAnswer(f"reported an error: {error_text(body)}")
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices:
        raise NonsenseAnswer("answered without any choices")
    if not all(isinstance(choice, dict) for choice in choices):
        raise NonsenseAnswer("answered a choice that is not an object")
    samples = tuple(map(read, choices))
    usage = _usage(data.get("usage"))
    # llama.cpp sends its own "timings" beside the usage, and both speak of the first choice alone.
    one_choice = usage is not None and len(samples) > 1 and isinstance(data.get("timings"), dict)
    if usage is None:
        usage = estimate(prompt_chars, samples)
        estimated = True
    else:
        estimated = one_choice
        if one_choice:
            usage = _scaled(usage, samples)
    return Answer(samples, usage, estimated, name_text(data.get("model")), one_choice)


def parse_models(body: bytes) -> tuple[str, ...]:
    """Read the model names of ``/v1/models``, in the server's order.

    Raises:
        NonsenseAnswer: the body is not such a list.
    """
    entries = _load_object(body).get("data")
    if not isinstance(entries, list):
        raise NonsenseAnswer("answered without a list of models")
    names = (name_text(entry.get("id")) for entry in entries if isinstance(entry, dict))
    return tuple(name for name in names if name)


def error_text(body: bytes, limit: int = 300) -> str:
    """What a server said was wrong, as one printable line of at most ``limit`` characters; may be empty."""
    try:
        data = _load_object(body)
    except NonsenseAnswer:
        return ""
    error = data.get("error", data)
    message = error
    if isinstance(error, dict):
        message = (
            error.get("message") or error.get("detail") or data.get("message") or data.get("detail") or ""
        )
    return one_line(message if isinstance(message, str) else json.dumps(message), limit)


def error_names(body: bytes) -> tuple[str, str]:
    """The parameter that a server refuses and the error's code; each may be empty."""
    try:
        error = _load_object(body).get("error")
    except NonsenseAnswer:
        return "", ""
    if not isinstance(error, dict):
        return "", ""
    param, code = error.get("param"), error.get("code")
    return (param if isinstance(param, str) else "", code if isinstance(code, str) else "")


def estimate(prompt_chars: int, samples: tuple[Completion, ...]) -> Usage:
    """Tokens by length, so that a token budget still ends a loop whose server counts nothing."""
    written = sum(-(-len(sample.text) // CHARS_PER_TOKEN) for sample in samples)
    return Usage(prompt_tokens=-(-prompt_chars // CHARS_PER_TOKEN), completion_tokens=written)


def one_line(text: str, limit: int) -> str:
    """Printable characters only (a terminal obeys the others), runs of blanks as one, at most ``limit``."""
    # The slice before the work: the text can be as long as the body.
    printable = "".join(char if char.isprintable() else " " for char in text[: 4 * limit])
    line = " ".join(printable.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."


def name_text(value: object) -> str:
    """A model's name from a field of any type; empty where there is none."""
    return one_line(value, _MAX_NAME_CHARS) if isinstance(value, str) else ""


def _load_object(body: bytes) -> dict[str, object]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:  # ValueError covers bad JSON, bad UTF-8 and huge integers
        shown = one_line(body[:200].decode("utf-8", "replace"), 60)
        what = f"answered something other than JSON ({shown!r})" if shown else "answered nothing"
        raise NonsenseAnswer(what) from error
    if not isinstance(data, dict):
        raise NonsenseAnswer("answered JSON that is not an object")
    return data


def _sample(choice: dict[str, object]) -> Completion:
    message = choice.get("message")
    fields = message if isinstance(message, dict) else {}
    finish_reason = _finish_reason(choice)
    text = _content_text(fields.get("content"))
    refusal = fields.get("refusal")
    if isinstance(refusal, str) and refusal.strip():
        text, finish_reason = text or _valid_unicode(refusal), "refusal"
    return _capped(text, finish_reason)


def _text_sample(choice: dict[str, object]) -> Completion:
    text = choice.get("text")
    return _capped(_valid_unicode(text) if isinstance(text, str) else "", _finish_reason(choice))


def _finish_reason(choice: dict[str, object]) -> str:
    reason = choice.get("finish_reason")
    said = one_line(reason, _MAX_REASON_CHARS) if isinstance(reason, str) else "stop"
    return "refusal" if said == "content_filter" else said


def _capped(text: str, finish_reason: str) -> Completion:
    if len(text) > MAX_SAMPLE_CHARS:
        text, finish_reason = text[:MAX_SAMPLE_CHARS], "length"
    return Completion(text=text, finish_reason=finish_reason or "stop")


def _content_text(content: object) -> str:
    """The text of a message: a string, a list of parts of which some are text, or null."""
    if isinstance(content, str):
        return _valid_unicode(content)
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        return _valid_unicode("".join(part for part in parts if isinstance(part, str)))
    return ""


def _valid_unicode(text: str) -> str:
    """JSON escapes can carry half a surrogate pair, which no UTF-8 sink accepts: shown as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _usage(value: object) -> Usage | None:
    if not isinstance(value, dict):
        return None
    prompt, completion = value.get("prompt_tokens"), value.get("completion_tokens")
    for count in (prompt, completion):
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= _MAX_TOKENS_CLAIMED:
            return None
    return Usage(prompt_tokens=prompt, completion_tokens=completion)


def _scaled(usage: Usage, samples: tuple[Completion, ...]) -> Usage:
    """The first choice's tokens, scaled to all choices by the length of their texts."""
    first = len(samples[0].text)
    if not first:
        return estimate(0, samples).model_copy(update={"prompt_tokens": usage.prompt_tokens})
    total = sum(len(sample.text) for sample in samples)
    scaled = -(-usage.completion_tokens * total // first)
    return Usage(prompt_tokens=usage.prompt_tokens, completion_tokens=scaled)
