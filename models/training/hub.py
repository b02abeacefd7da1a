"""Models that a recipe names as a hub does: ``owner/name``."""

from __future__ import annotations

from pathlib import Path

from models.errors import ModelMissing, installing
from models.training.errors import in_short
from verifiers.errors import ToolMissing

# Weights that cannot hold code, and what belongs to them.
_WANTED = ("*.json", "*.safetensors", "*.jinja", "tokenizer.model")


def is_hub_name(model: str) -> bool:
    """Whether it is formed like ``owner/name``; there may be a folder of that name as well."""
    parts = model.split("/")
    return len(parts) == 2 and all(
        part and part[0].isalnum() and all(char.isalnum() or char in "._-" for char in part) for part in parts
    )


def hub_folder(name: str) -> Path:
    """The folder with a hub's model, fetched unless it is on this machine already.

    Raises:
        ModelMissing: it is not here and cannot be fetched, or may not be.
        ToolMissing: huggingface_hub is not installed.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise ToolMissing(
            "A model of a hub is fetched with huggingface_hub, which is missing.", installing("train")
        ) from error
    try:
        return Path(snapshot_download(name, allow_patterns=list(_WANTED)))
    except Exception as error:  # of the network, the hub, the disk: each library of them has its own
        raise ModelMissing(
            f"{name} is not on this machine and cannot be fetched ({in_short(error)}).",
            "Accept its licence and log in with 'hf auth login', or give the folder of a saved checkpoint.",
        ) from error
