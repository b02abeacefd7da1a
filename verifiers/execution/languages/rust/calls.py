"""The stand-in's half of a call: handing over the arguments, taking the answer."""

from __future__ import annotations

from verifiers.execution.languages.rust.answers import (
    BOX,
    Book,
    Target,
    answering,
    answering_kept,
    call_of,
    is_copied_back,
)
from verifiers.execution.languages.rust.signatures import Signature
from verifiers.execution.languages.rust.types import Kind, Type, Uncarried, contains, spell


def stand_in(signature: Signature, target: Target, book: Book) -> str:
    """The stand-in's function body, whose counterpart is added to the book.

    Raises:
        Uncarried: a value of it cannot go across.
    """
    whole = [*signature.parameters, signature.result]
    for type_ in whole:
        _check(type_, book)
    if _returns_function(signature.result) and any(
        (call := call_of(type_)) is not None and not call[1] for type_ in signature.parameters
    ):
        raise Uncarried("a function that is returned with functions in it")
    builder = _is_builder(signature, target)
    number = book.add(answering(signature, target, book, builder))
    lines = [f"let mut c = ::acrisol::Call::new({number});"]
    own = tuple(generic.name for generic in signature.generics if generic.carried)
    generic = [f"c.generic::<{name}>();" for name in (*target.carried, *own)]
    lines += generic
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
        if is_copied_back(type_, book):
            sliced = type_.args[0].kind is Kind.SLICE
            back.append(f"r.refill(a{place})?;" if sliced else f"*a{place} = r.get()?;")
    read = "()" if builder else _read(signature.result, book, " ".join(generic))
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


def _put(type_: Type, name: str) -> list[str]:
    """The stand-in's statements that hand over an argument."""
    call = call_of(type_)
    if call is not None:
        return _lend(call[0], call[1], name)
    inner = type_.args[0] if type_.kind is Kind.REF else type_
    if contains(type_, lambda part: part.kind is Kind.BOUND):
        return [_put_bound(type_, inner, name)]
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


def _put_bound(type_: Type, inner: Type, name: str) -> str:
    """The statement that hands over a value of any type with a candidate's trait, or a list of them."""
    if type_.kind is Kind.REF and type_.mutable:
        raise Uncarried("a mutable reference to any type with a trait")
    if inner.kind is Kind.BOUND:
        return f"c.put({'' if type_.kind is Kind.REF else '&'}{name} as &{spell(inner.args[0])});"
    if (inner.kind is Kind.SLICE or inner.text == "::std::vec::Vec") and inner.args[0].kind is Kind.BOUND:
        trait = spell(inner.args[0].args[0])
        return f"c.put({name}.iter().map(|one| one as &{trait}).collect::<::std::vec::Vec<&{trait}>>());"
    raise Uncarried("any type with a trait, inside another type")


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


def _returns_function(type_: Type) -> bool:
    return type_.kind is Kind.CALL or (type_.text == BOX and type_.args[0].kind is Kind.CALL)


def _read(type_: Type, book: Book, generic: str) -> str:
    """The stand-in's expression that reads a result."""
    if type_.kind is Kind.NEVER:
        return "()"
    if type_.kind is Kind.PLAIN and type_.text == BOX and type_.args[0].kind in (Kind.ITEMS, Kind.CALL):
        return f"{BOX}::new({_read(type_.args[0], book, generic)})"
    if type_.kind is Kind.ITEMS:
        number = book.add([f"return ::acrisol::more_items::<{spell(type_.args[0], guest=True)}>(r, w);"])
        return (
            f"::acrisol::Items::read(r, |kept, count| {{ let mut c = ::acrisol::Call::new({number}); "
            f"{generic} c.put(kept); c.put(count); c }})?"
        )
    if type_.kind is Kind.CALL:
        *arguments, result = type_.args
        number = book.add(answering_kept(type_))
        named = ", ".join(f"x{at}: {spell(argument)}" for at, argument in enumerate(arguments))
        puts = " ".join(f"c.put(x{at});" for at in range(len(arguments)))
        return (
            f"{{ let kept = r.get::<::acrisol::Handle>()?; move |{named}| -> {spell(result)} {{ "
            f"let mut c = ::acrisol::Call::new({number}); {generic} c.put(kept); {puts} "
            "c.send(|r| r.get()) } }"
        )
    return "r.get()?"
