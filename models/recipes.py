"""Recipes as YAML files: found by path or by the name of one that ships, and read with the fault named.

Files are hostile: aliases unfold into gigabytes, and a key that comes twice hides what is meant.
"""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from verifiers.errors import InvalidInput

_MAX_BYTES = 1_000_000
_MOST_SHOWN = 200  # characters of a name
Kind = TypeVar("Kind", bound=BaseModel)


class Found(NamedTuple):
    """A recipe's text.

    Attributes:
        text: The YAML.
        name: What the file is called, for errors.
        folder: What relative paths in it start from: the file's; for one that ships the working folder.
    """

    text: str
    name: str
    folder: Path


class _Loader(yaml.SafeLoader):
    """Plain values; a key that comes twice and an alias are faults, and ``on`` and dates are text."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, "aliases are not allowed here", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"'{key.value}' is there twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("bool", "timestamp")}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$", re.I), list("tTfF"))


def shipped(shelf: Path) -> tuple[str, ...]:
    """Names of the recipes in a package's folder."""
    return tuple(sorted(path.stem for path in shelf.glob("*.yaml")))


def find(name: str | Path, shelf: Path) -> Found:
    """The recipe in a file, or of a name that ships.

    Raises:
        InvalidInput: there is none, or it cannot be read.
    """
    names = shipped(shelf)
    if str(name) in names:
        file = shelf / f"{name}.yaml"
        return Found(file.read_text(encoding="utf-8"), file.name, Path.cwd())
    path, shown, instead = (
        Path(name),
        str(name)[:_MOST_SHOWN],
        f"Give a .yaml file, or one of: {', '.join(names)}.",
    )
    if path.suffix not in (".yaml", ".yml"):
        raise InvalidInput("recipe", f"there is no recipe '{shown}'.", instead)
    try:
        with path.open("rb") as file_:
            raw = file_.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise InvalidInput("recipe", f"'{shown}' is larger than 1 MB.", "Give a recipe.")
        text = raw.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise InvalidInput("recipe", f"'{shown}' cannot be read ({why}).", instead) from error
    return Found(text, path.name, path.resolve().parent)


def parse(text: str, name: str, kind: type[Kind], see: str) -> Kind:
    """A value in a YAML text.

    Args:
        text: The file's content.
        name: What the file is called, for errors.
        kind: What it is.
        see: The hint where no better one is known.

    Raises:
        InvalidInput: it is none; names the field and the fix.
    """
    return checked(load(text, name, see), name, kind, see)


def load(text: str, name: str, see: str) -> dict[str, Any]:
    """The mapping in a YAML text, of nothing but what JSON has too; see :func:`parse`."""
    try:
        value = yaml.load(text, _Loader)
        json.dumps(value)  # sets and bytes are not for here
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise InvalidInput(name, f"{where}{error.problem or 'is no YAML'}.", "Correct that line.") from error
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise InvalidInput(name, f"is no recipe: {error}.", see) from error
    if not isinstance(value, dict):
        raise InvalidInput(name, "must hold fields such as 'name: value'.", see)
    return value


def checked(value: dict[str, Any], name: str, kind: type[Kind], see: str) -> Kind:
    """A mapping as a value of its kind; see :func:`parse`."""
    try:
        # As JSON, so that lists do for tuples and names for enumerations.
        return kind.model_validate_json(json.dumps(value))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        # A slip in a name also makes a field missing: the slip is what is to be mended.
        first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
        raise _fault(first, name, kind, see) from error


def closest(word: str, known: list[str], use: str = "some") -> str:
    """The hint for a word that is none of those that are known."""
    close = difflib.get_close_matches(word, known, 1)
    return f"Did you mean '{close[0]}'?" if close else f"Use {use} of: {', '.join(known)}."


def _fault(item: Any, name: str, kind: type[BaseModel], see: str) -> InvalidInput:
    place = [str(part) for part in item["loc"]]
    field = ".".join(place)
    where = f"{name}: {field}" if field else name
    what, said = item["type"], str(item["msg"]).removeprefix("Value error, ")
    if what == "extra_forbidden":
        model = _model_at(kind, place[:-1])
        hint = see if model is None else closest(place[-1], list(model.model_fields))
        return InvalidInput(where, "is not a field of a recipe.", hint)
    if what == "missing":
        return InvalidInput(where, "is missing.", "Add it.")
    return InvalidInput(where, f"{said}.", see)


def _model_at(model: type[BaseModel], place: list[str]) -> type[BaseModel] | None:
    """What stands at a place in a model, in lists of one kind too; None where kinds may differ."""
    for name in place:
        if name.isdecimal():
            continue
        annotation = model.model_fields[name].annotation if name in model.model_fields else None
        kinds = [
            each
            for each in (annotation, *get_args(annotation))
            if isinstance(each, type) and issubclass(each, BaseModel)
        ]
        if len(kinds) != 1:
            return None
        model = kinds[0]
    return model
