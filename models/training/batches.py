"""Rows in the order of an epoch, and as the tensors of a step."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

IGNORED = -100  # a label that bears no loss, in torch and transformers
_POOL_BATCHES = 8


class Order:
    """A sampler whose order follows from seed and epoch alone, so that a resumed run sees the same rows.

    Args:
        lengths: Tokens of each sequence.
        seed: Of the order.
        micro_batch: Sequences at a time on one device.
        batch: Sequences a step; None leaves lengths out of account. Otherwise micro-batches are made of
            sequences of like length out of a pool of eight steps, and mixed again.
    """

    def __init__(self, lengths: Sequence[int], seed: int, micro_batch: int, batch: int | None = None) -> None:
        self._lengths = list(lengths)
        self._seed = seed
        self._micro_batch = micro_batch
        self._batch = batch
        self._epoch = 0

    def __len__(self) -> int:
        return len(self._lengths)

    def set_epoch(self, epoch: int) -> None:
        """Called by accelerate's data loader when an epoch begins."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        chance = random.Random(f"{self._seed}:{self._epoch}")
        rows = list(range(len(self._lengths)))
        chance.shuffle(rows)
        if self._batch is None:
            return iter(rows)
        pool, size = self._batch * _POOL_BATCHES, self._micro_batch
        batches: list[list[int]] = []
        for start in range(0, len(rows), pool):
            near = sorted(rows[start : start + pool], key=lambda row: -self._lengths[row])
            batches += [near[place : place + size] for place in range(0, len(near), size)]
        short = [each for each in batches if len(each) < size]  # elsewhere it would shift all after it
        whole = [each for each in batches if len(each) == size]
        chance.shuffle(whole)
        return iter([row for each in (*whole, *short) for row in each])


class Collator:
    """Sequences, each of one or several rows, as padded tensors.

    Rows in one sequence do not see each other: their positions begin at 0 again, where transformers cuts the
    attention mask.

    Args:
        rows: By number: ``input_ids``, ``start`` (of the completion) and ``weights`` (of its tokens).
        pad_id: The token that fills up.
        packing: Sequences hold several rows.
    """

    def __init__(self, rows: Any, pad_id: int, *, packing: bool) -> None:
        self._rows = rows
        self._pad_id = pad_id
        self._packing = packing

    def __call__(self, sequences: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Tensors of [sequences, tokens], and ``token_count``: how many of them are no padding."""
        import torch

        made = [self._sequence(sequence["rows"]) for sequence in sequences]
        width = max(len(ids) for ids, *_ in made)

        def filled(part: int, filler: float) -> Any:
            return torch.tensor([[*each[part], *[filler] * (width - len(each[part]))] for each in made])

        batch = {
            "input_ids": filled(0, self._pad_id),
            "labels": filled(1, IGNORED),
            "token_weights": filled(2, 0.0),
        }
        if self._packing:
            batch["position_ids"] = filled(3, 0)
        else:
            batch["attention_mask"] = torch.tensor(
                [[1] * len(ids) + [0] * (width - len(ids)) for ids, *_ in made]
            )
        batch["token_count"] = torch.tensor(sum(len(ids) for ids, *_ in made))
        return batch

    def _sequence(self, numbers: Sequence[int]) -> tuple[list[int], list[int], list[float], list[int]]:
        ids: list[int] = []
        labels: list[int] = []
        weights: list[float] = []
        positions: list[int] = []
        for number in numbers:
            row = self._rows[number]
            tokens, start = row["input_ids"], max(row["start"], 1)  # nothing foretells the first token
            ids += tokens
            labels += [IGNORED] * start + tokens[start:]
            weights += [0.0] * start + row["weights"][start - row["start"] :]
            positions += range(len(tokens))
        return ids, labels, weights, positions
