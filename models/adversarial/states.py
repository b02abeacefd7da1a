"""A model in one of its states, ready to be asked: the base as it is, or with an adapter over it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from models.chat import ChatModel
from models.select import EMBEDDED, NO_ADAPTER, open_model
from verifiers.errors import InvalidInput


def open_state(base: str, adapter: Path | None, folder: Path) -> ChatModel:
    """Open a state; the caller closes it.

    Args:
        base: ``embedded``, a GGUF file, a checkpoint folder, or a server's URL where there is no adapter.
        adapter: A saved LoRA adapter's folder, or one as GGUF; None for the base as it is.
        folder: Where what must be made to serve the adapter is kept, and found again: a GGUF file for
            llama.cpp, or the merged weights of a checkpoint.

    Raises:
        InvalidInput: the base takes no adapter.
        ModelMissing: the base or the adapter is not there.
        Disagreement: what was made does not answer as the trained model does.
    """
    llama = base == EMBEDDED or base.lower().endswith(".gguf")
    if adapter is None:
        return open_model(base, adapter=NO_ADAPTER if llama else None)
    if llama:
        made = adapter if adapter.suffix == ".gguf" else folder / "adapter.gguf"
        _make(base, adapter, made, "lora")
        return open_model(base, adapter=str(made))
    if not Path(base).is_dir():
        raise InvalidInput(
            "adapter", f"cannot be laid over {base[:200]!r} here.", "Serve both, and give the server's URL."
        )
    merged = folder / "merged"
    _make(base, adapter, merged, "safetensors")
    return open_model(str(merged))


def _make(base: str, adapter: Path, path: Path, kind: Literal["lora", "safetensors"]) -> None:
    if path.exists():
        return
    from models.training.export.run import Wanted, export

    path.parent.mkdir(parents=True, exist_ok=True)
    export(base, adapter, [Wanted(kind, path)])
