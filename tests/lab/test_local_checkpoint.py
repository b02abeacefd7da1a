"""A checkpoint folder through ``transformers serve``: random tiny Llama weights, made here."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.chat import Message
from models.errors import ModelUnavailable
from models.local_checkpoint import LocalCheckpointModel
from tests.requirements import require
from verifiers.domain import Sampling

PROMPT = (Message(role="system", content="Be brief."), Message(role="user", content="Add two numbers."))
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant: "
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    present = all(importlib.util.find_spec(name) is not None for name in ("torch", "transformers"))
    require("torch", present, "scripts/install-lab")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    path = tmp_path_factory.mktemp("checkpoints") / "tiny-llama"
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(["<eos>", *letters])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<eos>", pad_token="<eos>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(path)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=512,
        eos_token_id=0,
        bos_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> Iterator[LocalCheckpointModel]:
    model = LocalCheckpointModel(folder)
    yield model
    model.close()


def test_draws_samples_and_counts_their_tokens(model: LocalCheckpointModel) -> None:
    completions = model.complete(PROMPT, Sampling(max_tokens=12, temperature=1.0, seed=1), 3, 300)
    assert len(completions.samples) == 3
    assert len({sample.text for sample in completions.samples}) > 1
    assert completions.usage.prompt_tokens > 10
    assert 3 <= completions.usage.completion_tokens <= 36
    assert not completions.usage_estimated
    assert completions.model == model.name == "tiny-llama"


def test_greedy_repeats_itself(model: LocalCheckpointModel) -> None:
    greedy = Sampling(max_tokens=12, temperature=0.0)
    once, again = (model.complete(PROMPT, greedy, 1, 300).samples[0].text for _ in range(2))
    assert once == again


def test_a_folder_without_weights_is_an_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    model = LocalCheckpointModel(tmp_path)
    with pytest.raises(ModelUnavailable, match="could not be loaded"):
        model.complete(PROMPT, Sampling(max_tokens=4), 1, 120)
    model.close()
