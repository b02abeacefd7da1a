"""What became of a request that was not answered: whether to ask again, and when."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.answers import error_names, error_text, one_line
from models.errors import ModelMissing, ModelUnavailable

MAX_RETRIES = 4
"""After an answer that says "later" (408, 409, 425, 429, 5xx)."""

MAX_CONNECTION_RETRIES = 2
"""After no answer at all: a wrong address stays wrong, and a person waits for the message."""

FIRST_DELAY_S = 0.5
MAX_DELAY_S = 8.0

_LATER = frozenset({408, 409, 425, 429})


@dataclass(frozen=True)
class Failure:
    """One failed request.

    Attributes:
        message: One sentence for a person.
        hint: The next step.
        retries: How often it may be asked again in all; 0 = asking again is of no use.
        retry_after_s: Seconds that the server asked to wait; None if it did not say.
        status: The HTTP status; None where there was none.
        refused_param: The request's parameter that the server refuses, if it named one.
        missing: The model does not exist there.
    """

    message: str
    hint: str = ""
    retries: int = 0
    retry_after_s: float | None = None
    status: int | None = None
    refused_param: str = ""
    missing: bool = False

    def to_error(self) -> ModelUnavailable:
        """The exception that says so."""
        return (ModelMissing if self.missing else ModelUnavailable)(self.message, self.hint)


def delay_s(retry: int, retry_after_s: float | None, draw: Callable[[], float]) -> float:
    """Seconds to wait before retry number ``retry`` (from 0).

    Exponential with half of it drawn at random, so that clients that failed together do not come back
    together; never less than what the server asked for.

    Args:
        retry: How many retries there have been.
        retry_after_s: What the server asked for, None if nothing.
        draw: A random number in [0, 1).
    """
    backoff = min(FIRST_DELAY_S * 2.0**retry, MAX_DELAY_S)
    jittered = backoff * (0.5 + 0.5 * draw())
    return jittered if retry_after_s is None else max(retry_after_s + 0.1 * jittered, 0.0)


def parse_retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds from ``retry-after-ms`` or ``Retry-After`` (seconds or an HTTP date); None if unreadable."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    try:
        moment = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
        return max(moment.timestamp() - now(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return None


def from_status(url: str, status: int, headers: Mapping[str, str], body: bytes, model: str) -> Failure:
    """Classify an HTTP status that is not a success.

    Args:
        url: The endpoint, free of secrets.
        status: 300 to 599.
        headers: The response's.
        body: The response's, capped.
        model: The model's name that was asked for; may be empty.
    """
    said = error_text(body)
    detail = f": {said}" if said else "."
    param, code = error_names(body)
    if 300 <= status < 400:
        target = one_line(headers.get("location", ""), 200) or "somewhere else"
        return Failure(
            f"The model server at {url} redirects to {target}; redirects are not followed.",
            "Give the address that it redirects to, if you trust it.",
            status=status,
        )
    if status in (401, 403):
        return Failure(
            f"The model server at {url} refused the API key{detail}", "Check the API key.", status=status
        )
    if status == 404:
        asked = f"the model {model!r}" if model else "this path"
        return Failure(
            f"The model server at {url} does not have {asked}{detail}",
            f"See {url}/models for what it serves; the address must be the API's root, such as /v1.",
            status=status,
            missing=bool(model),
        )
    later = status in _LATER or status >= 500
    if status == 501 or code == "insufficient_quota":
        later = False
    return Failure(
        f"The model server at {url} answered {status}{detail}",
        _hint(status, code),
        retries=MAX_RETRIES if later else 0,
        retry_after_s=parse_retry_after(headers),
        status=status,
        refused_param=param if status in (400, 422) and param else "",
    )


def _hint(status: int, code: str) -> str:
    if code == "insufficient_quota":
        return "Check the account's plan and billing."
    if status == 429:
        return "Wait, or lower the number of samples and of parallel tasks."
    if status >= 500:
        return "Look at the server's log, then try again."
    return "Check that the model and its context length fit the request."
