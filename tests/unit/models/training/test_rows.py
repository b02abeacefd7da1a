"""Rows out of files, which of them are held out, in which order and sequences they are learnt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.rows import TrainingRow
from models.training.batches import Order
from models.training.dataset import held_out, read_rows
from models.training.recipe import Data
from models.training.tokens import packed
from verifiers.errors import InvalidInput


def row(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "kind": "sft",
        "prompt": [{"role": "user", "content": f"Task {number}"}],
        "completion": [{"role": "assistant", "content": "x = 1"}],
        "origin": {"source": "test"},
        **changed,
    }


def test_rows_come_with_their_place_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(row(0))}\n\n{json.dumps(row(1))}")
    assert [placed.line for placed in read_rows([path], "data.train")] == [1, 3]


def test_a_mark_of_byte_order_at_the_beginning_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(row(0))}\n{json.dumps(row(1))}", encoding="utf-8-sig")
    assert [placed.line for placed in read_rows([path], "data.train")] == [1, 2]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is neither a training row nor a preference row"),
        ('{"kind": "sfx"}', "is neither a training row nor a preference row"),
        ('{"text": "def add(): ..."}', "is text without a prompt"),
        ('{"prompt": []}', "has neither completion nor chosen and rejected"),
        ("{}", "has neither completion nor chosen and rejected"),
        ('{"prompt": [], "chosen": []}', "is no preference row: prompt"),
        (json.dumps(row(0, weight=-1)), "is no sft row: weight input should be greater than or equal to 0"),
        (json.dumps(row(0, wieght=1)), "is no sft row: wieght is not a known field"),
        (json.dumps(row(0, prompt=[])), "is no sft row: prompt"),
        (json.dumps(row(0)).replace("1.0", "NaN")[:-1] + ', "weight": NaN}', "is no sft row: weight"),
        ("\xff\xfe", "is no JSON"),
        (json.dumps(row(0, origin={"source": "x" * 4_100_000})), "is longer than 4 MB"),
    ],
)
def test_a_malformed_row_names_file_and_line(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(f"{json.dumps(row(0))}\n".encode() + line.encode("latin-1"))
    with pytest.raises(InvalidInput) as caught:
        list(read_rows([path], "data.train"))
    assert caught.value.field == f"{path}, line 2"
    assert says in caught.value.message


def test_a_file_that_cannot_be_read_names_the_field(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file") as caught:
        list(read_rows([tmp_path / "none.jsonl"], "data.train"))
    assert caught.value.field == "data.train"


ROWS = [TrainingRow.model_validate(row(number)) for number in range(2000)]


def test_a_share_is_held_out_and_a_row_keeps_its_side() -> None:
    data = Data(validation_share=0.1)
    held = [each for each in ROWS if held_out(each, data, 0)]
    assert 150 < len(held) < 250
    changed = held[0].model_copy(update={"weight": 0.1})
    assert held_out(changed, data, 0), "the prompt alone decides, or its other answers would be trained on"


def test_each_row_is_held_out_in_one_fold() -> None:
    data = Data(folds=5)
    for each in ROWS[:200]:
        assert sum(held_out(each, data, fold) for fold in range(5)) == 1


def test_an_order_follows_from_seed_and_epoch() -> None:
    order = Order([1] * 100, seed=7, micro_batch=4)
    first = list(order)
    order.set_epoch(1)
    second = list(order)
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second
    again = Order([1] * 100, seed=7, micro_batch=4)
    again.set_epoch(1)
    assert list(again) == second


def test_grouping_puts_rows_of_like_length_together_and_loses_none() -> None:
    lengths = [17 * number % 101 for number in range(203)]

    def padding(rows: list[int]) -> int:
        batches = [rows[place : place + 4] for place in range(0, len(rows), 4)]
        return sum(max(lengths[row] for row in batch) * len(batch) for batch in batches) - sum(lengths)

    grouped = list(Order(lengths, seed=0, micro_batch=4, batch=16))
    assert sorted(grouped) == list(range(203))
    assert padding(grouped) < padding(list(Order(lengths, seed=0, micro_batch=4))) / 4


@given(st.lists(st.integers(1, 50), max_size=80))
def test_packing_loses_no_row_and_fills_no_sequence_too_full(lengths: list[int]) -> None:
    sequences = packed(lengths, 50)
    assert sorted(row for sequence in sequences for row in sequence) == list(range(len(lengths)))
    assert all(sum(lengths[row] for row in sequence) <= 50 for sequence in sequences)
    fewest = -(-sum(lengths) // 50)
    assert len(sequences) <= 11 / 9 * max(fewest, len([each for each in lengths if each > 25])) + 1


def test_long_sequences_are_packed_as_quickly_as_short_ones() -> None:
    """A look at each token's worth of room would take two thousand million steps here."""
    room = 131_072
    sequences = packed([90_000 + number % 1000 for number in range(50_000)], room)
    assert len(sequences) == 50_000
