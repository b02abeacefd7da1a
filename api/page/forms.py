"""Forms whose fields are named by the value's own dotted paths, such as ``tests.files.0.content``.

So a form needs no vocabulary of its own: it becomes a value by nesting its names, a value becomes a form by
joining them, and what is wrong with a value names the field that it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from verifiers.domain import MAX_FILE_BYTES, MAX_FILES
from verifiers.errors import InvalidInput
from verifiers.validation import problems

Fields = Mapping[str, str]
_V = TypeVar("_V", bound=BaseModel)
_ROW = re.compile(r"(.+)\.\d{1,3}\.(path|content)")
_MOST_FIELDS = 2 * MAX_FILES + 100


class Faulty(Exception):
    """A form that is no value; shown again with what is wrong.

    Args:
        faults: What is wrong, each with the name of its field.
    """

    def __init__(self, faults: Sequence[InvalidInput]) -> None:
        super().__init__(faults)
        self.faults = tuple(faults)


async def _form(request: Request) -> FormData:
    return await request.form(max_files=MAX_FILES, max_fields=_MOST_FIELDS, max_part_size=MAX_FILE_BYTES + 1)


Form = Annotated[FormData, Depends(_form)]


def read(form: FormData, uploads: Sequence[str] = ()) -> dict[str, str]:
    """A form's fields by name, uploaded files as further rows.

    Args:
        form: As it came.
        uploads: Names of fields that hold files: ``tests.files`` makes ``tests.files.3.path`` and so on.

    Raises:
        Faulty: an uploaded file is no text.
    """
    fields = {
        name: value.replace("\r\n", "\n") for name, value in form.multi_items() if isinstance(value, str)
    }
    for name in uploads:
        number = 1 + max((int(row.split(".")[-2]) for row in fields if _ROW.fullmatch(row)), default=-1)
        for upload in form.getlist(name):
            if isinstance(upload, UploadFile) and upload.filename:
                fields[f"{name}.{number}.path"] = upload.filename
                fields[f"{name}.{number}.content"] = _text(name, upload)
                number += 1
    return fields


def value(kind: type[_V], fields: Fields, **more: object) -> _V:
    """The value that the fields spell out; empty ones count as not given, and so do rows without content.

    Args:
        kind: Of what kind it is.
        fields: The fields.
        more: What is known already.

    Raises:
        Faulty: they spell out none.
    """
    given = {name: text for name, text in fields.items() if text.strip() and not _is_empty_row(name, fields)}
    try:
        return kind.model_validate({**_nested(given), **more})
    except ValidationError as error:
        found = problems(error.errors(include_url=False, include_input=False))
        raise Faulty(
            [InvalidInput(each.field or "The form", f"{each.message}.") for each in found]
        ) from error


def spelt(given: BaseModel) -> dict[str, str]:
    """The fields of a form that gives this value."""
    return dict(_flat("", given.model_dump(mode="json")))


def rows(fields: Fields, name: str) -> list[tuple[int, str, str]]:
    """The files in a form, each with its row's number, and an empty row at the end."""
    numbers = sorted(
        {int(key.split(".")[-2]) for key in fields if key.startswith(f"{name}.") and _ROW.fullmatch(key)}
    )
    made = [
        (number, fields.get(f"{name}.{number}.path", ""), fields.get(f"{name}.{number}.content", ""))
        for number in numbers
    ]
    full = [row for row in made if row[2].strip()]
    return [*full, (full[-1][0] + 1 if full else 0, "", "")]


def _is_empty_row(name: str, fields: Fields) -> bool:
    row = _ROW.fullmatch(name)
    return row is not None and not fields.get(f"{row.group(1)}.{name.split('.')[-2]}.content", "").strip()


def _text(name: str, upload: UploadFile) -> str:
    data = upload.file.read(MAX_FILE_BYTES + 1)
    shown = repr((upload.filename or "")[:100])
    if len(data) > MAX_FILE_BYTES:
        raise Faulty([InvalidInput(name, f"{shown} is larger than {MAX_FILE_BYTES:,} bytes.", "Split it.")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Faulty([InvalidInput(name, f"{shown} is not UTF-8 text.", "Give source files.")]) from error


def _nested(fields: Fields) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, text in fields.items():
        *path, last = name.split(".")
        place = made
        for part in path:
            below = place.setdefault(part, {})
            if not isinstance(below, dict):
                break
            place = below
        place[last] = text
    return {name: _listed(below) for name, below in made.items()}


def _listed(below: Any) -> Any:
    """Where all names are numbers, a list in their order."""
    if not isinstance(below, dict):
        return below
    made = {name: _listed(value) for name, value in below.items()}
    if made and all(name.isdecimal() for name in made):
        return [made[name] for name in sorted(made, key=int)]
    return made


def _flat(name: str, given: Any) -> Iterator[tuple[str, str]]:
    if isinstance(given, dict):
        for key, below in given.items():
            yield from _flat(f"{name}.{key}" if name else key, below)
    elif isinstance(given, list):
        for number, below in enumerate(given):
            yield from _flat(f"{name}.{number}", below)
    elif isinstance(given, bool):
        yield name, "true" if given else ""
    elif given is not None:
        yield name, str(given)
