"""From what a person writes after ``--model`` to a chat model."""

from __future__ import annotations

import os
from pathlib import Path

from models.chat import ChatModel
from models.errors import ModelMissing
from models.recorded import RecordedModel
from verifiers.errors import InvalidInput

EMBEDDED = "embedded"
NO_ADAPTER = "none"
_SMALL_BYTES = 500_000_000
ACCEPTED = (
    f"Give {EMBEDDED!r}, the http(s):// URL of an OpenAI-compatible API, a .gguf file, a checkpoint folder "
    "with config.json, or a .jsonl file of recorded completions."
)


def open_model(
    spec: str, model_name: str | None = None, api_key: str | None = None, adapter: str | None = None
) -> ChatModel:
    """Open the model that ``spec`` names; nothing is started and no connection made before its first call.

    Args:
        spec: ``embedded``, a URL, a ``.gguf`` file, a folder with ``config.json`` or a ``.jsonl`` file.
        model_name: The model's name at a URL; None takes the first that it lists. Only for URLs.
        api_key: The key for a URL; None where it needs none. Only for URLs.
        adapter: A LoRA adapter as GGUF, for ``embedded`` and ``.gguf`` files only. None takes the one that
            ships with ``embedded``, if there is one; ``none`` takes none.

    Raises:
        InvalidInput: ``spec`` is none of these; its field is ``model``. Or an adapter was given to what takes
            none; its field is ``adapter``.
        ModelMissing: a file or folder is not there, or what serves it is not installed.
        ToolMissing: a checkpoint folder was given and torch or transformers is not installed.
    """
    spec = spec.strip()
    adapter = adapter.strip() if adapter is not None else None
    if adapter not in (None, NO_ADAPTER) and spec != EMBEDDED and not spec.lower().endswith(".gguf"):
        raise InvalidInput(
            "adapter",
            f"is given, but only {EMBEDDED!r} and .gguf files take one.",
            "At a URL an adapter is chosen by --model-name; into a checkpoint folder merge it first: "
            "acrisol model merge.",
        )
    # Each branch imports its own: the network client alone takes a second.
    if spec.lower().startswith(("http://", "https://")):
        from models.openai_compatible import OpenAICompatibleModel

        return OpenAICompatibleModel(spec, model_name, api_key)
    if model_name is not None:
        raise InvalidInput("model_name", "is given, but only a model behind a URL is chosen by name.")
    if spec == EMBEDDED:
        from models.embedded import EmbeddedModel, find_packaged_adapter

        return EmbeddedModel(adapter=find_packaged_adapter() if adapter is None else _adapter_path(adapter))
    if not spec or "\0" in spec:
        raise InvalidInput("model", "is empty or not a path.", ACCEPTED)
    return _open_path(spec, Path(os.path.expanduser(spec)), _adapter_path(adapter))


def is_small(spec: str) -> bool:
    """Whether a model is too small for long prompts: the packaged one, and any GGUF file below 500 MB."""
    spec = spec.strip()
    if spec == EMBEDDED:
        return True
    path = os.path.expanduser(spec)
    return spec.lower().endswith(".gguf") and os.path.isfile(path) and os.path.getsize(path) < _SMALL_BYTES


def _adapter_path(adapter: str | None) -> Path | None:
    if adapter in (None, NO_ADAPTER):
        return None
    if not adapter or "\0" in adapter:
        raise InvalidInput("adapter", "is empty or not a path.", "Give a .gguf file, or 'none'.")
    return Path(os.path.expanduser(adapter))


def _open_path(spec: str, path: Path, adapter: Path | None) -> ChatModel:
    if path.suffix.lower() == ".gguf":
        from models.embedded import EmbeddedModel

        return EmbeddedModel(path, adapter=adapter)
    if path.suffix.lower() == ".jsonl":
        return RecordedModel(path)
    # os.path answers no where pathlib raises, such as for a name that is too long.
    if os.path.isdir(path):
        from models.local_checkpoint import LocalCheckpointModel

        return LocalCheckpointModel(path)
    if "/" in spec and not os.path.exists(path):
        raise ModelMissing(f"There is no model at {spec[:200]!r}.", ACCEPTED)
    raise InvalidInput("model", f"{spec[:200]!r} is not a model.", ACCEPTED)
