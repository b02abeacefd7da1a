"""A checkpoint folder served on this machine by ``transformers serve``, in a process of its own."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from models.chat import Completions, Message
from models.cpus import usable_cores
from models.errors import ModelMissing, installing
from models.local_server import LocalServer
from models.openai_compatible import OpenAICompatibleModel
from verifiers.domain import Sampling
from verifiers.errors import ToolMissing


class LocalCheckpointModel:
    """Implements :class:`models.chat.ChatModel` with a folder of weights, on a :class:`LocalServer`.

    On a CPU this is several times slower than the same model as GGUF. Code that a checkpoint brings along
    (``trust_remote_code``) is not run, and nothing is downloaded. The server has no key: other users of this
    machine can reach it on its loopback port.

    Args:
        path: A folder with ``config.json``, weights and a tokenizer with a chat template.
        threads: CPU threads; None takes one a usable physical core.
        start_timeout_s: Seconds that loading may take.

    Raises:
        ModelMissing: no such folder, or no ``config.json`` in it.
        ToolMissing: torch, transformers or what its server needs is not installed.
    """

    def __init__(self, path: Path, *, threads: int | None = None, start_timeout_s: float = 600.0) -> None:
        self._path = path.resolve()
        if not (self._path / "config.json").is_file():
            raise ModelMissing(
                f"There is no config.json in {path}.", "Give the folder of a saved checkpoint."
            )
        missing = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
        if missing:
            raise ToolMissing(
                f"A checkpoint folder needs {' and '.join(missing)}, which this machine lacks.",
                installing("train"),
            )
        self._server = LocalServer(
            self.name,
            {"engine": "transformers", "path": str(self._path), "threads": threads or usable_cores()},
            start_timeout_s,
            "Check that the folder holds the weights and a tokenizer, and that the model fits the memory.",
        )

    def __repr__(self) -> str:
        return f"LocalCheckpointModel({str(self._path)!r})"

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._path.name

    @property
    def endpoint(self) -> str:
        """The folder: the server's port is another one at each start."""
        return str(self._path)

    def start(self, timeout_s: float | None = None) -> str:
        """Start the server unless it runs; returns its URL. Otherwise the first call does.

        Raises:
            ModelUnavailable: it did not start within ``timeout_s`` (default: ``start_timeout_s``) seconds.
        """
        return self._server.start(timeout_s)

    def client(self) -> OpenAICompatibleModel:
        """See :meth:`models.local_server.LocalServer.client`."""
        return self._server.client()

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """See :meth:`models.chat.ChatModel.complete`; the server's start counts.

        Raises:
            ModelUnavailable: as the protocol says, and when the server does not start or dies.
        """
        return self._server.complete(messages, sampling, n, timeout_s)

    def close(self) -> None:
        """End the server; idempotent."""
        self._server.close()
