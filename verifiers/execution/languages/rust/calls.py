"""One call's two halves: the stand-in's body, and the dispatcher's function that answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from verifiers.execution.languages.rust.declarations import Crate
from verifiers.execution.languages.rust.signatures import Signature
from verifiers.execution.languages.rust.types import (
    Kind,
    Type,
    Uncarried,
    contains,
    owned,
    spell,
)

_BOX = "::std::boxed::Box"


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


def stand_in(signature: Signature, target: Target, book: Book) -> str:
    """The stand-in's function body, whose counterpart is added to the book.

    Raises:
        Uncarried: a value of it cannot go across.
    """
    whole = [*signature.parameters, signature.result]
    for type_ in whole:
        _check(type_, book)
    builder = _is_builder(signature, target)
    number = book.add(_answering(signature, target, book, builder))
    lines = [f"let mut c = ::acrisol::Call::new({number});"]
    own = tuple(generic.name for generic in signature.generics if generic.carried)
    lines += [f"c.generic::<{name}>();" for name in (*target.carried, *own)]
    back = []
    if signature.receiver == "self" or signature.receiver == "&self":
        lines.append("c.put(self);")
    elif signature.receiver:
        lines.append("c.put(&*self);")
        if target.self_type and not book.stays(target.self_type):
            back.append("*self = r.get()?;")
    before: list[str] = []  # what the call borrows has to outlive it
    for place, type_ in enumerate(signature.parameters):
        *first, last = _put(type_, f"a{place}")
        before += first
        lines.append(last)
        if _is_copied_back(type_, book):
            sliced = type_.args[0].kind is Kind.SLICE
            back.append(f"r.refill(a{place})?;" if sliced else f"*a{place} = r.get()?;")
    read = "()" if builder else _read(signature.result, book)
    lines.append(f"{'' if not builder else 'let () = '}c.send(|r| {{")
    lines.append(f"    let out = {read};")
    lines += [f"    {line}" for line in back]
    lines.append("    Ok(out)")
    lines.append("})" + (";" if builder or signature.result.kind is Kind.NEVER else ""))
    if builder:
        lines.append("self")
    if signature.result.kind is Kind.NEVER:
        lines.append('panic!("the candidate returned, which its type forbids")')
    return "\n".join(f"        {line}" for line in (*before, *lines))


def _check(type_: Type, book: Book) -> None:
    def bad(part: Type) -> bool:
        if part.kind is Kind.USER and book.stays(part):
            expected = [arg.kind is Kind.PARAM and arg.number == at for at, arg in enumerate(part.args)]
            return not all(expected)
        return part.kind is Kind.REF and part.mutable and part is not type_

    if contains(type_, bad):
        raise Uncarried("a value that stays with the candidate inside another, or a mutable reference there")


def _is_builder(signature: Signature, target: Target) -> bool:
    result = signature.result
    if result.kind is Kind.REF and result.mutable:
        if signature.receiver == "&mut self" and result.args[0] == target.self_type:
            return True
        raise Uncarried("a mutable reference as a result")
    return False


def _is_copied_back(type_: Type, book: Book) -> bool:
    if type_.kind is not Kind.REF or not type_.mutable:
        return False
    inner = type_.args[0]
    if inner.kind in (Kind.ANY, Kind.TRAIT, Kind.ITEMS, Kind.WORDS, Kind.STR):
        raise Uncarried("a mutable reference to such a type")
    return inner.kind is not Kind.CALL and not book.stays(inner)


def _call_of(type_: Type) -> tuple[Type, bool] | None:
    """The function that an argument is or leads to, and whether the candidate may keep it."""
    if type_.kind is Kind.CALL:
        return type_, type_.mutable
    if type_.kind is Kind.REF and type_.args[0].kind is Kind.CALL:
        return type_.args[0], False
    if type_.kind is Kind.PLAIN and type_.text == _BOX and type_.args[0].kind is Kind.CALL:
        return type_.args[0], True
    return None


def _put(type_: Type, name: str) -> list[str]:
    """The stand-in's statements that hand over an argument."""
    call = _call_of(type_)
    if call is not None:
        return _lend(call[0], call[1], name)
    inner = type_.args[0] if type_.kind is Kind.REF else type_
    if inner.kind is Kind.ITEMS:
        return [f"c.put({name}.into_iter().collect::<::std::vec::Vec<{spell(inner.args[0])}>>());"]
    if inner.kind is Kind.WORDS:
        if inner.text == "Into":
            return [f"c.put::<::std::string::String>({name}.into());"]
        return [f"c.put::<&str>({name}.as_ref());"]
    if contains(type_, lambda part: part.kind is Kind.WORDS):
        listed = inner.kind is Kind.SLICE or inner.text == "::std::vec::Vec"
        if not listed or inner.args[0].kind is not Kind.WORDS or inner.args[0].text != "AsRef":
            raise Uncarried("a text-like type inside another type")
        return [
            f"c.put({name}.iter().map(|word| ::std::string::String::from(word.as_ref()))"
            ".collect::<::std::vec::Vec<::std::string::String>>());"
        ]
    if type_.kind is Kind.REF and type_.mutable:
        return [f"c.put(&*{name});"]
    return [f"c.put({name});"]


def _lend(call: Type, kept: bool, name: str) -> list[str]:
    *arguments, _ = call.args
    lines = []
    called = name
    if call.text == "FnOnce":
        lines.append(f"let mut {name} = ::std::option::Option::Some({name});")
        called = f'{name}.take().expect("a function that can be called once")'
    takes = " ".join(f"let x{at} = r.get::<{spell(type_)}>()?;" for at, type_ in enumerate(arguments))
    passed = ", ".join(f"x{at}" for at in range(len(arguments)))
    how = "keep(move" if kept else "lend("
    lines.append(
        f"c.{how} |r, w| {{ {takes} r.end()?; let out = ({called})({passed}); w.put(out); Ok(()) }});"
    )
    return lines


def _read(type_: Type, book: Book) -> str:
    """The stand-in's expression that reads a result."""
    if type_.kind is Kind.NEVER:
        return "()"
    if type_.kind is Kind.PLAIN and type_.text == _BOX and type_.args[0].kind in (Kind.ITEMS, Kind.CALL):
        return f"{_BOX}::new({_read(type_.args[0], book)})"
    if type_.kind is Kind.CALL:
        *arguments, result = type_.args
        number = book.add(_answering_kept(type_))
        named = ", ".join(f"x{at}: {spell(argument)}" for at, argument in enumerate(arguments))
        puts = " ".join(f"c.put(x{at});" for at in range(len(arguments)))
        return (
            f"{{ let kept = r.get::<::acrisol::Handle>()?; move |{named}| -> {spell(result)} {{ "
            f"let mut c = ::acrisol::Call::new({number}); c.put(kept); {puts} c.send(|r| r.get()) }} }}"
        )
    return "r.get()?"


def _answering_kept(call: Type) -> list[str]:
    *arguments, result = call.args
    inputs = ", ".join(spell(argument, guest=True) for argument in arguments)
    takes = [
        f"let x{at} = r.get::<{spell(argument, guest=True)}>()?;" for at, argument in enumerate(arguments)
    ]
    passed = ", ".join(f"x{at}" for at in range(len(arguments)))
    return [
        f"let kept = ::acrisol::object::get_mut::<{_BOX}<{_dyn_call(inputs, result)}>>(r)?;",
        *takes,
        "r.end()?;",
        f"w.put(kept({passed}));",
    ]


def _dyn_call(inputs: str, result: Type) -> str:
    return f"dyn ::std::ops::FnMut({inputs}) -> {spell(result, guest=True)}"


def _answering(signature: Signature, target: Target, book: Book, builder: bool) -> list[str]:
    """The lines of the dispatcher's function, but for the last."""
    lines, passed, back = list[str](), list[str](), list[str]()
    types = list(signature.parameters)
    if signature.receiver and target.self_type is not None:
        around = signature.receiver.removesuffix("self").strip()
        self_type = target.self_type
        types.insert(
            0, self_type if not around else Type(Kind.REF, args=(self_type,), mutable="mut" in around)
        )
    for place, type_ in enumerate(types):
        taken, expression, copied = _take(type_, f"a{place}", book)
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


def _give(type_: Type) -> str:
    """The dispatcher's statement that hands over a result called ``out``."""
    inner = type_.args[0] if type_.kind is Kind.PLAIN and type_.text == _BOX else type_
    if inner.kind is Kind.ITEMS:
        return "w.items(out);"
    if inner.kind is Kind.CALL:
        *arguments, result = inner.args
        inputs = ", ".join(spell(argument, guest=True) for argument in arguments)
        boxed = f"{_BOX}<{_dyn_call(inputs, result)}>"
        return f"::acrisol::object::put::<{boxed}>({_BOX}::new(out), w);"
    return "w.put(out);"


def _take(type_: Type, name: str, book: Book) -> tuple[list[str], str, bool]:
    """The dispatcher's statements that take an argument, its expression, and whether it goes back."""
    call = _call_of(type_)
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
        whole = f"{_BOX}<{spell(inner)}>"
        return [f"let {name} = ::acrisol::object::{how}::<{whole}>(r)?;"], f"&{mark}**{name}", False
    if book.stays(inner):
        how = "get_mut" if type_.mutable else "get_ref"
        return [f"let {name} = ::acrisol::object::{how}::<{spell(inner, guest=True)}>(r)?;"], name, False
    whole = spell(owned(_text(inner)), guest=True)
    copied = _is_copied_back(type_, book)
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
    return f"{_BOX}::new({closure})" if type_.kind is Kind.PLAIN else closure


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
