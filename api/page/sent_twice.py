"""A form that is sent twice, by a double click or a reload, makes one thing.

Each form that is shown carries a random mark. What comes with the mark of an earlier sending and asks for the
same is that sending again; whoever goes back and changes something asks for something else.
"""

from __future__ import annotations

import hashlib
import uuid

from worker.store.idempotency import Once

FIELD = "once"


def fresh() -> str:
    """A mark for a form."""
    return uuid.uuid4().hex


def once(mark: str, asked: str) -> Once | None:
    """That a form makes something only the first time; None where it has no mark.

    Args:
        mark: What came in the form's field :data:`FIELD`.
        asked: What is asked for, in any words that are the same each time.
    """
    if not mark:
        return None
    digest = hashlib.sha256(f"{mark}\n{asked}".encode(errors="surrogatepass")).hexdigest()
    return Once(key=f"page-{digest}", digest=digest)
