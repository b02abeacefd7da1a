"""A data recipe as a YAML file: read with its fault named."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from models.data.recipe import ALL_STEPS, Recipe
from models.data.sources import FolderSource, HubSource, PostsSource, RowsSource
from verifiers.errors import InvalidInput
from verifiers.validation import problems
from verifiers.values import Value

PACKAGED = Path(__file__).resolve().parent / "recipes"
_MAX_BYTES = 1_000_000
_SOURCES: dict[str, type[Value]] = {
    "folder": FolderSource,
    "rows": RowsSource,
    "hub": HubSource,
    "posts": PostsSource,
}
_STEPS = {cls.model_fields["step"].default: cls for cls in ALL_STEPS}


class _Loader(yaml.SafeLoader):
    """Without aliases: a few lines of them unfold into gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, "aliases are not allowed here", mark)
        return super().compose_node(parent, index)


# YAML 1.1 takes 'on', 'off', 'yes' and 'no' for truth values, and 'on' is a field here.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$", re.I), list("tTfF"))


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file, or a packaged one by its name; relative paths in it start at its folder.

    Raises:
        InvalidInput: it cannot be read or is no recipe; the field is named.
    """
    packaged = PACKAGED / f"{path}.yaml"
    if not path.exists() and path.name == str(path) and packaged.is_file():
        path = packaged
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        names = ", ".join(packaged_recipes())
        raise InvalidInput(
            "recipe", f"{path} cannot be read ({error.strerror}).", f"Name a YAML file, or one of: {names}."
        ) from error
    if len(raw) > _MAX_BYTES:
        raise InvalidInput("recipe", f"{path} is larger than 1 MB.", "Give a recipe.")
    base = Path.cwd() if path == packaged else path.resolve().parent
    return parse_recipe(raw.decode("utf-8", "replace"), path.name).based_on(base)


def parse_recipe(text: str, name: str) -> Recipe:
    """The recipe in a YAML text; see :func:`read_recipe`.

    Args:
        text: The YAML.
        name: What the file is called, for errors.
    """
    try:
        value = yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise InvalidInput(name, f"{where}{error.problem or 'is no YAML'}.", "Correct that line.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidInput(name, f"is no YAML: {error}.", "Give a recipe.") from error
    if not isinstance(value, dict):
        raise InvalidInput(name, "must hold 'sources:' and 'steps:'.", "See docs/data.md.")
    try:
        return Recipe.model_validate(value)
    except ValidationError as error:
        raise _fault(error, name) from error


def packaged_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with Acrisol."""
    return tuple(sorted(path.stem for path in PACKAGED.glob("*.yaml")))


def _fault(error: ValidationError, name: str) -> InvalidInput:
    first = error.errors(include_url=False, include_input=False)[0]
    loc, kind = list(first["loc"]), str(first["type"])
    fields: list[str] = list(Recipe.model_fields)
    if loc[:1] == ["steps"]:
        tag = loc[3] if len(loc) > 3 else None
        loc = [*loc[:2], *loc[4:]]
        fields = ["step", "on", *_fields(_STEPS, tag)]
    elif loc[:1] == ["sources"]:
        tag = loc[2] if len(loc) > 2 else None
        loc = [*loc[:2], *loc[3:]]
        fields = ["kind", "preset", *_fields(_SOURCES, tag)]
    elif len(loc) > 1:
        fields = list(type(Recipe.model_fields[str(loc[0])].default).model_fields)
    where = f"{name}: {'.'.join(str(part) for part in loc)}".removesuffix(": ")
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(loc[-1]), fields, 1)
        hint = f"Did you mean '{close[0]}'?" if close else f"Use some of: {', '.join(dict.fromkeys(fields))}."
        return InvalidInput(where, "is not a known field.", hint)
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
    close = difflib.get_close_matches(str(given), known, 1)
    hint = f"Did you mean '{close[0]}'?" if close else f"Use one of: {', '.join(known)}."
    return InvalidInput(where, f"there is no {noun} '{given}'.", hint)


def _fields(known: dict[str, type[Value]], tag: object) -> list[str]:
    cls = known.get(str(tag))
    return list(cls.model_fields) if cls else []
