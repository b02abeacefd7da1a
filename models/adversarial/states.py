"""A model in one of its states, ready to be asked: the base as it is, or with an adapter over it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from models.chat import ChatModel
from models.errors import ModelMissing
from models.select import EMBEDDED, NO_ADAPTER, open_model
from models.training.export.adapter import CONFIG, WEIGHTS
from models.training.hub import hub_folder, is_hub_name
from verifiers.errors import InvalidInput


def open_state(base: str, adapter: Path | None, folder: Path) -> ChatModel:
    """Open a state; the caller closes it.

    What must be made to serve the adapter is named by the digest of its weights and settings, and so is the
    model: results of another adapter are never taken for its own.

    Args:
        base: ``embedded``, a GGUF file, a checkpoint folder, a hub's ``owner/name``, which is fetched, or a
            server's URL where there is no adapter.
        adapter: A saved LoRA adapter's folder, or one as GGUF; None for the base as it is.
        folder: Where what is made is kept, and found again: a GGUF file for llama.cpp, or the merged weights
            of a checkpoint.

    Raises:
        InvalidInput: the base takes no adapter, or the folder cannot be written.
        ModelMissing: the base or the adapter is not there, and cannot be fetched.
        ToolMissing: what fetches or serves the base is not installed.
        Disagreement: what was made does not answer as the trained model does.
    """
    llama = base == EMBEDDED or base.lower().endswith(".gguf")
    if not llama and is_hub_name(base) and not Path(base).exists():
        base = str(hub_folder(base))
    if adapter is None:
        return open_model(base, adapter=NO_ADAPTER if llama else None)
    if not llama and not Path(base).is_dir():
        raise InvalidInput(
            "adapter", f"cannot be laid over {base[:200]!r} here.", "Serve both, and give the server's URL."
        )
    is_gguf = adapter.suffix == ".gguf"
    if is_gguf and not llama:
        raise InvalidInput("adapter", "is GGUF, and the base is not.", "Give the adapter's folder.")
    name = f"adapter-{_digest([adapter] if is_gguf else [adapter / part for part in (WEIGHTS, CONFIG)])[:12]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_gguf:
            _copied(adapter, folder / f"{name}.gguf")
    except OSError as error:
        raise InvalidInput("out", f"{folder} cannot be written ({error.strerror}).") from error
    if llama:
        made = folder / f"{name}.gguf"
        if not made.exists():
            _lora(base, adapter, made)
        return open_model(base, adapter=str(made))
    merged = folder / name
    if not merged.exists():
        _merged(base, adapter, merged)
    return open_model(str(merged))


def _digest(parts: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in parts:
        try:
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise ModelMissing(
                f"The adapter {str(path)[:200]!r} cannot be read ({error.strerror}).",
                "Give a saved LoRA adapter's folder, such as a run's best/, or a GGUF file.",
            ) from error
    return whole.hexdigest()


def _copied(adapter: Path, made: Path) -> None:
    if not made.exists():
        draft = made.with_suffix(".tmp")
        shutil.copyfile(adapter, draft)
        draft.replace(made)


def _lora(base: str, adapter: Path, path: Path) -> None:
    from models.training.export.run import Wanted, export

    export(base, adapter, [Wanted("lora", path)])


def _merged(base: str, adapter: Path, path: Path) -> None:
    from models.training.export.run import Wanted, export

    export(base, adapter, [Wanted("safetensors", path)])
