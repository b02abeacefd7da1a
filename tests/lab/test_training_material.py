"""What becomes of rows before they are learnt: each is used or left out, and counted once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from torch import set_num_threads

from models.training.material import prepare
from models.training.run import train
from models.training.tokens import Unfit
from tests.lab.tiny import tiny_llama, tiny_tokenizer
from tests.lab.training import preference_row, recipe, sft_row, written_rows


def long_pair(number: int, *, prompt: str = "", answers: str = "") -> dict[str, Any]:
    row = preference_row(number)
    row["prompt"] = [{"role": "user", "content": f"{prompt} Write {number}"}]
    for side in ("chosen", "rejected"):
        row[side] = [{"role": "assistant", "content": row[side][0]["content"] + answers}]
    return row


@pytest.mark.parametrize("method", ["sft", "dpo"])
def test_lengths_are_plain_numbers(tmp_path: Path, method: str) -> None:
    """A column of a dataset looks like a list, and takes a tenth of a millisecond for each row."""
    made = sft_row if method == "sft" else preference_row
    rows = written_rows(tmp_path / "rows.jsonl", [made(number) for number in range(4)])
    wanted = recipe(tmp_path, rows, method=method, data={"validation_share": 0})
    lengths = prepare(wanted, tiny_tokenizer(), None, tmp_path / "rows", 0).train.lengths
    assert type(lengths) is list
    assert len(lengths) == 4


@pytest.mark.parametrize("too_long", ["drop", "truncate"])
def test_pairs_used_and_left_out_add_up(tmp_path: Path, too_long: str) -> None:
    pairs = [preference_row(number) for number in range(10)]
    pairs += [long_pair(10, prompt="word " * 200), long_pair(11, answers="word " * 200)]
    one_side = long_pair(12)
    one_side["rejected"][0]["content"] += "word " * 200
    rows = written_rows(tmp_path / "pairs.jsonl", [*pairs, one_side])
    wanted = recipe(tmp_path, rows, method="dpo", data={"too_long": too_long})
    counts = prepare(wanted, tiny_tokenizer(), None, tmp_path / "rows", 0).counts
    used = counts["train rows"] + counts["validation rows"]
    assert used + counts[Unfit.TOO_LONG] == 13
    assert (used, counts["truncated"]) == ((10, 0) if too_long == "drop" else (11, 1))


def test_a_pair_that_is_truncated_keeps_its_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trl import DPOTrainer

    set_num_threads(1)
    seen: list[Any] = []
    plain = DPOTrainer.compute_loss

    def compute_loss(self: Any, model: Any, inputs: Any, *more: Any, **options: Any) -> Any:
        seen.append((inputs["input_ids"], inputs["attention_mask"]))
        return plain(self, model, inputs, *more, **options)

    monkeypatch.setattr(DPOTrainer, "compute_loss", compute_loss)
    pairs = [long_pair(number, prompt="word " * 200) for number in range(16)]
    wanted = recipe(
        tiny_llama(tmp_path / "model"),
        written_rows(tmp_path / "pairs.jsonl", pairs),
        method="dpo",
        data={"too_long": "truncate", "validation_share": 0},
        optimization={"max_steps": 1},
    )
    train(wanted, tmp_path / "run")
    tokenizer = tiny_tokenizer()
    ends = [
        tokenizer.decode(ids[mask.bool()]).strip()
        for batch, masks in seen
        for ids, mask in zip(batch, masks, strict=True)
    ]
    assert ends
    assert all(
        len(end) > 100 and end.endswith(("return x\n<|im_end|>", "import os\n<|im_end|>")) for end in ends
    )
