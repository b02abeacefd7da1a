"""Questions and answers out of a Stack Exchange dump's ``Posts.xml``, in constant memory for any size.

The dump is CC BY-SA: each pair keeps the numbers of both posts and who wrote them, as the licence asks.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple
from xml.parsers import expat

from models.data.document import Document
from models.data.pairs.html_text import code_blocks, text_of
from verifiers.errors import InvalidInput

_CHUNK = 2**16
_MOST_ROW = 2**22  # bytes of one <row .../>; expat holds it whole
_LANGUAGES = {
    **{
        tag: tag
        for tag in ("python", "javascript", "typescript", "java", "go", "rust", "c", "bash", "solidity")
    },
    **{"c++": "cpp", "python-3.x": "python", "node.js": "javascript", "shell": "bash", "golang": "go"},
    **{
        "solidity-0.8": "solidity",
        "contract-development": "solidity",
        "pandas": "python",
        "django": "python",
    },
}

Row = dict[str, str]


class Wanted(NamedTuple):
    """Which pairs are taken.

    Attributes:
        accepted_only: Only the answer that the asker accepted; else also those with the score.
        min_score: Of the answer; the question needs 0.
        tags: Only questions with one of them; empty for all.
        code: Only answers that hold a code block.
    """

    accepted_only: bool = False
    min_score: int = 1
    tags: tuple[str, ...] = ()
    code: bool = True


class Pair(NamedTuple):
    """A question with an answer.

    Attributes:
        question: The question's number on its site.
        answer: The answer's.
        title: The question's.
        asked: The question's text, code in fences.
        answered: The answer's.
        language: By the question's tags; empty where they do not say.
        tags: The question's.
        score: The answer's.
        accepted: The asker took it.
        authors: Who wrote question and answer: account numbers or shown names.
        license: SPDX expression by the dump's ``ContentLicense``; empty where a row has none.
    """

    question: int
    answer: int
    title: str
    asked: str
    answered: str
    language: str
    tags: tuple[str, ...]
    score: int
    accepted: bool
    authors: tuple[str, str]
    license: str


def read_pairs(path: Path, wanted: Wanted) -> Iterator[Pair]:
    """The pairs of a dump, in the order of the answers in it.

    An answer may stand anywhere behind its question, so questions are kept on disk until then.

    Args:
        path: ``Posts.xml``; hostile.
        wanted: Which are taken.

    Raises:
        InvalidInput: it is no XML, is in an unknown encoding, declares entities, or has a row that
            is too long.
    """
    with tempfile.TemporaryDirectory(prefix="acrisol-posts-") as folder:
        store = sqlite3.connect(Path(folder) / "questions.db", isolation_level=None)
        try:
            store.execute("PRAGMA journal_mode=OFF")
            store.execute("PRAGMA synchronous=OFF")
            store.execute(
                "CREATE TABLE question (id INTEGER PRIMARY KEY, title, body, tags, accepted, owner)"
            )
            yield from _paired(path, wanted, store)
        finally:
            store.close()


def _paired(path: Path, wanted: Wanted, store: sqlite3.Connection) -> Iterator[Pair]:
    store.execute("BEGIN")
    for row in rows(path):
        kind, number = row.get("PostTypeId"), _number(row.get("Id"))
        if kind == "1" and number is not None:
            tags = _tags(row.get("Tags", ""))
            if (wanted.tags and not set(tags) & set(wanted.tags)) or (_number(row.get("Score")) or 0) < 0:
                continue
            given = (
                number,
                row.get("Title", ""),
                row.get("Body", ""),
                " ".join(tags),
                row.get("AcceptedAnswerId", ""),
            )
            store.execute("INSERT OR IGNORE INTO question VALUES (?, ?, ?, ?, ?, ?)", (*given, _owner(row)))
        elif kind == "2" and number is not None:
            pair = _pair(row, number, wanted, store)
            if pair:
                yield pair


def _pair(row: Row, number: int, wanted: Wanted, store: sqlite3.Connection) -> Pair | None:
    score = _number(row.get("Score")) or 0
    parent = _number(row.get("ParentId"))
    if score < wanted.min_score or parent is None:
        return None
    found = store.execute(
        "SELECT title, body, tags, accepted, owner FROM question WHERE id = ?", (parent,)
    ).fetchone()
    if found is None:
        return None
    title, body, tags, accepted, owner = found
    is_accepted = accepted == str(number)
    if wanted.accepted_only and not is_accepted:
        return None
    if wanted.code and not code_blocks(row.get("Body", "")):
        return None
    names = tuple(tags.split())
    language = next((_LANGUAGES[tag] for tag in names if tag in _LANGUAGES), "")
    asked, answered = text_of(body, language), text_of(row.get("Body", ""), language)
    if not answered or not (asked or title):
        return None
    return Pair(
        question=parent,
        answer=number,
        title=" ".join(text_of(title.replace("<", "&lt;")).split()),
        asked=asked,
        answered=answered,
        language=language,
        tags=names,
        score=score,
        accepted=is_accepted,
        authors=(owner, _owner(row)),
        license=_license(row.get("ContentLicense", "")),
    )


def rows(path: Path) -> Iterator[Row]:
    """The attributes of each ``<row>``, read in pieces.

    Entities cannot be declared: a document type is refused before anything in it is read.

    Raises:
        InvalidInput: as :func:`read_pairs`.
    """
    try:
        with path.open("rb") as file:
            yield from _rows(file, path)
    except OSError as error:
        raise InvalidInput(
            "path", f"{path} cannot be read: {error.strerror}.", "Correct the path."
        ) from error


def _rows(file: IO[bytes], path: Path) -> Iterator[Row]:
    parser = expat.ParserCreate()
    waiting: list[Row] = []
    last_end = 0

    def start(name: str, attributes: Row) -> None:
        nonlocal last_end
        last_end = parser.CurrentByteIndex
        if name == "row":
            waiting.append(attributes)

    def doctype(*_given: object) -> None:
        raise InvalidInput(
            "path", f"{path.name} declares a document type, which a dump has not.", "Use the original."
        )

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    at = 0
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            at += len(chunk)
            yield from waiting
            waiting.clear()
            if at - last_end > _MOST_ROW:
                raise InvalidInput(
                    "path", f"{path.name} has a row of more than {_MOST_ROW:,} bytes.", "Use the original."
                )
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: of an encoding it names
        raise InvalidInput("path", f"{path.name} is no XML: {error}.", "Fetch the dump again.") from error
    yield from waiting


def document_of(pair: Pair, source: str, license: str, language: str = "") -> Document | None:
    """A pair as a document; None where its text is no valid Unicode.

    Args:
        pair: The pair.
        source: The recipe's name of the source.
        license: SPDX expression where the post says none.
        language: Of the code, where the tags do not say.
    """
    prompt = f"{pair.title}\n\n{pair.asked}".strip()
    try:
        return Document(
            id=f"{source}/{pair.question}/{pair.answer}",
            text=pair.answered,
            source=source,
            repository=f"{source}/{pair.question}",  # all answers to a question are split as one
            license=pair.license or license,
            language=pair.language or language,
            prompt=prompt,
            method="question-answer",
            metadata={
                "encoding": "utf-8",
                "score": pair.score,
                "accepted": pair.accepted,
                "tags": list(pair.tags),
                "attribution": f"question {pair.question} by {pair.authors[0]}, "
                f"answer {pair.answer} by {pair.authors[1]}",
            },
        )
    except ValueError:  # pydantic's ValidationError is one
        return None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.lstrip("-").isdecimal() and text.isascii() and len(text) < 16 else None


def _tags(text: str) -> tuple[str, ...]:
    """``<a><b>`` in older dumps, ``|a|b|`` in newer ones."""
    return tuple(tag for tag in text.replace("><", "|").strip("<>|").split("|") if tag)[:20]


def _owner(row: Row) -> str:
    number = row.get("OwnerUserId", "")
    return (
        f"user {number}"
        if number
        else " ".join(row.get("OwnerDisplayName", "unknown").split())[:100] or "unknown"
    )


def _license(text: str) -> str:
    """``CC BY-SA 4.0`` as SPDX writes it."""
    known: dict[str, str] = {
        f"CC BY-SA {version}": f"CC-BY-SA-{version}" for version in ("2.5", "3.0", "4.0")
    }
    return known.get(text.strip(), "")
