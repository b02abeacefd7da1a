"""A folder that a person names, as the files that verifiers look at and the names of all others in it.

Whatever is text is looked at. What is left out without harm is told; what is left out and could still be run
or imported (a compiled module, a file that the code names) was not judged, and no verdict may pass over it.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from api.cli.folder import Entry, entries, listed
from verifiers.domain import MAX_FILE_BYTES, MAX_FILES, SourceFile, Status, Verdict
from verifiers.errors import InvalidInput
from verifiers.scanners.source import is_inert
from verifiers.source_names import HOUSEKEEPING, MEDIA, PASSED_OVER, languages_of
from verifiers.validation import invalid_input
from verifiers.values import Value, checked_text

_CACHE = "__pycache__"
_ENVIRONMENT = "pyvenv.cfg"
# Python's own name for what it made of NAME.py, and the bytes that say when it holds: 0 is as long as NAME.py
# has the time and size that follow. The others hold by its hash, or whatever it is.
_COMPILED = re.compile(r"(?P<stem>[^.]+)\.[a-z]+-\d+[^/]*\.pyc")
_FLAGS = slice(4, 8)


class Project(Value):
    """What a folder holds.

    Attributes:
        files: What verifiers are given, hidden files last.
        left_out: Files and folders (with a slash) that they are not given, and need not be.
        unseen: Files that they are not given, and that could be run or imported.
    """

    files: tuple[SourceFile, ...]
    left_out: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What a person is told about it; empty where all is looked at."""
        names = [*self.unseen, *self.left_out]
        return f"Not looked at: {listed(names, 12)}." if names else ""

    @property
    def verdict(self) -> Verdict | None:
        """Says that not all could be looked at; None where nothing that matters was left out."""
        if not self.unseen:
            return None
        return Verdict(
            verifier="folder",
            status=Status.INCOMPLETE,
            summary=f"Not looked at, though it could be run or imported: {listed(list(self.unseen))}.",
            evidence={"not_looked_at": list(self.unseen)},
        )


def read_project(folder: Path, field: str) -> Project:
    """Read a folder.

    Raises:
        InvalidInput: there is a link in it, code that is no text, too much, or nothing.
    """
    environments: list[str] = []

    def is_environment(path: Path) -> bool:
        """A hidden folder of an installed Python, which is as much the machine's as Python is."""
        inside = path.relative_to(folder)
        found = inside.name.startswith(".") and (path / _ENVIRONMENT).is_file()
        if found:
            environments.append(f"{inside.as_posix()}/")
        return found

    files: list[SourceFile] = []
    left_out: dict[str, None] = {}
    unseen: list[str] = []
    for entry in entries(folder, field, is_environment):
        if passed := _passed_over(entry.name):
            if _may_be_loaded(entry):
                unseen.append(entry.name)
            left_out[passed] = None
            continue
        content = _content(entry, field)
        if content is not None:
            files.append(_source(entry.name, content, field))
            if len(files) > MAX_FILES:
                raise InvalidInput(
                    field,
                    f"{folder} holds more than {MAX_FILES} files; at most {MAX_FILES} are taken.",
                    "Name a smaller folder.",
                )
        elif is_left_out(entry.name):
            left_out[entry.name] = None
        else:
            unseen.append(entry.name)
    if not files:
        raise InvalidInput(field, f"{folder} holds no source files.", "Name a file, or another folder.")
    files.sort(key=lambda file: (is_hidden(file.path), PurePosixPath(file.path)))
    left = (*left_out, *environments)
    named = [name for name in left if _is_named(name, files)]
    return Project(
        files=tuple(files),
        left_out=tuple(name for name in left if name not in named),
        unseen=(*unseen, *named),
    )


def is_hidden(path: str) -> bool:
    """Whether a file, or a folder that it is in, is hidden."""
    return any(part.startswith(".") for part in PurePosixPath(path).parts)


def is_left_out(name: str) -> bool:
    """Whether a file that is no text, or a file about the project, is nothing to run or import."""
    path = PurePosixPath(name)
    return path.name in HOUSEKEEPING or path.suffix.lower() in MEDIA or is_inert(name)


def _passed_over(name: str) -> str:
    """The folder of version control or of a cache that a file lies in, with a slash; empty where in none."""
    parts = PurePosixPath(name).parts
    for place, part in enumerate(parts[:-1], start=1):
        if part in PASSED_OVER:
            return f"{'/'.join(parts[:place])}/"
    return ""


def _may_be_loaded(entry: Entry) -> bool:
    """Whether a file of such a folder could be run or imported by its name."""
    if not entry.is_file:
        return True
    path = PurePosixPath(entry.name)
    if path.suffix != ".pyc":
        return bool(languages_of(path.name)) or path.suffix in {".so", ".pyd", ".node", ".jsx", ".tsx"}
    compiled = _COMPILED.fullmatch(path.name)
    source = entry.path.parent.parent / f"{compiled['stem']}.py" if compiled else None
    if path.parent.name != _CACHE or source is None or not source.is_file():
        return True
    with entry.path.open("rb") as file:
        return any(file.read(_FLAGS.stop)[_FLAGS])


def _content(entry: Entry, field: str) -> str | None:
    """A file's text; None where it is not to be looked at.

    Raises:
        InvalidInput: it is a link or no file, cannot be read, or is code by its name and no text.
    """
    if not entry.is_file:
        raise InvalidInput(
            field,
            f"{listed([entry.name])} is {entry.what}, and is not followed.",
            "Put there what it stands for, or take it away.",
        )
    try:
        with entry.path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InvalidInput(field, f"{entry.path} cannot be read ({error.strerror}).", "Check it.") from error
    if PurePosixPath(entry.name).name in HOUSEKEEPING and data[:2] != b"#!":
        return None
    try:
        if len(data) > MAX_FILE_BYTES:
            raise ValueError(f"is larger than {MAX_FILE_BYTES:,} bytes")
        return checked_text(data.decode("utf-8-sig"))
    except ValueError as error:
        if not languages_of(entry.name):
            return None
        fault = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise InvalidInput(field, f"{listed([entry.name])} {fault}.", "Code has to be text.") from error


def _source(name: str, content: str, field: str) -> SourceFile:
    try:
        return SourceFile(path=name, content=content)
    except ValidationError as error:
        raise invalid_input(error, f"{field} {listed([name])}") from error


def _is_named(name: str, files: list[SourceFile]) -> bool:
    """Whether code among the files names what was left out: it may include it, load it or run it."""
    called = PurePosixPath(name).name + ("/" if name.endswith("/") else "")
    return any(called in file.content for file in files if not is_inert(file.path))
