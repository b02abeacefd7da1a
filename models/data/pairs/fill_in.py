"""Fill-in-the-middle rows: the step ``fill-in``."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from models.data.document import Document
from models.data.source.fill import Sentinels, gaps, joined
from models.data.source.grammars import LANGUAGES, parse
from models.data.step import Dropped, Kept, kept
from verifiers.domain import Value, digest


class FillInStep(Value):
    """Adds texts with a part taken out at a border of the syntax tree, in a fill-in-the-middle format.

    Attributes:
        per_file: Gaps a file at most.
        share: Share of the files that get any.
        keep_file: The file itself goes on as well.
        order: ``psm``, ``spm``, or half of each.
        sentinels: As the model's tokenizer has them.
        least_bytes: In the gap.
        most_bytes: In the gap.
        seed: Of where the gaps are; each file's are its own.
    """

    step: Literal["fill-in"] = "fill-in"
    per_file: int = Field(default=1, ge=1, le=20)
    share: float = Field(default=0.5, ge=0, le=1)
    keep_file: bool = True
    order: Literal["psm", "spm", "both"] = "both"
    sentinels: Sentinels = Sentinels()
    least_bytes: int = Field(default=10, ge=1)
    most_bytes: int = Field(default=2_000, ge=1)
    seed: int = 0

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.least_bytes > self.most_bytes:
            raise ValueError("least_bytes is larger than most_bytes")
        return self

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        if document.prompt or document.language not in LANGUAGES:
            return kept(document)
        if self.sentinels.any_in(document.text):
            return Dropped("holds a sentinel")
        drawn = int(digest(f"fill-in\x00{self.seed}\x00{document.id}"), 16)
        source = parse(document.text, document.language, document.path) if self._wants(drawn) else None
        found = (
            gaps(source, str(self.seed), self.per_file, self.least_bytes, self.most_bytes) if source else []
        )
        rows = []
        for number, gap in enumerate(found):
            spm = self.order == "spm" or (self.order == "both" and (drawn >> number) % 2 == 1)
            prompt, middle = joined(gap, "spm" if spm else "psm", self.sentinels)
            rows.append(document.part(f"gap{number}", text=prompt + middle, method="fill-in"))
        kept_too = (document,) if self.keep_file or not rows else ()
        return Kept((*kept_too, *rows), {"gaps": len(rows)} if rows else {})

    def _wants(self, drawn: int) -> bool:
        return (drawn >> 64) % 1_000_000 < self.share * 1_000_000
