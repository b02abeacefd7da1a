"""Reading what a person names on the command line, with errors that name it back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from agent.settings import AgentSettings
from api.cli.project import Project, is_hidden, read_project
from verifiers.domain import (
    MAX_FILE_BYTES,
    MAX_INSTRUCTION_CHARS,
    Language,
    SourceFile,
    TestSuite,
)
from verifiers.errors import InvalidInput
from verifiers.source_names import SUFFIXES, languages_of
from verifiers.validation import invalid_input


def read_text(path: Path, field: str) -> str:
    """The text of a UTF-8 file of at most 1 MB, or of stdin for ``-``.

    Raises:
        InvalidInput: there is no such file, it is too large, or it is not text.
    """
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InvalidInput(field, f"{path} cannot be read ({error.strerror}).", "Check the path.") from error
    if len(data) > MAX_FILE_BYTES:
        raise InvalidInput(
            field, f"{path} is larger than {MAX_FILE_BYTES:,} bytes.", "Split it into smaller files."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            field, f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8."
        ) from error


def read_instruction(instruction: str) -> str:
    """The instruction itself, or stdin for ``-``."""
    text = read_text(Path("-"), "instruction") if instruction == "-" else instruction
    if not text.strip():
        raise InvalidInput("instruction", "is empty.", 'Say what the code should do: acrisol solve "..."')
    if len(text) > MAX_INSTRUCTION_CHARS:
        raise InvalidInput(
            "instruction",
            f"has {len(text):,} characters; at most {MAX_INSTRUCTION_CHARS:,} are read.",
            "Shorten it, or give long material as tests.",
        )
    return text


def read_code(path: Path, field: str) -> Project:
    """One file, or all of a folder, as paths relative to it; what is not looked at is said on stderr.

    Raises:
        InvalidInput: see :func:`read_text` and :func:`api.cli.project.read_project`.
    """
    if path.is_dir():
        project = read_project(path, field)
        if project.note:
            typer.echo(f"{path}: {project.note}", err=True)
        return project
    name = "stdin.py" if str(path) == "-" else path.name
    try:
        return Project(files=(SourceFile(path=name, content=read_text(path, field)),))
    except ValidationError as error:
        raise invalid_input(error, field) from error


def read_sources(path: Path, field: str) -> tuple[SourceFile, ...]:
    """The same without the files that are in none of the languages by their name; a file alone is taken."""
    files = read_code(path, field).files
    found = tuple(file for file in files if languages_of(file.path)) if path.is_dir() else files
    if not found:
        raise InvalidInput(field, f"{path} holds no source files.", "Name a file, or another folder.")
    return found


def read_tests(path: Path | None, entry_point: str | None) -> TestSuite | None:
    """The test suite in a file, or in all files of a folder; None if none is named."""
    if path is None:
        if entry_point is not None:
            raise InvalidInput("entry-point", "only goes with tests.", "Add --tests FILE.")
        return None
    try:
        return TestSuite(files=read_code(path, "tests").files, entry_point=entry_point)
    except ValidationError as error:
        raise invalid_input(error, "tests") from error


def named_language(name: str) -> Language:
    """The language of a name.

    Raises:
        InvalidInput: there is none.
    """
    if name not in list(Language):
        raise InvalidInput("language", f"'{name}' is not known.", f"Use one of: {', '.join(Language)}.")
    return Language(name)


def language_of(sources: tuple[SourceFile, ...]) -> Language:
    """The language that the files' suffixes tell; hidden files are asked only where there are no others.

    Raises:
        InvalidInput: they tell none, or several.
    """
    told = [source.path for source in sources if languages_of(source.path)]
    told = [path for path in told if not is_hidden(path)] or told
    shared = frozenset(Language).intersection(*(languages_of(path) for path in told))
    if not told or not shared:
        known = ", ".join(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
        raise InvalidInput(
            "file",
            f"the language cannot be told from the file name (known: {known}).",
            "Name it with --language.",
        )
    return next(language for language in Language if language in shared)


def settings_from(**options: Any) -> AgentSettings:
    """Settings from the environment, with the options that were given on the command line put over them."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return AgentSettings(**given)
    except ValidationError as error:
        raise invalid_input(error) from error
