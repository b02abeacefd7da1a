"""Importing the candidate's modules in the judge gives stand-ins."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any

from .judge_objects import ModuleStandIn
from .link import Link


class CandidateFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the candidate's modules, after everything else: tests, standard library and packages win.

    Args:
        link: The way to the candidate's process.
        modules: Dotted names that the tests may import, each with the candidate's own name for it.
        starred: Names that the tests mention, which ``from solution import *`` may make theirs.
        classes: Names that the tests use as classes.
    """

    def __init__(
        self, link: Link, modules: Mapping[str, str], starred: frozenset[str], classes: frozenset[str]
    ) -> None:
        self._classes = classes
        self._link = link
        self._modules = modules
        self._starred = starred

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """See ``importlib.abc.MetaPathFinder``."""
        if fullname not in self._modules:
            return None
        is_package = any(name.startswith(fullname + ".") for name in self._modules)
        return importlib.machinery.ModuleSpec(fullname, self, is_package=is_package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """See ``importlib.abc.Loader``."""
        answer = self._link.import_module(self._modules[spec.name])
        if type(answer) is not tuple or len(answer) != 4 or type(answer[0]) is not int:
            raise ImportError(f"the candidate's module {spec.name!r} gave a malformed answer")
        number, names, doc, _ = answer
        module = ModuleStandIn(spec.name, doc if type(doc) is str else None)
        space: dict[str, Any] = vars(module)
        space["_acrisol_link"], space["_acrisol_id"] = self._link, number
        space["_acrisol_classes"] = self._classes
        if type(names) is list:
            space["__all__"] = [name for name in names if type(name) is str and name in self._starred]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """See ``importlib.abc.Loader``; the candidate's module was executed in its own process."""


def bare_names(names: Sequence[str], module: str) -> dict[str, Any]:
    """What names that the tests use without defining or importing them stand for.

    Args:
        names: In any order. A module of the standard library stands for itself.
        module: The candidate's main module.
    """
    found: dict[str, Any] = {}
    for name in names:
        if name in sys.stdlib_module_names:
            found[name] = importlib.import_module(name)
            continue
        value = getattr(importlib.import_module(module), name, found)
        if value is not found:
            found[name] = value
    return found
