"""Heads of made-up functions and blocks."""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.execution.languages.rust.signatures import Generic, Signature
from verifiers.execution.languages.rust.types import UNIT, Kind, Type, spell


def spell_generics(generics: Sequence[Generic], lifetimes: Sequence[str]) -> str:
    """``<'a, T: Bound>``; empty where there is nothing."""
    words = [*lifetimes, *(f"{generic.name}: {' + '.join(generic.bounds)}" for generic in generics)]
    return f"<{', '.join(words)}>" if words else ""


def heading(generics: Sequence[Generic], lifetimes: Sequence[str]) -> str:
    """``impl<'a, T: Bound>``."""
    return f"impl{spell_generics(generics, lifetimes)}"


def spell_head(signature: Signature) -> str:
    """``fn name<T: Bound>(&self, a0: T) -> U``, with arguments that may be changed."""
    listed = [signature.receiver] if signature.receiver else []
    listed += [f"mut a{at}: {_spell_argument(type_)}" for at, type_ in enumerate(signature.parameters)]
    result = "" if signature.result == UNIT else f" -> {spell_result(signature.result)}"
    generics = spell_generics(signature.generics, signature.lifetimes)
    return f"fn {signature.name}{generics}({', '.join(listed)}){result}"


def _spell_argument(type_: Type) -> str:
    if type_.kind is Kind.CALL and not type_.path:
        return spell_call("dyn", type_)
    if type_.kind is Kind.REF and type_.args[0].kind is Kind.CALL and not type_.args[0].path:
        return f"&{'mut ' if type_.mutable else ''}{spell_call('dyn', type_.args[0])}"
    if type_.kind is Kind.PLAIN and type_.args and type_.args[0].kind is Kind.CALL:
        return f"::std::boxed::Box<{spell_call('dyn', type_.args[0])}>"
    return spell(type_)


def spell_result(type_: Type) -> str:
    """A result's type; iterators and functions as what the stand-in gives."""
    if type_.kind is Kind.CALL:
        return spell_call("impl", type_)
    if type_.kind is Kind.PLAIN and type_.args and type_.args[0].kind in (Kind.CALL, Kind.ITEMS):
        inner = type_.args[0]
        if inner.kind is Kind.CALL:
            return f"::std::boxed::Box<{spell_call('dyn', inner)}>"
        return f"::std::boxed::Box<dyn ::std::iter::{inner.text}<Item = {spell(inner.args[0])}>>"
    return spell(type_)


def spell_call(how: str, type_: Type) -> str:
    """``dyn Fn(i32) -> i32``."""
    *arguments, result = type_.args
    return f"{how} ::std::ops::{type_.text}({', '.join(map(spell, arguments))}) -> {spell(result)}"
