"""Where in the source a function of a contract stands, by the compiler's syntax tree. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from verifiers.domain import Location
from verifiers.solidity.compiling.compilation import Compilation
from verifiers.solidity.compiling.compiler_output import line_and_column


def place_of(compilation: Compilation, path: str, contract: str, function: str) -> Location | None:
    """The function's own line, else the contract's; a function that a library file holds has no line of ours.

    Args:
        compilation: The project.
        path: The contract's file.
        contract: Its name.
        function: Name of the function, or of the public variable in its place; empty for the contract.
    """
    contracts = list(_contracts(compilation))
    own = [(where, node) for where, node in contracts if where == path and node.get("name") == contract]
    bases = set(own[0][1].get("linearizedBaseContracts") or ()) if own else set()
    family = own + [(where, node) for where, node in contracts if node.get("id") in bases]
    for where, node in family:
        for part in node.get("nodes") or ():
            named = part.get("name") or ("constructor" if part.get("kind") == "constructor" else "")
            if (
                function
                and named == function
                and part.get("nodeType") in ("FunctionDefinition", "VariableDeclaration")
            ):
                return _location(compilation, where, part)
    return _location(compilation, *own[0]) if own else None


def _contracts(compilation: Compilation) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in compilation.project.sources:
        tree = compilation.output.get("sources", {}).get(path, {}).get("ast") or {}
        for node in tree.get("nodes") or ():
            if node.get("nodeType") == "ContractDefinition":
                yield path, node


def _location(compilation: Compilation, path: str, node: Mapping[str, Any]) -> Location | None:
    start = str(node.get("src", "")).partition(":")[0]
    if not start.isdigit():
        return None
    line, column = line_and_column(compilation.project.sources[path], int(start))
    return Location(path=path, line=line, column=column)
