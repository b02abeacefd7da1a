"""What vLLM's server is asked for beside completions: health, what it serves, adapters, numbers."""

from __future__ import annotations

import json
import math
from typing import Any

import httpx2

from models.answers import NonsenseAnswer, error_text, one_line, parse_models
from models.errors import ModelUnavailable
from models.wire import tls_context
from verifiers.errors import InvalidInput

_MAX_BYTES = 16 * 2**20
_LOAD_S = 300.0  # an adapter of some gigabytes from a slow disk
_QUICK_S = 10.0
_LOG_HINT = "Look at its log, where 'acrisol model serve' runs."


class ServerApi:
    """A vLLM server's own interface.

    Args:
        url: The server's root, without ``/v1``.
        key: Its API key; None where it asks for none.
    """

    def __init__(self, url: str, key: str | None) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._tls = tls_context(self._url)

    def healthy(self, timeout_s: float = _QUICK_S) -> bool:
        """Whether it answers and its engine lives."""
        try:
            return self._send("GET", "/health", None, timeout_s)[0] == 200
        except ModelUnavailable:
            return False

    def names(self) -> tuple[str, ...]:
        """What can be asked for: the base model first, then adapters.

        Raises:
            ModelUnavailable: it does not answer, or with nonsense.
        """
        body = self._asked("GET", "/v1/models", None, _QUICK_S)
        try:
            return parse_models(body)
        except NonsenseAnswer as error:
            raise ModelUnavailable(f"The server at {self._url} {error}.", _LOG_HINT) from error

    def load(self, name: str, path: str) -> None:
        """Load an adapter, or put another in the place of one of that name; requests go on meanwhile.

        The path must be another one where the weights are others: what the server has computed for a prompt
        is kept by name and path.

        Raises:
            InvalidInput: the server refuses it.
            ModelUnavailable: it does not answer.
        """
        asked = {"lora_name": name, "lora_path": path, "load_inplace": True}
        self._change("/v1/load_lora_adapter", asked, name, _LOAD_S)

    def unload(self, name: str) -> bool:
        """Take an adapter out; False if there was none of that name.

        Raises:
            ModelUnavailable: it does not answer.
        """
        status, body = self._send("POST", "/v1/unload_lora_adapter", {"lora_name": name}, _QUICK_S)
        if status == 404:
            return False
        self._check(status, body, "/v1/unload_lora_adapter")
        return True

    def try_out(self, name: str) -> None:
        """Let a model write one token.

        Raises:
            ModelUnavailable: it does not.
        """
        asked = {"model": name, "prompt": "def", "max_tokens": 1, "temperature": 0, "logprobs": 1}
        body = self._asked("POST", "/v1/completions", asked, _LOAD_S)
        if not _has_numbers(body):
            raise ModelUnavailable(f"{name} computes no numbers.", "Its weights are broken: train it again.")

    def metrics(self, timeout_s: float = _QUICK_S) -> str:
        """Its numbers in Prometheus' text format.

        Raises:
            ModelUnavailable: it does not answer.
        """
        return self._asked("GET", "/metrics", None, timeout_s).decode("utf-8", "replace")

    def _change(self, path: str, asked: dict[str, Any], name: str, timeout_s: float) -> None:
        status, body = self._send("POST", path, asked, timeout_s)
        if 400 <= status < 500 and status not in (401, 403, 404):
            raise InvalidInput(
                "adapter", f"The server refuses {name}: {self._clean(error_text(body))}", _LOG_HINT
            )
        self._check(status, body, path)

    def _asked(self, method: str, path: str, asked: dict[str, Any] | None, timeout_s: float) -> bytes:
        status, body = self._send(method, path, asked, timeout_s)
        self._check(status, body, path)
        return body

    def _check(self, status: int, body: bytes, path: str) -> None:
        if status == 200:
            return
        if status in (401, 403):
            raise ModelUnavailable(
                f"The server at {self._url} refuses the API key.",
                "It was started with another: set ACRISOL_MODEL_API_KEY to that, or start it anew.",
            )
        said = self._clean(error_text(body))
        raise ModelUnavailable(
            f"The server at {self._url} answered {path} with status {status}{f' ({said})' if said else ''}.",
            _LOG_HINT,
        )

    def _send(
        self, method: str, path: str, asked: dict[str, Any] | None, timeout_s: float
    ) -> tuple[int, bytes]:
        headers = {"Accept-Encoding": "identity"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            with (
                httpx2.Client(
                    verify=self._tls, trust_env=False, follow_redirects=False, timeout=timeout_s
                ) as client,
                client.stream(method, f"{self._url}{path}", json=asked, headers=headers) as response,
            ):
                return response.status_code, _body(response.iter_raw())
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            why = one_line(str(error), 200) or type(error).__name__
            raise ModelUnavailable(
                f"The server at {self._url} cannot be reached ({self._clean(why)}).",
                "Start one: acrisol model serve.",
            ) from None  # the request, with the key in its head, is in the exception

    def _clean(self, text: str) -> str:
        return text.replace(self._key, "[API key]") if self._key else text


def _has_numbers(body: bytes) -> bool:
    """Whether a completion's tokens have likelihoods: of a model that computes nonsense none is a number."""
    try:
        found = json.loads(body)["choices"][0]["logprobs"]["token_logprobs"]
        return all(math.isfinite(each) for each in found)
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


def _body(chunks: Any) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > _MAX_BYTES:
            raise httpx2.DecodingError(f"more than {_MAX_BYTES:,} bytes")
        parts.append(chunk)
    return b"".join(parts)
