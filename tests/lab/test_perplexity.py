"""Perplexity through transformers, on tiny weights."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.evaluation.perplexity import checkpoint_score
from tests.lab.tiny import tiny_llama
from verifiers.errors import InvalidInput

PROMPT, TEXT = "def add(a, b):\n", "    return a + b\n"


def test_it_is_the_models_own_loss_on_the_text_alone(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path)
    with checkpoint_score(folder) as score:
        found = score(PROMPT, TEXT)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    before = tokenizer(PROMPT)["input_ids"]
    after = tokenizer(TEXT, add_special_tokens=False)["input_ids"]
    ids = torch.tensor([before + after])
    labels = torch.tensor([[-100] * len(before) + after])
    loss = float(model(ids, labels=labels).loss)
    assert found.tokens == len(after)
    assert -found.logprob / found.tokens == pytest.approx(loss, rel=1e-4)


def test_a_model_that_knows_nothing_has_the_vocabulary_as_its_perplexity(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path)
    file = folder / "model.safetensors"
    weights = {name: torch.zeros_like(weight) for name, weight in load_file(file).items()}
    save_file(weights, file, metadata={"format": "pt"})
    with checkpoint_score(folder) as score:
        found = score(PROMPT, TEXT)
    size = len(AutoTokenizer.from_pretrained(folder))
    assert math.exp(-found.logprob / found.tokens) == pytest.approx(size, rel=1e-4)


def test_a_long_prompt_loses_its_beginning(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path, max_position_embeddings=64)
    with checkpoint_score(folder) as score:
        assert score("x = 1\n" * 200, TEXT).tokens > 1
        cut = score(PROMPT, "y = 2\n" * 200)
        assert cut.tokens == 63
        assert cut.size is not None
        assert 0 < cut.size < len("y = 2\n" * 200)


def test_a_folder_without_a_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no checkpoint"), checkpoint_score(tmp_path):
        pass


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_damaged_checkpoint_is_one_sentence(tmp_path: Path, name: str) -> None:
    folder = tiny_llama(tmp_path)
    (folder / name).write_bytes(b'{"a": [1]}' if name.endswith("json") else b"\xff" * 100)
    with pytest.raises(InvalidInput, match="holds no checkpoint"), checkpoint_score(folder):
        pass
