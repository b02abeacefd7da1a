"""What goes wrong with a run: said in a sentence, and nothing that was good is lost."""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from torch import cuda, set_num_threads

from models.errors import ModelMissing
from models.training.errors import TrainingFailed
from models.training.run import Progress, train
from models.training.run_folder import last_checkpoint
from models.training.watched import BEST
from tests.lab.tiny import random_lora, tiny_llama
from tests.lab.training import preference_row, recipe, sft_row, written_rows
from verifiers.errors import InvalidInput


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    set_num_threads(1)
    return tiny_llama(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_rows(
        tmp_path_factory.mktemp("rows") / "rows.jsonl", [sft_row(number) for number in range(30)]
    )


def test_a_loss_that_is_no_number_ends_the_run_with_the_step(model: Path, tmp_path: Path) -> None:
    heavy = [sft_row(number, weight=3e38) for number in range(30)]
    with pytest.raises(TrainingFailed, match="step 1 the loss is inf") as caught:
        train(recipe(model, written_rows(tmp_path / "rows.jsonl", heavy)), tmp_path / "run")
    assert "learning_rate" in caught.value.hint
    assert last_checkpoint(tmp_path / "run") is None


def test_a_full_disk_keeps_the_last_good_checkpoint(model: Path, rows: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk; the adapter still fits, the optimizer does not."""
    said = tmp_path / "said.txt"
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        def fill(progress: Progress) -> None:
            if progress.step == 4:
                resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

        try:
            train(recipe(model, rows), tmp_path / "run", on_progress=fill)
        except TrainingFailed as error:
            resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
            said.write_text(str(error))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert "step 6 could not be written" in said.read_text()
    kept = last_checkpoint(tmp_path / "run")
    assert kept is not None
    assert kept.name == "checkpoint-3"
    assert not (tmp_path / "run" / "checkpoints" / "checkpoint-6").exists()
    assert (tmp_path / "run" / BEST / "adapter_model.safetensors").is_file()
    assert train(recipe(model, rows), tmp_path / "run").ended == "finished"


@pytest.mark.parametrize(
    ("parts", "field", "says"),
    [
        ({"data": {"max_tokens": 16}}, "data.train", "no row to learn from"),
        ({"data": {"max_tokens": 16, "too_long": "error"}}, "rows.jsonl, line 1", "longer than 16 tokens"),
        ({"lora": {"targets": ["q_prej"]}}, "lora.targets", "no layer named so"),
        ({"lora": {"targets": ["q_proj", "nosuch"]}}, "lora.targets", "no layer named so: nosuch"),
        ({"method": "dpo"}, "rows.jsonl, line 1", "no preference row"),
        ({"method": "custom"}, "method", "objective of their own"),
        ({"optimization": {"precision": "bf16"}}, "optimization.precision", "no bfloat16"),
        ({"tuning": "qlora"}, "tuning", "needs a CUDA GPU"),
    ],
)
def test_a_recipe_that_does_not_fit_names_the_field(
    model: Path, rows: Path, tmp_path: Path, parts: dict[str, Any], field: str, says: str
) -> None:
    if "bfloat16" in says and sys.platform == "linux" and " avx512_bf16" in Path("/proc/cpuinfo").read_text():
        pytest.skip("this processor has bfloat16 kernels")
    if cuda.is_available() and ("CUDA" in says or "bfloat16" in says):
        pytest.skip("there is a GPU")
    with pytest.raises(InvalidInput, match=says) as caught:
        train(recipe(model, rows, **parts), tmp_path)
    assert caught.value.field.endswith(field)
    assert caught.value.hint


def test_pairs_are_not_taken_for_completions(model: Path, tmp_path: Path) -> None:
    pairs = written_rows(tmp_path / "pairs.jsonl", [preference_row(0)])
    with pytest.raises(InvalidInput, match="is a preference row") as caught:
        train(recipe(model, pairs), tmp_path / "run")
    assert caught.value.field.endswith("pairs.jsonl, line 1")


def test_a_tokenizer_of_another_model_is_refused(rows: Path, tmp_path: Path) -> None:
    small = tiny_llama(tmp_path / "small", vocab_size=100, bos_token_id=1, eos_token_id=2)
    with pytest.raises(InvalidInput, match="belong to different models"):
        train(recipe(small, rows), tmp_path / "run")


def test_an_adapter_of_another_model_is_refused(model: Path, rows: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    for name, changed in (("wider", {"hidden_size": 128}), ("deeper", {"num_hidden_layers": 3})):
        other = AutoModelForCausalLM.from_pretrained(tiny_llama(tmp_path / name, **changed))
        adapter = random_lora(other, tmp_path / f"{name}-adapter")
        with pytest.raises(InvalidInput, match="made for another model") as caught:
            train(recipe(model, rows, adapter=adapter), tmp_path / f"run-{name}")
        assert caught.value.field == "adapter"


def test_a_pickle_is_not_loaded_as_an_adapter(model: Path, rows: Path, tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    (tmp_path / "adapter_model.bin").write_bytes(b"\x80\x04cos\nsystem\n(S'touch /tmp/pwned'\ntR.")
    with pytest.raises(InvalidInput, match="other formats can hold code"):
        train(recipe(model, rows, adapter=tmp_path), tmp_path / "run")


def test_a_model_as_pickles_is_not_loaded(model: Path, rows: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for path in model.iterdir():
        name = "pytorch_model.bin" if path.suffix == ".safetensors" else path.name
        (folder / name).write_bytes(path.read_bytes())
    with pytest.raises(ModelMissing, match="can hold code"):
        train(recipe(folder, rows), tmp_path / "run")


def test_a_folder_keeps_to_its_recipe_and_rows(model: Path, tmp_path: Path) -> None:
    path = written_rows(tmp_path / "rows.jsonl", [sft_row(number) for number in range(30)])
    wanted = recipe(model, path)
    with pytest.raises(InvalidInput):  # fails before its first step, so that the folder is free
        train(recipe(model, path, data={"max_tokens": 16}), tmp_path / "run")

    def stop(progress: Progress) -> None:
        if progress.step == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(wanted, tmp_path / "run", on_progress=stop)
    with pytest.raises(InvalidInput, match="another recipe"):
        train(recipe(model, path, lora={"r": 8}), tmp_path / "run")
    written_rows(path, [sft_row(number) for number in range(1, 31)])
    with pytest.raises(InvalidInput, match="rows have changed"):
        train(wanted, tmp_path / "run")
