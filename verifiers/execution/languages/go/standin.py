"""The stand-in: the candidate's declarations, each function a call over the link. And its counterpart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tree_sitter import Node

from verifiers.execution.languages.go.carrying import (
    SENTINELS,
    STANDARD_TYPES,
    Carrying,
    fields_of,
    is_embedded,
    standard_methods,
)
from verifiers.execution.languages.go.declarations import (
    Constants,
    Declarations,
    Function,
    Type,
    may_be_declared,
)
from verifiers.execution.languages.go.proxies import CONTEXT, proxy_of, signature
from verifiers.execution.languages.go.source import UNIVERSE, clean, text
from verifiers.execution.languages.go.tests import Tests
from verifiers.execution.languages.go.variables import variable_type

_QUALIFIER = re.compile(r"\b([A-Za-z_]\w*)\.[A-Za-z_]")


@dataclass
class Pair:
    """The two generated files.

    Attributes:
        standin: In the judge.
        dispatch: In the guest.
        missing: Why tests cannot be run apart, where the declarations show it; empty if they can.
    """

    standin: str = ""
    dispatch: str = ""
    missing: str = ""


@dataclass
class _Draft:
    declared: Declarations
    carrying: Carrying
    used: frozenset[str]
    taken: frozenset[str]
    body: list[str] = field(default_factory=list)
    know: list[str] = field(default_factory=list)  # on both sides
    proxies: list[str] = field(default_factory=list)  # on both sides
    serve: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)

    def may(self, name: str) -> bool:
        """Whether the stand-in may declare a name."""
        return name not in self.taken and may_be_declared(name)


def make_pair(declared: Declarations, tests: Tests) -> Pair:
    """Generate both sides for what the tests use."""
    carrying = Carrying(declared, set())
    draft = _Draft(declared, carrying, tests.used, tests.declared)
    pair = Pair(missing=_missing(draft, tests))
    for group in _kept_constants(draft):
        draft.body.append(group.text)
    for kind in declared.types.values():
        if draft.may(kind.name) and not kind.generic:
            _add_type(draft, kind)
    for name, function in declared.functions.items():
        if name in tests.used and draft.may(name) and carrying.function(function):
            _add_function(draft, function)
    for name, variable in declared.variables.items():
        said = variable_type(declared, variable)
        if name in tests.used and draft.may(name) and said:
            _add_variable(draft, name, said)
    _add_interfaces(draft)
    _add_standard(draft, tests)
    pair.standin = _standin(draft, declared.package if tests.package else "main")
    pair.dispatch = _dispatch(draft)
    return pair


def _missing(draft: _Draft, tests: Tests) -> str:
    declared, carrying = draft.declared, draft.carrying
    for name in sorted(tests.used - tests.declared):
        function, kind = declared.functions.get(name), declared.types.get(name)
        if (function and function.generic) or (kind and kind.generic):
            return f"{name} is generic"
        if function and (misfit := carrying.misfit(function)):
            return f"{name} takes or gives a value of type {misfit}"
        if kind and not carrying.name(name):
            return f"values of type {name} are not carried"
        variable = declared.variables.get(name)
        if variable and (name in declared.changed or any(name in file.assigned for file in tests.files)):
            return f"the variable {name} changes"
    for owner, methods in declared.methods.items():
        for method in methods.values():
            if method.name in tests.used and owner in declared.types and (misfit := carrying.misfit(method)):
                return f"{owner}.{method.name} takes or gives a value of type {misfit}"
    return ""


def _kept_constants(draft: _Draft) -> list[Constants]:
    """Groups of constants that can stand in the judge: they use types, each other and packages."""
    kept = [group for group in draft.declared.constants if all(_free(draft, name) for name in group.names)]
    while True:
        names = {name for group in kept for name in group.names}
        fitting = [group for group in kept if _resolves(draft, group, names)]
        if len(fitting) == len(kept):
            return kept
        kept = fitting


def _free(draft: _Draft, name: str) -> bool:
    return name == "_" or draft.may(name)


def _resolves(draft: _Draft, group: Constants, names: set[str]) -> bool:
    for used in group.uses:
        kind = draft.declared.types.get(used)
        fits = kind is not None and draft.may(used) and not kind.generic and draft.carrying.name(used)
        if not (fits or used in names or (kind is None and used in UNIVERSE)):
            return False
    return all(_is_plain(draft.declared.imports.get(package, "C")) for package in group.packages)


def _is_plain(path: str) -> bool:
    return path not in ("C", "unsafe", "syscall") and "." not in path


def _add_type(draft: _Draft, kind: Type) -> None:
    name, node = kind.name, kind.node
    if kind.alias:
        if draft.carrying.type(node):
            draft.body.append(f"type {name} = {clean(node)}")
        return
    if not draft.carrying.name(name):
        return
    if node.type == "interface_type":
        draft.body.append(f"type {name} {clean(node)}")
        _add_proxy(draft, name, name, draft.carrying.methods(name) or {})
        return
    hidden: list[str] = []
    if node.type == "struct_type":
        lines = [_field(draft, part, hidden) for part in fields_of(node)]
        draft.body.append("\n".join((f"type {name} struct {{", *lines, "}")))
    else:
        draft.body.append(f"type {name} {clean(node)}")
    names = "".join(f', "{part}"' for part in hidden)
    draft.know.append(f'acrisolLink.Type("{name}", (*{name})(nil){names})')
    for method in draft.declared.methods.get(name, {}).values():
        if draft.carrying.function(method) and may_be_declared(method.name):
            _add_method(draft, method)


def _field(draft: _Draft, part: Node, hidden: list[str]) -> str:
    kind = part.child_by_field_name("type")
    tag = text(part.child_by_field_name("tag"))
    if is_embedded(part):
        pointer = "*" if clean(part).lstrip().startswith("*") else ""
        if draft.carrying.type(kind) and text(kind) not in draft.taken:
            return f"\t{pointer}{clean(kind)} {tag}"
        name = re.sub(r"\[.*", "", clean(kind), flags=re.DOTALL).rpartition(".")[2].strip(" *")
        hidden.append(name)
        return f"\t{name} acrisolLink.Opaque"
    names = [text(name) for name in part.children_by_field_name("name")]
    if draft.carrying.type(kind) and "_" not in names:
        return f"\t{', '.join(names)} {clean(kind)} {tag}"
    hidden.extend(names)
    return f"\t{', '.join(names)} acrisolLink.Opaque"


def _body(name: str, given: str, taken: str) -> str:
    call = f'acrisolLink.Call("{name}", []interface{{}}{{{given}}}, []interface{{}}{{{taken}}})'
    return f"{{\n\t_ = acrisolTypes\n\t{call}\n\treturn\n}}"


def _add_function(draft: _Draft, function: Function) -> None:
    parameters, results, given, taken = signature(function)
    name = function.name
    real = "acrisolMain" if name == "main" else name  # the runner and the dispatcher have one of their own
    draft.body.append(f"func {real}({parameters}) {results} {_body(name, given, taken)}")
    draft.serve.append(f'acrisolLink.Func("{name}", {real})')


def _add_method(draft: _Draft, method: Function) -> None:
    parameters, results, given, taken = signature(method)
    owner = f"*{method.receiver}" if method.by_pointer else method.receiver
    full = f"{method.receiver}.{method.name}"
    given = ", ".join(part for part in ("&acrisolSelf", given) if part)
    draft.body.append(
        f"func (acrisolSelf {owner}) {method.name}({parameters}) {results} {_body(full, given, taken)}"
    )
    draft.serve.append(f'acrisolLink.Func("{full}", ({owner}).{method.name})')


def _add_variable(draft: _Draft, name: str, kind: str) -> None:
    draft.body.append(
        f"var {name} = acrisolVar_{name}()\n\nfunc acrisolVar_{name}() (acrisolR0 {kind}) "
        + _body(f"var {name}", "", "&acrisolR0")
    )
    draft.serve.append(f'acrisolLink.Func("var {name}", func() {kind} {{ return {name} }})')


def _add_proxy(
    draft: _Draft, kind: str, label: str, methods: dict[str, Function], by_hand: tuple[str, ...] = ()
) -> None:
    declared, registered = proxy_of(kind, label, methods, by_hand)
    draft.proxies.append(declared)
    draft.know.append(registered)


def _add_interfaces(draft: _Draft) -> None:
    for qualified in sorted(draft.carrying.interfaces):
        package, _, name = qualified.partition(".")
        methods = standard_methods(draft.declared.imports[package], name) or {}
        is_context = draft.declared.imports[package] == "context"
        by_hand = ("Deadline",) if is_context else ()
        _add_proxy(draft, qualified, qualified.replace(".", "_"), methods, by_hand)
        if is_context:
            draft.proxies.append(CONTEXT)
            draft.imports += ['import acrisolTime "time"', 'import acrisolSync "sync"']


def _add_standard(draft: _Draft, tests: Tests) -> None:
    for package, path in sorted(draft.declared.imports.items()):
        if package in ("_", ".") or path not in {*STANDARD_TYPES, *SENTINELS}:
            continue
        for name in STANDARD_TYPES.get(path, ()):
            draft.know.append(f'acrisolLink.Type("{path}.{name}", (*{package}.{name})(nil))')
        for name in SENTINELS.get(path, ()):
            if path in tests.imports:
                draft.know.append(f'acrisolLink.Sentinel("{path}.{name}", {package}.{name})')


def _imports(draft: _Draft, parts: Iterable[str]) -> str:
    whole = "\n".join(parts)
    needed = sorted(
        (name, path)
        for name, path in draft.declared.imports.items()
        if name in set(_QUALIFIER.findall(re.sub(r"`[^`]*`|\"(\\.|[^\"\\\n])*\"", '""', whole)))
        and _is_plain(path)
    )
    lines = [f'import {name} "{path}"' for name, path in needed]
    return "\n".join(('import acrisolLink "acrisol"', *draft.imports, *lines))


def _standin(draft: _Draft, package: str) -> str:
    know = "\n\t".join((*draft.know, "return acrisolLink.Ready"))
    parts = (*draft.body, *draft.proxies)
    head = f"package {package or 'main'}\n\n{_imports(draft, (*parts, know))}"
    return "\n\n".join(
        (head, "var acrisolTypes = acrisolKnow()", f"func acrisolKnow() bool {{\n\t{know}\n}}", *parts, "")
    )


def _dispatch(draft: _Draft) -> str:
    lines = "\n\t".join((*draft.know, *draft.serve))
    head = f"package main\n\n{_imports(draft, (*draft.proxies, lines))}"
    serve = f'func main() {{\n\t{lines}\n\tacrisolLink.Serve("/tmp/acrisol.printed")\n}}'
    return "\n\n".join((head, *draft.proxies, serve, ""))
