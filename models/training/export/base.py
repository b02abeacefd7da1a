"""The model that training starts from, loaded as transformers sees it."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.embedded import find_packaged_model
from models.errors import ModelMissing, installing
from models.select import EMBEDDED
from models.training.errors import in_short
from models.training.weights import checkpoint_of
from verifiers.errors import InvalidInput, ToolMissing

_ACCEPTED = "Give 'embedded', a .gguf file or a checkpoint folder with config.json and safetensors."


@dataclass(frozen=True)
class Base:
    """Where a model is.

    Attributes:
        folder: What ``from_pretrained`` is given.
        gguf: The file's name in it, for a GGUF model; None for a checkpoint.
    """

    folder: Path
    gguf: str | None

    @property
    def file(self) -> Path | None:
        """The GGUF file; None for a checkpoint."""
        return self.folder / self.gguf if self.gguf else None

    @property
    def name(self) -> str:
        """The file's or folder's name."""
        return self.gguf or self.folder.name


def find_base(spec: str) -> Base:
    """Where the model is that a recipe or a person names.

    Raises:
        InvalidInput: it is not the name of a model; its field is ``base``.
        ModelMissing: it is not there.
    """
    if not spec.strip() or "\0" in spec:
        raise InvalidInput("base", "is empty or not a path.", _ACCEPTED)
    path = find_packaged_model() if spec == EMBEDDED else Path(os.path.expanduser(spec)).absolute()
    if path.suffix.lower() == ".gguf":
        try:
            with path.open("rb") as file:
                whole = file.read(4) == b"GGUF"
        except OSError as error:
            raise ModelMissing(f"{str(path)[:200]} cannot be read ({error.strerror}).", _ACCEPTED) from error
        if not whole:
            raise ModelMissing(f"{path} is not a GGUF file.", _ACCEPTED)
        return Base(path.parent, path.name)
    if not os.path.isfile(path / "config.json"):
        raise ModelMissing(f"There is no model at {str(path)[:200]!r}.", _ACCEPTED)
    if not any(path.glob("*.safetensors")):
        # Other weights are pickles, which run code when they are opened.
        raise InvalidInput("base", f"{path.name!r} has no safetensors weights.", _ACCEPTED)
    return Base(path, None)


def load_model(base: Base) -> Any:
    """The model in float32 on the CPU, set to answer and not to learn.

    Raises:
        ModelMissing: it cannot be read.
        ToolMissing: torch or transformers is not installed.
    """
    folder = _checkpoint(base)
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        # No pickles, no code out of the folder, nothing from elsewhere.
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # a damaged file raises errors of every kind
        raise ModelMissing(f"{base.name} cannot be loaded ({in_short(error)}).", _ACCEPTED) from error
    return model.eval()


def load_tokenizer(base: Base) -> Any:
    """The model's tokenizer.

    Raises:
        ModelMissing: there is none.
        ToolMissing: transformers is not installed.
    """
    folder = _checkpoint(base)
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # as above
        raise ModelMissing(f"{base.name} has no tokenizer ({in_short(error)}).", _ACCEPTED) from error


def _checkpoint(base: Base) -> str:
    """The folder to load; a GGUF file is made into one once."""
    missing = [name for name in ("torch", "transformers", "gguf") if importlib.util.find_spec(name) is None]
    if missing:
        raise ToolMissing(f"Loading a model needs {' and '.join(missing)}.", installing("train"))
    return checkpoint_of(str(base.file or base.folder))
