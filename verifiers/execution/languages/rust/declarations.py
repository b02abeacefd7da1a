"""What a candidate declares: its modules with their functions, types, traits and imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tree_sitter import Node

from verifiers.domain import SourceFile
from verifiers.execution.languages.rust.syntax import (
    PRELUDE,
    attribute_name,
    attribute_words,
    is_for_tests,
    is_name,
    named,
    parse,
    text,
    with_attributes,
)

ROOTS = ("src/lib.rs", "lib.rs", "solution.rs", "src/main.rs", "main.rs")
Path = tuple[str, ...]


@dataclass
class UserType:
    """A struct or enum of the candidate's.

    Attributes:
        path: Its modules and its name.
        node: The declaration.
        derives: Traits in its ``#[derive(...)]``.
        parameters: Names of its type parameters.
        lifetimes: Names of its lifetime parameters.
        public: Whether other crates see it.
        impls: Blocks for it, each with its module.
        by_value: Whether it is carried as its fields; decided by ``shapes.py``.
        bounds: What its parameters have to be, as made-up source; None where that cannot be imitated.
    """

    path: Path
    node: Node
    derives: tuple[str, ...]
    parameters: tuple[str, ...]
    lifetimes: tuple[str, ...]
    public: bool
    impls: list[tuple[Module, Node]] = field(default_factory=list)
    by_value: bool | None = None
    bounds: dict[str, tuple[str, ...]] | None = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path[-1]


@dataclass
class Module:
    """A module, with what it declares.

    Attributes:
        path: Names from the crate's root; empty for the root itself.
        items: Functions, constants, aliases and traits by name, with whether they are public.
        types: Structs and enums by name.
        imports: Name -> full path, of single imports.
        globs: Paths of ``use x::*``.
        children: Modules by name, with whether they are public.
        macros: Names of ``macro_rules!``.
    """

    path: Path
    items: dict[str, tuple[Node, bool]] = field(default_factory=dict)
    types: dict[str, UserType] = field(default_factory=dict)
    imports: dict[str, Path] = field(default_factory=dict)
    globs: list[Path] = field(default_factory=list)
    children: dict[str, tuple[Module, bool]] = field(default_factory=dict)
    macros: set[str] = field(default_factory=set)


@dataclass
class Crate:
    """A candidate.

    Attributes:
        root_file: The file that its compiler is given.
        root: The root module.
        modules: All modules by path.
        loose: ``impl`` blocks with their modules, of what is not a candidate's type too.
    """

    root_file: str
    root: Module
    modules: dict[Path, Module] = field(default_factory=dict)
    loose: list[tuple[Module, Node]] = field(default_factory=list)


def root_of(files: Mapping[str, SourceFile]) -> str | None:
    """The file that is the crate's root; None if there is no Rust file."""
    sources = [path for path in files if PurePosixPath(path).suffix == ".rs"]
    known = next((path for path in ROOTS if path in files), None)
    return known or (sorted(sources, key=lambda path: (path.count("/"), path))[0] if sources else None)


def read_crate(files: Mapping[str, SourceFile], root: str) -> Crate:
    """All declarations of a candidate, from its root file on."""
    crate = Crate(root, Module(()))
    _fill(crate, crate.root, parse(files[root].content), files, PurePosixPath(root).parent)
    return crate


def _fill(
    crate: Crate, module: Module, body: Node, files: Mapping[str, SourceFile], folder: PurePosixPath
) -> None:
    crate.modules[module.path] = module
    for item, attributes in with_attributes(body):
        if is_for_tests(attributes):
            continue
        name = text(item.child_by_field_name("name"))
        if item.type == "use_declaration":
            read_use(item.child_by_field_name("argument"), (), module)
        elif item.type == "impl_item":
            crate.loose.append((module, item))
        elif item.type == "macro_definition":
            module.macros.add(name)
        elif not is_name(name) or name.startswith("acrisol"):
            continue
        elif item.type == "mod_item":
            _fill_child(crate, module, item, name, files, folder)
        elif item.type in ("struct_item", "enum_item"):
            module.types[name] = _user_type(module, item, name, attributes)
        elif item.type in ("function_item", "const_item", "static_item", "type_item", "trait_item"):
            module.items[name] = (item, is_public(item))


def _fill_child(
    crate: Crate,
    module: Module,
    item: Node,
    name: str,
    files: Mapping[str, SourceFile],
    folder: PurePosixPath,
) -> None:
    if name in PRELUDE:
        return
    child = Module((*module.path, name))
    body = item.child_by_field_name("body")
    if body is not None:
        _fill(crate, child, body, files, folder / name)
    else:
        places = (str(folder / f"{name}.rs"), str(folder / name / "mod.rs"))
        place = next((path for path in places if path in files), None)
        if place is None:
            return
        _fill(crate, child, parse(files[place].content), files, folder / name)
    module.children[name] = (child, is_public(item))


def _user_type(module: Module, item: Node, name: str, attributes: list[Node]) -> UserType:
    derives = tuple(
        word
        for attribute in attributes
        if attribute_name(attribute) == "derive"
        for word in attribute_words(attribute)
    )
    parameters, lifetimes = [], []
    for parameter in named_parameters(item):
        word = text(parameter.child_by_field_name("name"))
        if parameter.type == "lifetime_parameter":
            lifetimes.append(word)
        else:
            parameters.append(word)
    return UserType((*module.path, name), item, derives, tuple(parameters), tuple(lifetimes), is_public(item))


def named_parameters(item: Node) -> list[Node]:
    """The generic parameters of an item."""
    found = item.child_by_field_name("type_parameters")
    kinds = ("type_parameter", "lifetime_parameter", "const_parameter")
    return [child for child in named(found) if child.type in kinds] if found is not None else []


def is_public(item: Node) -> bool:
    """Whether other crates see an item: ``pub``, not ``pub(crate)``."""
    return any(child.type == "visibility_modifier" and text(child) == "pub" for child in item.children)


def read_use(node: Node | None, prefix: Path, module: Module) -> None:
    """Add what a ``use`` brings into a module."""
    if node is None:
        return
    if node.type == "use_list":
        for child in named(node):
            read_use(child, prefix, module)
    elif node.type == "scoped_use_list":
        path = (*prefix, *parts(node.child_by_field_name("path")))
        read_use(node.child_by_field_name("list"), path, module)
    elif node.type == "use_as_clause":
        path = (*prefix, *parts(node.child_by_field_name("path")))
        module.imports[text(node.child_by_field_name("alias"))] = path
    elif node.type == "use_wildcard":
        inner = named(node)
        module.globs.append((*prefix, *parts(inner[0] if inner else None)))
    elif node.type == "self":
        module.imports[prefix[-1] if prefix else "self"] = prefix
    else:
        path = (*prefix, *parts(node))
        if path:
            module.imports[path[-1]] = path


def parts(node: Node | None) -> Path:
    """The words of a path such as ``std::collections::HashMap``."""
    words = (word.strip() for word in text(node).split("::"))
    return tuple(word for word in words if word)
