"""Keeps rows of people's own tasks free of what is theirs alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from models.data.filters.personal import without_personal_data
from models.data.filters.personal_patterns import Kind
from models.data.filters.secrets import lines_with_secrets
from models.data.rows import PreferenceRow, TrainingRow

_KINDS: tuple[Kind, ...] = ("email", "phone", "name")


def without_private(
    rows: Iterable[TrainingRow | PreferenceRow], dropped: Counter[str]
) -> Iterator[TrainingRow | PreferenceRow]:
    """The rows that hold neither secrets nor personal data.

    Nothing is replaced: an answer that was changed is not the one that was verified.

    Args:
        rows: Of tasks.
        dropped: Counts the others, by reason.
    """
    for row in rows:
        answers = row.completion if isinstance(row, TrainingRow) else (*row.chosen, *row.rejected)
        texts = [message.content for message in (*row.prompt, *answers)]
        if any(map(lines_with_secrets, texts)):
            dropped["secret"] += 1
        elif any(without_personal_data(text, _KINDS).counts for text in texts):
            dropped["personal data"] += 1
        else:
            yield row
