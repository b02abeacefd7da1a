"""What a candidate declares, as values: none of its text but types that were checked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

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
        copied: Copies can be made of it, as far as its text tells.
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
    copied: bool = True

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


def checked_type(text: str) -> str | None:
    """A type as it may be repeated; None where it is more than names, brackets, stars and commas."""
    plain = re.sub(r"\s+", " ", _STORAGE.sub(" ", re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)))
    plain = plain.strip()
    if not _TYPE.fullmatch(plain) or _FORBIDDEN.search(plain):
        return None
    return plain
