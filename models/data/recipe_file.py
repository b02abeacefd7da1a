"""A data recipe as a YAML file: read with its fault named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.data.recipe import ALL_STEPS, Recipe
from models.data.sources import FolderSource, HubSource, PostsSource, RowsSource
from models.recipes import closest, find, load, shipped
from verifiers.errors import InvalidInput
from verifiers.validation import problems
from verifiers.values import Value

PACKAGED = Path(__file__).resolve().parent / "recipes"
_SOURCES: dict[str, type[Value]] = {
    "folder": FolderSource,
    "rows": RowsSource,
    "hub": HubSource,
    "posts": PostsSource,
}
_STEPS = {cls.model_fields["step"].default: cls for cls in ALL_STEPS}


def read_recipe(name: str | Path) -> Recipe:
    """The recipe in a file, or a packaged one by its name; relative paths in it start at its folder.

    Raises:
        InvalidInput: it cannot be read or is no recipe; the field is named.
    """
    found = find(name, PACKAGED)
    return parse_recipe(found.text, found.name).based_on(found.folder)


def parse_recipe(text: str, name: str) -> Recipe:
    """The recipe in a YAML text; see :func:`read_recipe`.

    Args:
        text: The YAML.
        name: What the file is called, for errors.
    """
    given = load(text, name, "See docs/data.md.")
    if "\\u0000" in json.dumps(given):
        raise InvalidInput(name, "holds a zero byte, which no path can have.", "Take it out.")
    try:
        return Recipe.model_validate(given)
    except ValidationError as error:
        raise _fault(error, name) from error


def packaged_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with Acrisol."""
    return shipped(PACKAGED)


def _fault(error: ValidationError, name: str) -> InvalidInput:
    first = error.errors(include_url=False, include_input=False)[0]
    loc, kind = list(first["loc"]), str(first["type"])
    fields: list[str] = list(Recipe.model_fields)
    if loc[:1] == ["steps"]:
        tag = loc[3] if len(loc) > 3 else None
        loc = [*loc[:2], *(loc[4:] if loc[2:3] == ["step"] else loc[2:])]
        fields = _fields(("step", "on"), _STEPS.get(str(tag)), loc[2:-1])
    elif loc[:1] == ["sources"]:
        tag = loc[2] if len(loc) > 2 else None
        loc = [*loc[:2], *loc[3:]]
        fields = _fields(("kind", "preset"), _SOURCES.get(str(tag)), loc[2:-1])
    elif len(loc) > 1:
        fields = list(type(Recipe.model_fields[str(loc[0])].default).model_fields)
    where = f"{name}: {'.'.join(str(part) for part in loc)}".removesuffix(": ")
    if kind == "extra_forbidden":
        hint = closest(str(loc[-1]), list(dict.fromkeys(fields)))
        return InvalidInput(where, "is not a field of a recipe.", hint)
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _unknown_tag(first, where)
    return InvalidInput(where, f"{problems([first])[0].message}.", "See docs/data.md.")


def _unknown_tag(error: Any, where: str) -> InvalidInput:
    context = error.get("ctx", {})
    of_a_source = "kind" in str(context.get("discriminator"))
    known = list(_SOURCES) if of_a_source else list(_STEPS)
    noun = "kind of source" if of_a_source else "step"
    given = context.get("tag")
    if given is None:
        return InvalidInput(where, f"says no {noun}.", f"Use one of: {', '.join(known)}.")
    return InvalidInput(where, f"there is no {noun} '{given}'.", closest(str(given), known, "one"))


def _fields(always: tuple[str, ...], cls: type[Value] | None, inside: list[int | str]) -> list[str]:
    """What a source or a step may have, or the value that stands in one of its fields."""
    for name in inside:
        field = cls.model_fields.get(str(name)) if cls else None
        if field is not None and isinstance(field.default, Value):
            return list(type(field.default).model_fields)
    return [*always, *(cls.model_fields if cls else ())]
