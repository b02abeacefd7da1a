"""A LoRA adapter as the GGUF file that llama.cpp lays over a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.training.export.adapter import Factor
from models.training.export.llama_layout import LlamaLayout
from verifiers.errors import InvalidInput


def write_lora(
    path: Path, factors: Sequence[Factor], layout: LlamaLayout, name: str, *, half: bool = False
) -> None:
    """Write an adapter.

    llama.cpp multiplies ``B @ A`` by ``alpha / rank``, with one ``alpha`` for all and each matrix's own rank.
    ``alpha`` is taken from the first matrix; where another's scale differs, that goes into its ``B``.

    Args:
        path: Where to; overwritten.
        factors: At least one.
        layout: Of the model that the adapter is for.
        name: What the file says it is called.
        half: In float16, half the size.

    Raises:
        InvalidInput: there is nothing in the adapter; its field is ``adapter``.
    """
    import gguf

    if not factors:
        raise InvalidInput(
            "adapter", "changes nothing of this model.", "Give the model that it was trained on."
        )
    # An alpha of 0 would mean "unscaled" to llama.cpp.
    alpha = factors[0].scale * factors[0].a.shape[0] or 1.0
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_name(name)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
    for factor in factors:
        its = layout.name(factor.name)
        more = factor.scale * factor.a.shape[0] / alpha
        b = layout.rows(its, factor.b)
        kind = "float16" if half else "float32"
        writer.add_tensor(f"{its}.lora_a", factor.a.astype(kind))
        writer.add_tensor(f"{its}.lora_b", (b if more == 1 else b * more).astype(kind))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
