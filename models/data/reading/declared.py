"""What a package says of itself: its name and its licence."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable
from email.parser import HeaderParser
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from models.data.filters.license import is_license_file, license_of_repository
from models.data.filters.license_expressions import normalised

_MAX_BYTES = 1_000_000
_MAX_RECORD = 20_000_000  # bytes: a line for each file, and some packages install tens of thousands
_MOST_FILES = 10
_BRACKETED = re.compile(r"^\(([^()]*)\)$")


class Declared(NamedTuple):
    """A package's name and SPDX licence expression; empty where it says none."""

    name: str = ""
    license: str = ""


def declared_in(root: Path, folder: str) -> Declared:
    """What the package in a folder declares.

    Read in turn: ``package.json``, ``Cargo.toml``, ``pyproject.toml``; for what is installed in a
    ``site-packages`` the metadata beside it; last a licence file's text.

    Args:
        root: The source's folder.
        folder: The package's, relative to it; may be a module's file.
    """
    base = root / folder
    found = Declared()
    for read in (_package_json, _cargo, _pyproject):
        found = _first(found, read(base))
    if "/" not in folder and folder:
        found = _first(found, _installed(root).get(folder, Declared()))
    return found if found.license else _first(found, Declared(license=_licence_files(base)))


def _first(left: Declared, right: Declared) -> Declared:
    return Declared(left.name or right.name, left.license or right.license)


def _text(path: Path, most: int = _MAX_BYTES) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > most:
            return ""
        return path.read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _loaded(text: str, load: Callable[[str], Any]) -> dict[str, Any]:
    try:
        value = load(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    """Hostile metadata as one short line, or nothing."""
    return value.strip() if isinstance(value, str) and len(value) < 200 and value.isprintable() else ""


def _package_json(base: Path) -> Declared:
    data = _loaded(_text(base / "package.json"), json.loads)
    said = data.get("license")
    if isinstance(said, dict):
        said = said.get("type")
    old = data.get("licenses")
    if said is None and isinstance(old, list):
        said = " OR ".join(_word(each.get("type")) for each in old if isinstance(each, dict))
    return Declared(_word(data.get("name")), _BRACKETED.sub(r"\1", _word(said)))


def _cargo(base: Path) -> Declared:
    data = _loaded(_text(base / "Cargo.toml"), tomllib.loads).get("package")
    if not isinstance(data, dict):
        return Declared()
    return Declared(_word(data.get("name")), _word(data.get("license")).replace("/", " OR "))


def _pyproject(base: Path) -> Declared:
    data = _loaded(_text(base / "pyproject.toml"), tomllib.loads).get("project")
    if not isinstance(data, dict):
        return Declared()
    said = data.get("license")
    return Declared(_word(data.get("name")), _word(said.get("text") if isinstance(said, dict) else said))


@lru_cache(maxsize=16)
def _installed(root: Path) -> dict[str, Declared]:
    """What stands in a site-packages folder, by top-level name, as the distributions' metadata say."""
    found: dict[str, Declared] = {}
    try:
        infos = sorted(root.glob("*.dist-info"))
    except OSError:
        return {}
    for info in infos:
        headers = HeaderParser().parsestr(_text(info / "METADATA"))
        said = _word(headers.get("License-Expression")) or _of_classifiers(
            headers.get_all("Classifier") or []
        )
        declared = Declared(_word(headers.get("Name")), said or _word(headers.get("License")))
        found[info.name] = declared
        for line in _text(info / "RECORD", _MAX_RECORD).splitlines():
            top = line.split(",", 1)[0].split("/", 1)[0]
            if top and top != "..":
                found.setdefault(top, declared)
    return found


def _of_classifiers(lines: list[str]) -> str:
    """The licence that trove classifiers name; empty where one is too vague ("Other/Proprietary License")."""
    names = [line.rsplit("::", 1)[-1].strip() for line in lines if line.startswith("License ::")]
    known = {normalised(name.partition(" (")[0]) for name in names if name != "OSI Approved"}
    return "" if "" in known else " OR ".join(sorted(known))


def _licence_files(base: Path) -> str:
    try:
        names = [name for name in sorted(os.listdir(base)) if is_license_file(name)]
    except OSError:
        return ""
    return license_of_repository({name: _text(base / name) for name in names[:_MOST_FILES]})
