"""The steps that write a source text in the usual way without changing the program."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.data.document import Document
from models.data.source.comment_kinds import CommentKind
from models.data.source.comments import NOISE, without_comments
from models.data.source.grammars import LANGUAGES
from models.data.source.indentation import normalised
from models.data.step import Dropped, Kept, kept
from verifiers.domain import Value


class CommentStep(Value):
    """Takes out comments that teach nothing: licence headers, commented-out code, to-do notes, banners.

    Attributes:
        remove: Kinds that go. ``documentation`` and ``other``, which is useful as far as can be told, stay by
            default; Python's docstrings always do.
    """

    step: Literal["comments"] = "comments"
    remove: tuple[CommentKind, ...] = NOISE

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`. What has a prompt is left as it is: it may be prose."""
        if document.language not in LANGUAGES or document.prompt:
            return kept(document)
        done = without_comments(document.text, document.language, document.path, self.remove)
        if done.reason:
            return kept(document, {f"left as it is: {done.reason}": 1})
        if not done.text.strip():
            return Dropped("nothing but comments")
        counts = {f"{kind.value} comments removed": count for kind, count in sorted(done.removed.items())}
        return kept(document if not counts else document.model_copy(update={"text": done.text}), counts)


class IndentationStep(Value):
    """Indents by spaces and drops blanks at line ends; strings, templates and heredocs keep theirs.

    Attributes:
        width: Columns that a tab stands for.
        tabs: Languages that keep their tabs: what their own formatter writes.
    """

    step: Literal["indentation"] = "indentation"
    width: int = Field(default=4, ge=1, le=16)
    tabs: tuple[str, ...] = ("go",)

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        if document.language not in LANGUAGES or document.language in self.tabs or document.prompt:
            return kept(document)
        done = normalised(document.text, document.language, document.path, self.width)
        if done.reason:
            return kept(document, {f"left as it is: {done.reason}": 1})
        if done.text == document.text:
            return kept(document)
        return kept(document.model_copy(update={"text": done.text}), {"lines changed": done.lines})
