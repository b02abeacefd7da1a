"""Export, with the real libraries on tiny random weights: the same model comes out, or nothing does."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.training.export import run
from models.training.export.adapter import Factor, factors
from models.training.export.agreement import Tolerance
from models.training.export.base import find_base, load_model
from models.training.export.errors import Disagreement
from models.training.export.llama_layout import LlamaLayout
from models.training.export.run import Wanted, export
from tests.lab.tiny import random_lora, tiny_llama
from verifiers.errors import InvalidInput

STEPS = 8


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("tiny") / "base")


@pytest.fixture(scope="module")
def adapter(base: Path) -> Path:
    """Each matrix with its own rank and scale, so that both must be right."""
    return random_lora(
        load_model(find_base(str(base))),
        base.parent / "adapter",
        rank_pattern={"q_proj": 2, "down_proj": 8},
        alpha_pattern={"k_proj": 32},
        use_rslora=True,
    )


def test_every_kind_is_the_trained_model(base: Path, adapter: Path, tmp_path: Path) -> None:
    wanted = [
        Wanted("lora", tmp_path / "base.f32.gguf"),  # as the base might be called
        Wanted("lora-f16", tmp_path / "half.gguf"),
        Wanted("safetensors", tmp_path / "merged"),
        Wanted("f16", tmp_path / "merged.gguf"),
    ]
    found = export(str(base), adapter, wanted, steps=STEPS)
    assert len(found) == 4
    for one in found:
        assert one.agrees
        assert one.telling
    lora, half, merged, rounded = found
    assert lora.same == lora.tokens
    assert merged.same == merged.tokens
    assert rounded.same >= rounded.tokens - 2  # ties within what float16 costs
    assert max(lora.worst, merged.worst) < 0.0005 < half.worst
    assert wanted[1].path.stat().st_size < 0.6 * wanted[0].path.stat().st_size
    assert all(one.path.exists() for one in wanted)
    assert not list(tmp_path.glob(".export-*"))
    # What was made can be started from: a GGUF base, whose description and tokenizer are copied.
    again = export(
        str(tmp_path / "merged"), None, [Wanted("f32", tmp_path / "again.gguf")],
        origin=str(tmp_path / "merged.gguf"), steps=STEPS,
    )  # fmt: skip
    assert again[0].agrees


def test_rows_in_the_wrong_order_are_refused(
    base: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = LlamaLayout.rows

    def wrong(self: LlamaLayout, name: str, matrix: Any) -> Any:
        return matrix if matrix.shape[-1] < 16 else right(self, name, matrix)  # the adapter's, not the base's

    monkeypatch.setattr(LlamaLayout, "rows", wrong)
    _refused(base, adapter, tmp_path)


def test_a_wrong_scale_is_refused(
    base: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(adapted: Any) -> Iterator[Factor]:
        return (dataclasses.replace(factor, scale=1.02 * factor.scale) for factor in factors(adapted))

    monkeypatch.setattr(run, "factors", wrong)
    _refused(base, adapter, tmp_path)


def _refused(base: Path, adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(Disagreement) as caught:
        export(str(base), adapter, [Wanted("lora", tmp_path / "adapter.gguf")], steps=STEPS)
    assert caught.value.agreements[0].worst > 0.01
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_bears_no_rounding_is_to_be_kept_in_16_bits(
    base: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(run.TOLERANCES, "q8_0", Tolerance(worst=1e-9, mean=1e-9))
    with pytest.raises(Disagreement) as caught:
        export(str(base), adapter, [Wanted("q8_0", tmp_path / "model.gguf")], steps=STEPS)
    assert "--as f16" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_long_contexts_and_an_untied_head_are_kept(tmp_path: Path) -> None:
    """As Llama 3.1 has them: slow dimensions turn more slowly, and the head has weights of its own."""
    scaling = {
        "rope_type": "llama3",
        "rope_theta": 10_000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 256,
    }
    model = tiny_llama(tmp_path / "long", tie_word_embeddings=False, rope_parameters=scaling)
    found = export(str(model), None, [Wanted("f32", tmp_path / "long.gguf")], steps=STEPS)
    assert found[0].agrees
    assert found[0].effect is None


def test_an_adapter_of_another_model_is_refused(adapter: Path, tmp_path: Path) -> None:
    other = tiny_llama(tmp_path / "other", hidden_size=32)
    with pytest.raises(InvalidInput) as caught:
        export(str(other), adapter, [Wanted("lora", tmp_path / "x.gguf")], steps=STEPS)
    assert caught.value.field == "adapter"


def test_a_model_that_is_no_llama_is_refused(base: Path, tmp_path: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    other = shutil.copytree(base, tmp_path / "gpt2")
    (other / "model.safetensors").unlink()
    GPT2LMHeadModel(GPT2Config(n_embd=32, n_layer=1, n_head=2, vocab_size=400)).save_pretrained(other)
    with pytest.raises(InvalidInput, match="gpt2"):
        export(str(other), None, [Wanted("f16", tmp_path / "x.gguf")])
