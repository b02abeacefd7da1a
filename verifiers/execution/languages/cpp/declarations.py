"""What a candidate declares, read from its source: values only, none of its text but types that were checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from verifiers.execution.languages.cpp.syntax import parse, text_of

LITERAL = re.compile(
    r"[-+]?(0[xXbB][0-9a-fA-F']+|(\d[\d']*)?\.?\d+\.?([eE][-+]?\d+)?)[uUlLfF]*"
    r"|true|false|nullptr|NULL|'(\\?[^'\\\n]|\\[0-7x][0-9a-fA-F]*)'|\"([^\"\\\n]|\\[ntr0\\\"'])*\"|\{\}"
)
_TYPE = re.compile(r"[\w\s:<>,*&\[\]().]*")
_STORAGE = re.compile(
    r"\b(static|inline|extern|constexpr|consteval|virtual|explicit|friend|register|restrict|__restrict|"
    r"__restrict__|typename|mutable|__inline|__inline__|_Noreturn)\b|\[\[[^\]]*\]\]"
)
_FORBIDDEN = re.compile(
    r"\b(decltype|typeof|__typeof__|asm|template|auto|operator|acrisol\w*|__attribute__)\b"
)


@dataclass(frozen=True)
class Parameter:
    """A declarator cut around its name: ``int `` and ``[3]`` of ``int a[3]``."""

    before: str
    after: str = ""

    def named(self, name: str) -> str:
        """The declaration of a parameter of that name; without one, its type."""
        return f"{self.before} {name}{self.after}".strip()


@dataclass(frozen=True)
class Function:
    """A function, a method or a constructor (then ``name`` is the class's).

    Attributes:
        name: Without its scope; operators are ``operator+``.
        scope: Namespaces, outermost first.
        result: Its type; empty for constructors.
        parameters: In order.
        defaults: How many of the last ones may be left out.
        static: Of internal linkage, or a method without an object.
        const: A method that does not change its object.
    """

    name: str
    scope: tuple[str, ...]
    result: str
    parameters: tuple[Parameter, ...]
    defaults: int = 0
    static: bool = False
    const: bool = False

    @property
    def signature(self) -> tuple[object, ...]:
        """Tells overloads apart."""
        types = tuple(re.sub(r"\s+", "", part.named("")) for part in self.parameters)
        return (self.scope, self.name, types, self.const)

    @property
    def words(self) -> set[str]:
        """Names that its types consist of."""
        parts = (self.result, *(part.named("") for part in self.parameters))
        return set(re.findall(r"[A-Za-z_]\w*", " ".join(parts)))


@dataclass(frozen=True)
class Class:
    """A struct or class.

    Attributes:
        fields: Public ones; the third part is a literal that they begin with, or empty.
        closed: There is more in it than public fields of types that can be carried: it is known by reference.
        lost: Public fields whose declaration cannot be repeated.
        abstract: No object can be made of it.
        anonymous: Of C: only its alias has a name.
    """

    name: str
    scope: tuple[str, ...]
    fields: tuple[tuple[Parameter, str, str], ...] = ()
    methods: tuple[Function, ...] = ()
    constructors: tuple[Function, ...] = ()
    bases: tuple[str, ...] = ()
    closed: bool = False
    lost: bool = False
    abstract: bool = False
    anonymous: bool = False
    deleted_default: bool = False

    @property
    def words(self) -> set[str]:
        """Names that its public parts consist of."""
        found = set(re.findall(r"[A-Za-z_]\w*", " ".join(part.named("") for part, _, _ in self.fields)))
        for function in (*self.methods, *self.constructors):
            found |= function.words
        return found | set(self.bases)


@dataclass(frozen=True)
class Other:
    """An alias, an enumeration or a constant: its C++ declaration, made from checked parts."""

    name: str
    scope: tuple[str, ...]
    declaration: str
    words: frozenset[str] = frozenset()
    kind: str = ""


@dataclass
class Declared:
    """All that was found, in order."""

    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)
    templates: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)  # names whose declaration cannot be repeated
    variables: set[str] = field(default_factory=set)
    using_std: bool = False
    headers: list[str] = field(default_factory=list)
    order: list[Class | Other] = field(default_factory=list)


def read_declarations(sources: Sequence[str], *, c: bool) -> Declared:
    """What the sources declare at namespace scope.

    Args:
        sources: Texts of the candidate's files, headers first.
        c: They are C and not C++.
    """
    found = Declared()
    for source in sources:
        tree = parse(source, c=c)
        for node in tree.root_node.children:
            _read(node, (), found)
    return found


def _read(node: Node, scope: tuple[str, ...], found: Declared) -> None:
    from verifiers.execution.languages.cpp import members

    kind = node.type
    if kind.startswith("preproc_if") or kind in ("preproc_else", "preproc_elif", "linkage_specification",
                                                 "declaration_list"):  # fmt: skip
        for child in node.children:
            _read(child, scope, found)
    elif kind == "namespace_definition":
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        inner = scope + tuple(text_of(name).split("::")) if name else (*scope, "")
        if body is not None and "" not in inner and inner[0] not in ("std", "acrisol"):
            for child in body.children:
                _read(child, inner, found)
    elif kind == "preproc_include":
        path = node.child_by_field_name("path")
        header = text_of(path)
        if re.fullmatch(r"<[\w./+-]+>", header):
            found.headers.append(header[1:-1])
    elif kind == "using_declaration":
        found.using_std |= re.sub(r"\s+", " ", text_of(node)) == "using namespace std;" and not scope
        single = re.fullmatch(r"using\s+(std\s*::\s*\w+)\s*;", text_of(node))
        if single:
            _add(found, Other(single[1].split(":")[-1].strip(), scope, f"using {single[1]};", kind="using"))
    elif kind == "preproc_def":
        _macro(node, found)
    elif kind == "template_declaration":
        found.templates |= set(re.findall(r"[A-Za-z_]\w*(?=\s*\()", text_of(node).partition("{")[0]))
        found.templates |= set(re.findall(r"\b(?:class|struct)\s+(\w+)\s*(?=[{:;])", text_of(node)))
    elif kind == "alias_declaration":
        alias, target = node.child_by_field_name("name"), node.child_by_field_name("type")
        _alias(found, scope, text_of(alias), checked_type(text_of(target)), "")
    elif kind == "type_definition":
        _typedef(node, scope, found)
    elif kind in ("struct_specifier", "class_specifier", "union_specifier", "enum_specifier"):
        members.read_type(node, scope, found)
    elif kind in ("declaration", "function_definition", "field_declaration"):
        inner_type = node.child_by_field_name("type")
        if inner_type is not None and inner_type.child_by_field_name("body") is not None:
            members.read_type(inner_type, scope, found)
        function = members.read_function(node, scope)
        if function is not None:
            found.functions.append(function)
        elif kind == "declaration":
            _variable(node, scope, found)
        else:
            found.uncertain |= set(re.findall(r"[A-Za-z_]\w*(?=\s*\()", text_of(node).partition("{")[0]))


def checked_type(text: str) -> str | None:
    """A type as it may be repeated; None where it is more than names, brackets, stars and commas."""
    plain = re.sub(r"\s+", " ", _STORAGE.sub(" ", re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)))
    plain = plain.strip()
    if not _TYPE.fullmatch(plain) or _FORBIDDEN.search(plain):
        return None
    return plain


def _add(found: Declared, other: Other) -> None:
    found.others.append(other)
    found.order.append(other)


def _alias(found: Declared, scope: tuple[str, ...], name: str, before: str | None, after: str) -> None:
    if before is None or not name.isidentifier():
        found.uncertain.add(name)
        return
    words = frozenset(re.findall(r"[A-Za-z_]\w*", before + after))
    _add(found, Other(name, scope, f"typedef {before} {name}{after};", words, "alias"))


def _typedef(node: Node, scope: tuple[str, ...], found: Declared) -> None:
    from verifiers.execution.languages.cpp import members

    inner = node.child_by_field_name("type")
    declarators = node.children_by_field_name("declarator")
    if inner is None:
        return
    head = text_of(inner)
    if inner.child_by_field_name("body") is not None:
        tag = inner.child_by_field_name("name")
        own = [d for d in declarators if d.type == "type_identifier"]
        name = text_of(tag) if tag is not None else text_of(own[0]) if own else ""
        members.read_type(inner, scope, found, name=name, anonymous=tag is None)
        word_of = "enum" if inner.type == "enum_specifier" else "struct"
        head = f"{word_of} {name}" if tag is not None else name
        declarators = [d for d in declarators if tag is not None or text_of(d) != name]
    for declarator in declarators:
        named = list(_identifiers(declarator))
        if not named:
            continue
        start = named[0].start_byte - declarator.start_byte
        raw = declarator.text or b""
        before = raw[:start].decode("utf-8", "replace")
        after = raw[start + len(named[0].text or b"") :].decode("utf-8", "replace")
        checked = checked_type(f"{head} {before}")
        if checked_type(after) is None:
            checked = None
        _alias(found, scope, text_of(named[0]), checked, after)


def _identifiers(node: Node) -> Iterator[Node]:
    if node.type in ("identifier", "type_identifier", "field_identifier"):
        yield node
    for child in node.children:
        if child.type != "parameter_list":
            yield from _identifiers(child)


def _macro(node: Node, found: Declared) -> None:
    name = text_of(node.child_by_field_name("name"))
    value = text_of(node.child_by_field_name("value")).strip()
    if value.startswith("(") and value.endswith(")"):
        value = value[1:-1].strip()
    if LITERAL.fullmatch(value):
        _add(found, Other(name, (), value, kind="constant"))


def _variable(node: Node, scope: tuple[str, ...], found: Declared) -> None:
    for declarator in node.children_by_field_name("declarator"):
        named = next(_identifiers(declarator), None)
        if named is None:
            continue
        name = text_of(named)
        value = text_of(declarator.child_by_field_name("value")).strip()
        simple = declarator.child_by_field_name("declarator")
        constant = re.search(r"\b(const|constexpr)\b", text_of(node).partition("=")[0])
        plain = simple is not None and simple.type == "identifier"
        if constant and plain and LITERAL.fullmatch(value):
            _add(found, Other(name, scope, value, kind="constant"))
        else:
            found.variables.add(name)
