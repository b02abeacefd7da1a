"""A whole Llama as a GGUF file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from models.training.export.base import Base
from models.training.export.llama_layout import layout_of
from models.training.export.tokenizer_gguf import add_tokenizer
from verifiers.errors import InvalidInput

Precision = Literal["f32", "f16", "q8_0"]
# Of the file as a whole, for those who list files: llama.cpp's ``llama_ftype``.
_FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7}
# Stated by the writer itself, or not true of the new file any more.
_OWN = ("GGUF.", "general.architecture", "general.file_type", "general.quantization_version", "general.type")


def write_model(path: Path, model: Any, base: Base, precision: Precision) -> None:
    """Write a model with all that llama.cpp needs to know about it.

    Args:
        path: Where to; overwritten.
        model: A transformers Llama in float32, without an adapter.
        base: What it was made from. Out of a GGUF file its description and tokenizer are copied; a
            checkpoint's are translated.
        precision: ``q8_0`` keeps blocks of 32 weights as bytes with a scale, half of ``f16``. Vectors stay in
            float32 whatever is asked for.

    Raises:
        InvalidInput: it is not a Llama, or its tokenizer is of a kind that is not known here.
        ToolMissing: the ``gguf`` package is not installed.
    """
    layout = layout_of(model.config)
    import gguf

    # Tensors wait in a temporary file, so that a large model need not lie in memory twice.
    writer = gguf.GGUFWriter(path, "llama", use_temp_file=True)
    if base.file is not None:
        _copy_description(writer, base.file)
    else:
        _describe(writer, model.config, base.name)
        add_tokenizer(writer, base.folder)
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_file_type(_FILE_TYPES[precision])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    tied = model.config.tie_word_embeddings
    for theirs, parameter in model.state_dict().items():
        if tied and theirs == "lm_head.weight":
            continue
        name = layout.name(theirs)
        array = layout.rows(name, parameter.detach().float().cpu().numpy())
        kind = _kind(precision, array.shape)
        writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)
    factors = _rope_factors(model.config)
    if factors is not None:
        writer.add_tensor("rope_freqs.weight", factors)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _kind(precision: Precision, shape: tuple[int, ...]) -> Any:
    import gguf

    kinds = gguf.GGMLQuantizationType
    if len(shape) == 1 or precision == "f32":
        return kinds.F32
    if precision == "q8_0" and shape[-1] % gguf.GGML_QUANT_SIZES[kinds.Q8_0][0] == 0:
        return kinds.Q8_0
    return kinds.F16


def _copy_description(writer: Any, file: Path) -> None:
    import gguf

    array = gguf.GGUFValueType.ARRAY
    for key, field in gguf.GGUFReader(file).fields.items():
        if not key.startswith(_OWN):
            inner = field.types[-1] if field.types[0] == array else None
            writer.add_key_value(key, field.contents(), field.types[0], sub_type=inner)


def _describe(writer: Any, config: Any, name: str) -> None:
    writer.add_name(name)
    writer.add_vocab_size(config.vocab_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])


def _rope_factors(config: Any) -> Any:
    """What each pair of dimensions' frequency is divided by; None where nothing is.

    Llama 3.1's way to longer contexts, which llama.cpp keeps as a tensor. transformers computes the scaled
    frequencies, so the factors are their quotient.

    Raises:
        InvalidInput: they are scaled in another way.
    """
    import torch
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    kind = config.rope_parameters.get("rope_type", "default")
    if kind == "default":
        return None
    if kind != "llama3":
        raise InvalidInput("model", f"scales positions by {kind!r}.", "Only Llama 3's way can be exported.")
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    powers = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    plain = 1.0 / config.rope_parameters["rope_theta"] ** powers
    return (plain / scaled).float().numpy()
