"""From what a person writes after ``--model`` to a chat model."""

from __future__ import annotations

import os
from pathlib import Path

from models.chat import ChatModel
from models.errors import ModelMissing
from models.recorded import RecordedModel
from verifiers.errors import InvalidInput

EMBEDDED = "embedded"
ACCEPTED = (
    f"Give {EMBEDDED!r}, the http(s):// URL of an OpenAI-compatible API, a .gguf file, a checkpoint folder "
    "with config.json, or a .jsonl file of recorded completions."
)


def open_model(spec: str, model_name: str | None = None, api_key: str | None = None) -> ChatModel:
    """Open the model that ``spec`` names; nothing is started and no connection made before its first call.

    Args:
        spec: ``embedded``, a URL, a ``.gguf`` file, a folder with ``config.json`` or a ``.jsonl`` file.
        model_name: The model's name at a URL; None takes the first that it lists. Only for URLs.
        api_key: The key for a URL; None where it needs none. Only for URLs.

    Raises:
        InvalidInput: ``spec`` is none of these; its field is ``model``.
        ModelMissing: the file or folder is not there, or what serves it is not installed.
        ToolMissing: a checkpoint folder was given and torch or transformers is not installed.
    """
    spec = spec.strip()
    # Each branch imports its own: the network client alone takes a second.
    if spec.lower().startswith(("http://", "https://")):
        from models.openai_compatible import OpenAICompatibleModel

        return OpenAICompatibleModel(spec, model_name, api_key)
    if model_name is not None:
        raise InvalidInput("model_name", "is given, but only a model behind a URL is chosen by name.")
    if spec == EMBEDDED:
        from models.embedded import EmbeddedModel

        return EmbeddedModel()
    if not spec or "\0" in spec:
        raise InvalidInput("model", "is empty or not a path.", ACCEPTED)
    return _open_path(spec, Path(os.path.expanduser(spec)))


def _open_path(spec: str, path: Path) -> ChatModel:
    if path.suffix.lower() == ".gguf":
        from models.embedded import EmbeddedModel

        return EmbeddedModel(path)
    if path.suffix.lower() == ".jsonl":
        return RecordedModel(path)
    # os.path answers no where pathlib raises, such as for a name that is too long.
    if os.path.isdir(path):
        from models.local_checkpoint import LocalCheckpointModel

        return LocalCheckpointModel(path)
    if "/" in spec and not os.path.exists(path):
        raise ModelMissing(f"There is no model at {spec[:200]!r}.", ACCEPTED)
    raise InvalidInput("model", f"{spec[:200]!r} is not a model.", ACCEPTED)
