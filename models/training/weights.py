"""Where a recipe's model is on this machine: a folder, a hub name, or a GGUF file made into a folder once."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from models.embedded import find_packaged_model
from models.errors import ModelMissing, installing
from models.training.errors import in_short
from models.training.recipe import EMBEDDED
from models.training.word_cutting import cut_words
from verifiers.errors import ToolFailed, ToolMissing


def default_cache() -> Path:
    """Where converted models are kept."""
    return Path.home() / ".local" / "share" / "acrisol" / "models"


def checkpoint_of(model: str, cache: Path | None = None) -> str:
    """A name that transformers' ``from_pretrained`` takes: a folder with safetensors, or a hub name as it is.

    A GGUF file's weights are made float32 and kept in ``cache`` under the file's digest, so that this takes
    half a minute once. Their loss of precision stays: what was 4 bits wide is not better for it.

    Args:
        model: As in a recipe.
        cache: Where converted models are kept; None takes :func:`default_cache`.

    Raises:
        ModelMissing: there is no such folder or file, or it is not GGUF, or damaged.
        ToolFailed: the cache cannot be written.
        ToolMissing: transformers is not installed.
    """
    if model == EMBEDDED:
        return str(_converted(find_packaged_model(), cache or default_cache()))
    path = Path(os.path.expanduser(model))
    if path.suffix == ".gguf":
        return str(_converted(path, cache or default_cache()))
    if os.path.isdir(path):
        if not (path / "config.json").is_file():
            raise ModelMissing(
                f"There is no config.json in {path}.", "Give the folder of a saved checkpoint."
            )
        if not list(path.glob("*.safetensors")):
            raise ModelMissing(
                f"There are no safetensors in {path}; other formats can hold code and are not loaded.",
                "Save the model with save_pretrained, which writes safetensors.",
            )
        return str(path)
    if model.startswith((".", "/", "~")) or model.count("/") > 1:
        raise ModelMissing(f"There is no folder {model}.", "Give the folder of a saved checkpoint.")
    return model


def _converted(gguf: Path, cache: Path) -> Path:
    try:
        with gguf.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise ModelMissing(f"{gguf} is not a GGUF file.", "Give the path of a .gguf file.")
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelMissing(
            f"The model file {gguf} cannot be read ({error.strerror}).", "Give the path of a .gguf file."
        ) from error
    folder = cache / f"{gguf.stem}-{digest[:12]}"
    if not (folder / "config.json").is_file():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=".converting-", dir=cache))
        except OSError as error:
            raise _unwritten(cache, error) from error
        try:
            _convert(gguf, made)
            os.replace(made, folder)
        except OSError as error:
            if not (folder / "config.json").is_file():  # else another process was first
                raise _unwritten(cache, error) from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return folder


def _unwritten(cache: Path, error: Exception) -> ToolFailed:
    return ToolFailed(f"{cache} cannot be written ({in_short(error)}).", "Make room there.")


def _convert(gguf: Path, folder: Path) -> None:
    try:
        import torch
        import transformers
        from safetensors import SafetensorError
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise ToolMissing(
            "Reading a GGUF model needs torch and transformers.", installing("train")
        ) from error
    transformers.utils.logging.disable_progress_bar()
    where = {"gguf_file": gguf.name, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(gguf.parent), **where)
        cut_words(tokenizer, gguf)
        model = AutoModelForCausalLM.from_pretrained(str(gguf.parent), dtype=torch.float32, **where)
    except Exception as error:  # a damaged file raises errors of every kind
        raise ModelMissing(
            f"{gguf} cannot be read as a model ({in_short(error)}).", "Give a whole GGUF file of a Llama."
        ) from error
    # The weights are plain by now, but the model still says that it is quantised and would not be saved.
    for holder, attribute in ((model, "hf_quantizer"), (model.config, "quantization_config")):
        if hasattr(holder, attribute):
            delattr(holder, attribute)
    try:
        tokenizer.save_pretrained(folder)
        model.save_pretrained(folder)
    except SafetensorError as error:  # how safetensors says that the disk is full
        raise OSError(str(error)) from error
