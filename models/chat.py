"""What a chat model is: messages in, samples out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, Protocol

from verifiers.domain import Sampling, Usage, Value, digest


class Message(Value):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


def prompt_digest(messages: Sequence[Message]) -> str:
    """SHA-256 over the roles and contents of a conversation, in hex."""
    return digest(json.dumps([[message.role, message.content] for message in messages]))


class Completion(Value):
    """One sample.

    Attributes:
        text: What the model wrote; may be empty.
        finish_reason: ``stop``, ``length`` (cut at max_tokens), ``refusal`` (the provider's own refusal or
            content filter) or whatever else the server said.
    """

    text: str
    finish_reason: str = "stop"


class Completions(Value):
    """All samples of one request.

    Attributes:
        samples: At least one.
        usage: Prompt tokens once, completion tokens over all samples.
        usage_estimated: The server did not count (all of) them, so they were estimated by length.
        model: The model's name as the server gave it.
    """

    samples: tuple[Completion, ...]
    usage: Usage = Usage()
    usage_estimated: bool = False
    model: str = ""


class ChatModel(Protocol):
    """Anything that completes a conversation. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """The model's name, for receipts and logs."""
        ...

    @property
    def endpoint(self) -> str:
        """Where it is reached: a URL, or a file for recorded completions."""
        ...

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """Draw ``n`` samples.

        Args:
            messages: The conversation so far, system message first.
            sampling: How to draw.
            n: Number of samples, at least 1.
            timeout_s: Wall-clock seconds for the whole call, retries included.

        Raises:
            ModelUnavailable: unreachable, out of time, out of retries, or answered nonsense.
        """
        ...

    def close(self) -> None:
        """Stop whatever was started for it; idempotent."""
        ...
