"""The dispatcher's half of a call: taking the arguments, calling the candidate, giving back what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verifiers.execution.languages.rust.declarations import Crate
from verifiers.execution.languages.rust.signatures import Signature
from verifiers.execution.languages.rust.types import Kind, Type, Uncarried, contains, owned, spell

BOX = "::std::boxed::Box"


@dataclass
class Book:
    """The dispatcher's functions, in the order of their numbers.

    Attributes:
        crate: The candidate.
        bodies: Source of each.
    """

    crate: Crate
    bodies: list[str] = field(default_factory=list)

    def add(self, lines: Sequence[str]) -> int:
        """Another function; returns its number."""
        self.bodies.append("\n".join(f"    {line}" for line in (*lines, "Ok(())")))
        return len(self.bodies) - 1

    def stays(self, type_: Type) -> bool:
        """Whether values of the type stay with the candidate."""
        if type_.kind is Kind.OBJECT:
            return True
        if type_.kind is not Kind.USER:
            return False
        found = self.crate.modules[type_.path[:-1]].types.get(type_.path[-1])
        return found is None or not found.by_value


@dataclass(frozen=True)
class Target:
    """What is called in the candidate.

    Attributes:
        callee: The path, as source; ``{}`` stands where explicit generic arguments go.
        self_type: The type of ``self``, for a method.
        carried: Names of the generic parameters around the function whose values go across.
    """

    callee: str
    self_type: Type | None = None
    carried: tuple[str, ...] = ()


def answering(signature: Signature, target: Target, book: Book, builder: bool) -> list[str]:
    """The lines of the dispatcher's function, but for the last."""
    lines, passed, back = list[str](), list[str](), list[str]()
    types = list(signature.parameters)
    # What an iterator refers to has to be there when more of it is asked for.
    result = signature.result.args[0] if signature.result.text == BOX else signature.result
    lives_on = result.kind is Kind.ITEMS
    if signature.receiver and target.self_type is not None:
        around = signature.receiver.removesuffix("self").strip()
        self_type = target.self_type
        types.insert(
            0, self_type if not around else Type(Kind.REF, args=(self_type,), mutable="mut" in around)
        )
    for place, type_ in enumerate(types):
        taken, expression, copied = _take(type_, f"a{place}", book)
        if lives_on and type_.kind is Kind.REF and expression.startswith("&"):
            if copied:
                raise Uncarried("an iterator over what is changed in place")
            taken.append(f"let a{place} = &*::std::boxed::Box::leak(::std::boxed::Box::new(a{place}));")
            expression = f"&*a{place}" if expression.startswith("&*") else f"a{place}"
        lines += taken
        passed.append(expression)
        if copied:
            back.append(f"w.put(&a{place});")
    named = [g for g in signature.generics if not g.name.startswith("Acrisol")]
    explicit = ""
    if any(generic.carried for generic in named):
        first = len(target.carried)
        numbers = iter(range(first, first + len(named)))
        words = [f"::acrisol::Generic<{next(numbers)}>" if g.carried else "_" for g in named]
        explicit = f"::<{', '.join(words)}>"
    lines.append("r.end()?;")
    call = f"{target.callee}{explicit}({', '.join(passed)})"
    if builder:
        lines.append(f"{call};")
    elif signature.result.kind is Kind.NEVER:
        return [*lines, f"{call};"]
    else:
        lines.append(f"let out = {call};")
        lines.append(_give(signature.result))
    return [*lines, *back]


def answering_kept(call: Type) -> list[str]:
    """The lines of a function that calls one which the candidate returned."""
    *arguments, result = call.args
    inputs = ", ".join(spell(argument, guest=True) for argument in arguments)
    takes = [
        f"let x{at} = r.get::<{spell(argument, guest=True)}>()?;" for at, argument in enumerate(arguments)
    ]
    passed = ", ".join(f"x{at}" for at in range(len(arguments)))
    return [
        f"let kept = ::acrisol::object::get_mut::<{BOX}<{_dyn_call(inputs, result)}>>(r)?;",
        *takes,
        "r.end()?;",
        f"w.put(kept({passed}));",
    ]


def _dyn_call(inputs: str, result: Type) -> str:
    return f"dyn ::std::ops::FnMut({inputs}) -> {spell(result, guest=True)}"


def _give(type_: Type) -> str:
    """The dispatcher's statement that hands over a result called ``out``."""
    inner = type_.args[0] if type_.kind is Kind.PLAIN and type_.text == BOX else type_
    if inner.kind is Kind.ITEMS:
        return "w.items(out);"
    if inner.kind is Kind.CALL:
        *arguments, result = inner.args
        inputs = ", ".join(spell(argument, guest=True) for argument in arguments)
        boxed = f"{BOX}<{_dyn_call(inputs, result)}>"
        return f"::acrisol::object::put::<{boxed}>({BOX}::new(out), w);"
    return "w.put(out);"


def _take(type_: Type, name: str, book: Book) -> tuple[list[str], str, bool]:
    """The dispatcher's statements that take an argument, its expression, and whether it goes back."""
    call = call_of(type_)
    if call is not None:
        return [f"let {name} = ::acrisol::Callback::take(r)?;"], _closure(call[0], type_, name), False
    if type_.kind is not Kind.REF:
        if type_.kind is Kind.ITEMS:
            return (
                [f"let {name} = r.get::<{spell(_list(type_), guest=True)}>()?;"],
                f"{name}.into_iter()",
                False,
            )
        return [f"let {name} = r.get::<{spell(_text(type_), guest=True)}>()?;"], name, False
    inner = type_.args[0]
    if inner.kind is Kind.OBJECT:
        how, mark = ("get_mut", "mut ") if type_.mutable else ("get_ref", "")
        whole = f"{BOX}<{spell(inner)}>"
        return [f"let {name} = ::acrisol::object::{how}::<{whole}>(r)?;"], f"&{mark}**{name}", False
    if book.stays(inner):
        how = "get_mut" if type_.mutable else "get_ref"
        return [f"let {name} = ::acrisol::object::{how}::<{spell(inner, guest=True)}>(r)?;"], name, False
    whole = spell(owned(_text(inner)), guest=True)
    copied = is_copied_back(type_, book)
    taken = [f"let {'mut ' if type_.mutable else ''}{name} = r.get::<{whole}>()?;"]
    start = "&mut *" if type_.mutable and inner.kind is Kind.SLICE else "&mut " if type_.mutable else "&"
    if inner.kind in (Kind.TRAIT, Kind.ANY):
        start = "&*"
    return taken, f"{start}{name}", copied


def _closure(call: Type, type_: Type, name: str) -> str:
    *arguments, result = call.args
    inputs = ", ".join(f"x{at}: {spell(argument, guest=True)}" for at, argument in enumerate(arguments))
    passed = "".join(f"x{at}, " for at in range(len(arguments)))
    closure = f"move |{inputs}| -> {spell(result, guest=True)} {{ {name}.call(({passed})) }}"
    if type_.kind is Kind.REF:
        return f"&{'mut ' if type_.mutable else ''}{closure}"
    return f"{BOX}::new({closure})" if type_.kind is Kind.PLAIN else closure


def _list(type_: Type) -> Type:
    return Type(Kind.PLAIN, "::std::vec::Vec", type_.args)


def _text(type_: Type) -> Type:
    """The type with texts in place of text-like types."""
    if type_.kind is Kind.WORDS:
        return Type(Kind.PLAIN, "::std::string::String")
    if not contains(type_, lambda part: part.kind is Kind.WORDS):
        return type_
    return Type(
        type_.kind, type_.text, tuple(map(_text, type_.args)), type_.path, type_.mutable, type_.number
    )


def call_of(type_: Type) -> tuple[Type, bool] | None:
    """The function that an argument is or leads to, and whether the candidate may keep it."""
    if type_.kind is Kind.CALL:
        return type_, type_.mutable
    if type_.kind is Kind.REF and type_.args[0].kind is Kind.CALL:
        return type_.args[0], False
    if type_.kind is Kind.PLAIN and type_.text == BOX and type_.args[0].kind is Kind.CALL:
        return type_.args[0], True
    return None


def is_copied_back(type_: Type, book: Book) -> bool:
    """Whether an argument comes back changed.

    Raises:
        Uncarried: it is a mutable reference to what cannot.
    """
    if type_.kind is not Kind.REF or not type_.mutable:
        return False
    inner = type_.args[0]
    if inner.kind in (Kind.ANY, Kind.TRAIT, Kind.ITEMS, Kind.WORDS, Kind.STR):
        raise Uncarried("a mutable reference to such a type")
    return inner.kind is not Kind.CALL and not book.stays(inner)
