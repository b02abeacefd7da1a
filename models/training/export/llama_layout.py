"""Where llama.cpp keeps a Llama's matrices, and in which order their rows stand there.

Transformers turns query and key vectors by rotary angles in halves (dimension ``i`` with ``i + d/2``),
llama.cpp's Llama in neighbours (``2i`` with ``2i + 1``), as the original weights do. A head's rows are
therefore put in another order on the way; of an adapter, the rows of ``B``, whose product with ``A`` is added
to the matrix.
"""

from __future__ import annotations

from typing import Any

from models.errors import installing
from verifiers.errors import InvalidInput, ToolMissing

ROTATED = ("attn_q", "attn_k")


class LlamaLayout:
    """Names and row orders for one Llama.

    Args:
        layers: Decoder layers.
        heads: Query heads.
        kv_heads: Key and value heads.

    Raises:
        ToolMissing: the ``gguf`` package is not installed.
    """

    def __init__(self, layers: int, heads: int, kv_heads: int) -> None:
        try:
            import gguf
        except ImportError as error:
            raise ToolMissing("Writing GGUF files needs the gguf package.", installing("train")) from error
        self._heads = {"attn_q": heads, "attn_k": kv_heads}
        self._names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, layers)

    def name(self, theirs: str) -> str:
        """llama.cpp's name of transformers' parameter ``theirs``, both with ``.weight``.

        Raises:
            InvalidInput: a Llama has no such parameter.
        """
        found = self._names.get_name(theirs, try_suffixes=(".weight",))
        if found is None:
            raise InvalidInput(
                "model",
                f"holds {theirs[:200]!r}, which llama.cpp's Llama does not.",
                "Export Llama models only.",
            )
        return str(found)

    def rows(self, name: str, matrix: Any) -> Any:
        """The matrix with its rows in llama.cpp's order; only queries' and keys' are moved.

        Args:
            name: llama.cpp's name.
            matrix: Array of shape (rows, columns); rows are the matrix's outputs.
        """
        heads = self._heads.get(name.split(".")[-2])
        if heads is None:
            return matrix
        halves = matrix.reshape(heads, 2, matrix.shape[0] // heads // 2, *matrix.shape[1:])
        return halves.swapaxes(1, 2).reshape(matrix.shape)


def layout_of(config: Any) -> LlamaLayout:
    """The layout for a transformers configuration.

    Raises:
        InvalidInput: it is not a Llama that llama.cpp knows by that name.
        ToolMissing: the ``gguf`` package is not installed.
    """
    if config.model_type != "llama":
        raise InvalidInput(
            "model", f"is of type {config.model_type!r}.", "Only Llama models can be exported."
        )
    if getattr(config, "attention_bias", False) or getattr(config, "mlp_bias", False):
        raise InvalidInput("model", "has biases in its layers.", "Only Llamas without them can be exported.")
    return LlamaLayout(config.num_hidden_layers, config.num_attention_heads, config.num_key_value_heads)
