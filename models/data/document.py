"""What goes through the data pipeline: one text with where it comes from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue

from verifiers.domain import Value, digest


def _encodable(text: str) -> str:
    """Lone surrogates, which JSON can spell, would fail when the document is written."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("contains a lone surrogate") from error
    return text


Text = Annotated[str, AfterValidator(_encodable)]


class Document(Value):
    """A file, a part of one, or a question with its answer.

    Attributes:
        id: Names it within the corpus, the same in every run: ``source/repository/path``, with ``#name``
            behind it for a part of a file. Documents are sorted by it, so two may not share one.
        text: The code; where there is a ``prompt``, the answer to it.
        source: The recipe's name of the source that it was read from.
        repository: What is split as one: a checkout, a package, ``owner/name``. Empty where nothing is known;
            each document is then split on its own, together with the parts that were made of it.
        path: Relative POSIX path within the repository; hostile, only ever a label.
        license: SPDX expression as the source or a step found it; empty for unknown.
        language: A :class:`~verifiers.domain.Language`'s value, or any other language's usual name in lower
            case; empty until the step ``language`` has run.
        prompt: What ``text`` answers; empty for plain code.
        method: How prompt and text were paired: an :class:`~models.data.rows.Origin`'s ``method``. Empty for
            plain code.
        metadata: What steps tell each other and the card; keys are lower case with underscores. Sources set
            ``encoding``: ``utf-8``, ``utf-16`` or ``unknown`` (what could not be decoded is then U+FFFD). A
            function's tests that were found with it go to ``tests``, its name to ``symbol``.
    """

    id: Text
    text: Text
    source: Text
    repository: Text = ""
    path: Text = ""
    license: Text = ""
    language: Text = ""
    prompt: Text = ""
    method: Text = ""
    metadata: dict[str, JsonValue] = Field(default={})

    @property
    def tests(self) -> str:
        """The tests that were found with it, as source text; empty for none."""
        found = self.metadata.get("tests")
        return found if isinstance(found, str) else ""

    def with_texts(self, text: str, prompt: str, tests: str) -> Document:
        """The same with all that a model or a reader will see of it changed."""
        metadata = self.metadata | {"tests": tests} if self.tests else self.metadata
        return self.model_copy(update={"text": text, "prompt": prompt, "metadata": metadata})

    def part(self, name: str, **changes: Any) -> Document:
        """A document made of this one; it is held out, or not, together with it.

        Args:
            name: Tells it from other parts.
            changes: Fields that differ, ``text`` at least.
        """
        own = {"id": f"{self.id}#{name}", "repository": self.repository or self.id}
        return self.model_copy(update=own | changes)

    @property
    def digest(self) -> str:
        """SHA-256 over prompt and text, in hex: the same for exact duplicates."""
        return digest(f"{self.prompt}\x00{self.text}")

    @property
    def size(self) -> int:
        """Bytes of UTF-8 in prompt and text together."""
        return len(self.prompt.encode()) + len(self.text.encode())
