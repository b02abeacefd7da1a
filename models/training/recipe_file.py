"""A recipe as a YAML file: read with the fault named, and written; and the recipes that ship."""

from __future__ import annotations

import difflib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from models.training.recipe import Recipe
from verifiers.errors import InvalidInput

_MAX_BYTES = 1_000_000
_PATHS = ("train", "validation")
Kind = TypeVar("Kind", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """Plain values; a key that comes twice and an alias are faults."""

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


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes in this package."""
    folder = files(__package__).joinpath("recipes")
    return tuple(sorted(Path(entry.name).stem for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def read_recipe(name: str | Path) -> Recipe:
    """The recipe in a file, or of a name that ships; its relative paths are taken from the file's folder.

    Raises:
        InvalidInput: there is no such file, or it is no recipe; names the field and the fix.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        if str(name) in shipped_recipes():
            text = files(__package__).joinpath(f"recipes/{name}.yaml").read_text(encoding="utf-8")
            return parse_recipe(text, f"{name}.yaml", Path.cwd())
        known = ", ".join(shipped_recipes())
        raise InvalidInput(
            "recipe", f"there is no recipe '{name}'.", f"Give a .yaml file, or one of: {known}."
        )
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InvalidInput(str(path), "is larger than 1 MB.", "Give a recipe.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidInput("recipe", f"'{path}' cannot be read ({why}).", "Give a recipe's file.") from error
    return parse_recipe(text, path.name, path.resolve().parent)


def parse_recipe(text: str, name: str, folder: Path) -> Recipe:
    """The recipe in a YAML text.

    Args:
        text: The file's content.
        name: What the file is called, for errors.
        folder: What relative paths of data and adapter start from.

    Raises:
        InvalidInput: it is none.
    """
    return _placed(parse(text, name, Recipe, "See docs/training.md."), folder)


def parse(text: str, name: str, kind: type[Kind], see: str) -> Kind:
    """A value in a YAML text, for recipes of other kinds too.

    Args:
        text: The file's content.
        name: What the file is called, for errors.
        kind: What it is.
        see: The hint where no better one is known.

    Raises:
        InvalidInput: it is none; names the field and the fix.
    """
    value = _loaded(text, name, see)
    try:
        return kind.model_validate_json(json.dumps(value))
    except ValidationError as error:
        faults = error.errors(include_url=False)
        # A slip in a name also makes a field missing: the slip is what is to be mended.
        first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
        raise _fault(first, name, kind, see) from error


def written(recipe: Recipe) -> str:
    """A recipe as YAML, with every field; :func:`parse_recipe` reads it."""
    return yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def _placed(recipe: Recipe, folder: Path) -> Recipe:
    parts: dict[str, Any] = {}
    placed = {name: tuple(folder / path for path in getattr(recipe.data, name)) for name in _PATHS}
    if any(placed.values()):
        parts["data"] = recipe.data.model_copy(
            update={name: paths for name, paths in placed.items() if paths}
        )
    if recipe.adapter is not None:
        parts["adapter"] = folder / recipe.adapter
    looks_local = recipe.model.startswith((".", "~")) or recipe.model.endswith(".gguf")
    if looks_local:
        parts["model"] = str(folder / Path(recipe.model).expanduser())
    return recipe.model_copy(update=parts)


def _loaded(text: str, name: str, see: str) -> dict[str, Any]:
    try:
        value = yaml.load(text, _Loader)
        json.dumps(value)  # dates and sets are not for here
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise InvalidInput(name, f"{where}{error.problem or 'is no YAML'}.", "Correct that line.") from error
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        raise InvalidInput(
            name, f"is no recipe: {error}.", "Give fields such as 'model: embedded'."
        ) from error
    if not isinstance(value, dict):
        raise InvalidInput(name, "must hold fields such as 'model: embedded'.", see)
    return value


def _fault(item: Any, name: str, kind: type[BaseModel], see: str) -> InvalidInput:
    place = [str(part) for part in item["loc"]]
    field = ".".join(place)
    where = f"{name}: {field}" if field else name
    what, said = item["type"], str(item["msg"]).removeprefix("Value error, ")
    if what == "extra_forbidden":
        known = list(_model_at(kind, place[:-1]).model_fields)
        close = difflib.get_close_matches(place[-1], known, 1)
        hint = f"Did you mean '{close[0]}'?" if close else f"Use some of: {', '.join(known)}."
        return InvalidInput(where, "is not a field of a recipe.", hint)
    if what == "missing":
        return InvalidInput(where, "is missing.", "Add it.")
    return InvalidInput(where, f"{said}.", see)


def _model_at(model: type[BaseModel], place: list[str]) -> type[BaseModel]:
    for name in place:
        field = model.model_fields.get(name)
        inner = field.annotation if field else None
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            model = inner
    return model
