"""Language balance: count in one pass, decide a share for each language, draw in the next pass."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.data.counting import Tally
from models.data.document import Document
from models.data.set_steps import LanguageBalance


def fraction(seed: int, purpose: str, key: str) -> float:
    """A number in [0, 1) that depends on nothing but its arguments; uniform over keys."""
    drawn = hashlib.sha256(f"{seed}\0{purpose}\0{key}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") / 2**64


def shares(counts: Mapping[str, int], step: LanguageBalance) -> dict[str, float]:
    """Which share of each language's documents is kept.

    Languages are cut at the largest number c that is at most ``most`` of all that is then left. Where k of
    them are larger than c and the others hold r documents together, c = most (k c + r), so
    c = most r / (1 - most k). Where no c will do (fewer than 1 / ``most`` languages) all end at the smallest.

    Args:
        counts: Documents by language.
        step: The limits.
    """
    sizes = sorted((count for count in counts.values() if count), reverse=True)
    cap = float(sizes[0]) if sizes else 0.0
    if sizes and cap > step.most * sum(sizes):
        cap = float(sizes[-1])
        for cut in range(1, len(sizes)):
            even = step.most * sum(sizes[cut:]) / (1 - step.most * cut)
            if even >= sizes[cut]:
                cap = even
                break
    if step.documents is not None:
        cap = min(cap, float(step.documents))
    return {language: min(1.0, cap / count) if count else 1.0 for language, count in counts.items()}


@dataclass(frozen=True)
class CountLanguages:
    """The end of the pass before: counts a shard."""

    folder: Path

    def __call__(self, data: Iterable[Document], rank: int, world_size: int) -> Iterator[Document]:
        counts: Counter[str] = Counter()
        for document in data:
            counts[document.language] += 1
            yield document
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"count-{rank:05d}.json").write_text(json.dumps(counts))


@dataclass(frozen=True)
class DecideShares:
    """The stage between, one task: adds up and decides."""

    folder: Path
    step: LanguageBalance

    def __call__(self, data: object, rank: int, world_size: int) -> None:
        counts: Counter[str] = Counter()
        for path in sorted(self.folder.glob("count-*.json")):
            counts.update(json.loads(path.read_text()))
        (self.folder / "shares.json").write_text(json.dumps(shares(counts, self.step)))


@dataclass(frozen=True)
class DrawByLanguage:
    """The start of the pass after: draws by each document's name, so that the order does not matter."""

    folder: Path
    seed: int
    flow: Path

    def __call__(self, data: Iterable[Document], rank: int, world_size: int) -> Iterator[Document]:
        kept: dict[str, float] = json.loads((self.folder / "shares.json").read_text())
        tally = Tally()
        for document in data:
            tally.enters(document)
            if fraction(self.seed, "balance", document.id) < kept[document.language]:
                tally.leaves(document)
                yield document
            else:
                tally.dropped["language has too much"] += 1
        tally.save(self.flow / f"{rank:05d}.json")
