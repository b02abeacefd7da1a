"""The two sources that are generated: the stand-in for the tests, and the candidate's dispatcher."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from verifiers.execution.languages.cpp.declared import Class, Function, Other, Parameter
from verifiers.execution.languages.cpp.exports import Call, Exports

_INTEGER = re.compile(r"[-+]?(0[xXbB])?[\da-fA-F']+[uUlL]*|'.*'")


def within(scope: Sequence[str], text: str) -> str:
    """The text in its namespaces."""
    opened = "".join(f"namespace {name} {{ " for name in scope)
    return f"{opened}{text}{' }' * len(scope)}\n"


def full_name(item: Class) -> str:
    """A class's name from everywhere."""
    return "::" + "::".join((*item.scope, item.name))


def names(count: int) -> list[str]:
    """Parameters' names that no candidate's and no test's can be."""
    return [f"acrisol_a{number}" for number in range(count)]


def declared(parameters: Sequence[Parameter]) -> str:
    """A parameter list with our names."""
    return ", ".join(part.named(name) for part, name in zip(parameters, names(len(parameters)), strict=True))


def types_of(parameters: Sequence[Parameter]) -> list[str]:
    """The parameters' types."""
    return [part.named("") for part in parameters]


def is_reference(result: str) -> bool:
    """Whether it is a reference; those of the candidate's are copied."""
    return result.rstrip().endswith("&")


def constant(other: Other, *, c: bool) -> str:
    """A constant of the candidate's. Never a macro in C++, which could reach into other code."""
    value = other.declaration
    if c and (_INTEGER.fullmatch(value)):
        return f"enum {{ {other.name} = {value} }};"
    if c:
        kind = "const char *const" if value.startswith('"') else "const double"
        return f"static {kind} {other.name} = {value};"
    return f"static constexpr auto {other.name} = {value};"


def codec(item: Class) -> str:
    """How an open class crosses: field by field, the same in both programs."""
    name = full_name(item)
    puts = " ".join(f"put_field(out, value.{field});" for _, field, _ in item.fields)
    gets = " ".join(f"get_field(in, store.value.{field});" for _, field, _ in item.fields)
    return (
        f"template <> struct Codec<{name}> {{\n"
        f"  static void put(Writer& out, const {name}& value) {{ (void)out; (void)value; {puts} }}\n"
        f"  static {name} get(Reader& in) {{ (void)in; Store<{name}> store; {gets}"
        f" return static_cast<{name}&&>(store.value); }}\n}};\n"
    )


def object_trait(item: Class) -> str:
    """Marks a class as one whose objects stay with the candidate."""
    copied = "true" if item.copied else "false"
    return (
        f"template <> struct IsObject<{full_name(item)}> "
        f"{{ static constexpr bool value = true, copied = {copied}; }};"
    )


def shared_part(exports: Exports, *, closed: bool) -> str:
    """What both programs say of the candidate's classes."""
    text = "namespace acrisol {\n"
    for item in exports.classes:
        if not item.closed:
            text += codec(item)
        elif closed:
            text += object_trait(item) + "\n"
    return text + "}\n"


# ---- the candidate's side


def dispatcher(exports: Exports, *, c: bool) -> str:
    """The candidate's dispatcher: what a call does, by number."""
    text = "#pragma GCC system_header\n"
    text += shared_part(exports, closed=True)
    for item in exports.classes:
        if item.closed and not c:
            text += upcast(item, exports.classes)
    for number, call in enumerate(exports.calls):
        body = (
            f"static void acrisol_{number}(acrisol::Reader& acrisol_in, acrisol::Writer& acrisol_out) "
            f"{{ {_served(call)} }}"
        )
        text += within(_scope(call), body)
    listed = ", ".join(
        "::" + "::".join((*_scope(call), f"acrisol_{number}")) for number, call in enumerate(exports.calls)
    )
    count = len(exports.calls)
    text += f"static const acrisol::Serve acrisol_all[] = {{ {listed or 'nullptr'} }};\n"
    catchers = [item for item in exports.classes if item.closed and is_exception(item, exports.classes)]
    if not c and catchers:
        text += _catchers(_derived_first(catchers))
    ready = f"acrisol::calls = acrisol_all, acrisol::call_count = {count}, true"
    return text + f"static const bool acrisol_ready = ({ready});\n"


def _scope(call: Call) -> tuple[str, ...]:
    if call.owner is not None:
        return call.owner.scope
    return call.function.scope if call.function is not None else ()


def upcast(item: Class, classes: Sequence[Class]) -> str:
    """How an object is used as one of its base classes."""
    known = {other.name: full_name(other) for other in classes if other.closed}
    name = full_name(item)
    steps = "".join(
        f" if (void* found = Upcast<{known[base]}>::to(static_cast<{known[base]}*>(object), wanted))"
        " return found;"
        for base in item.bases
        if base in known
    )
    return (
        f"namespace acrisol {{ template <> struct Upcast<{name}> {{ "
        f"static void* to(void* from, const void* wanted) {{ auto* object = static_cast<{name}*>(from); "
        f"if (wanted == &Identity<{name}>::tag) return object;"
        f"{steps} return nullptr; }} }}; }}\n"
    )


def _served(call: Call) -> str:
    if call.function is None or (call.kind in ("copy", "assign", "drop")):
        assert call.owner is not None
        return f"acrisol::{call.kind}_object<{full_name(call.owner)}>(acrisol_in, acrisol_out);"
    function = call.function
    parameters = function.parameters[: len(function.parameters) - call.left_out]
    types, given = types_of(parameters), _moved(parameters)
    taken = declared(parameters)
    result = function.result or "void"
    if call.kind == "constructor":
        assert call.owner is not None
        name = full_name(call.owner)
        if call.owner.closed:
            made = f"acrisol::Owned<{name}>{{new {name}({given})}}"
            callee = f"+[]({taken}) -> acrisol::Owned<{name}> {{ return {made}; }}"
        else:
            callee = f"+[]({taken}) -> {name} {{ return {name}({given}); }}"
    elif call.kind == "method":
        assert call.owner is not None
        own = f"{'const ' if function.const else ''}{full_name(call.owner)}& acrisol_self"
        target = f"{full_name(call.owner)}::" if function.static else "acrisol_self."
        listed = taken if function.static else ", ".join(filter(None, (own, taken)))
        if returns_self(call):
            callee = f"+[]({listed}) {{ {target}{function.name}({given}); }}"
        else:
            callee = f"+[]({listed}) -> {result} {{ return {target}{function.name}({given}); }}"
    elif call.kind == "show":
        shown = function.parameters[1].named("acrisol_a1")
        written = "std::ostringstream acrisol_s; acrisol_s << acrisol_a1; return acrisol_s.str();"
        callee = f"+[]({shown}) -> std::string {{ {written} }}"
    elif call.left_out or function.name.startswith("operator"):
        callee = f"+[]({taken}) -> {result} {{ return {function.name}({given}); }}"
    else:
        callee = f"static_cast<{result} (*)({', '.join(types)})>(&{function.name})"
    return f"acrisol::dispatch({callee}, acrisol_in, acrisol_out);"


def _moved(parameters: Sequence[Parameter]) -> str:
    return ", ".join(f"static_cast<decltype({name})&&>({name})" for name in names(len(parameters)))


def returns_self(call: Call) -> bool:
    """Whether a method returns its own object, as chains and assignments do."""
    function, owner = call.function, call.owner
    return bool(
        function
        and owner
        and re.fullmatch(rf"(const )?(\w+\s*::\s*)*{owner.name}\s*&", function.result.strip())
    )


_STD_ERRORS = re.compile(r"(std::)?(\w+_error|exception|invalid_argument|out_of_range|bad_\w+)")


def is_exception(item: Class, classes: Sequence[Class]) -> bool:
    """Whether it derives from one of the standard library's exceptions."""
    return std_base(item, classes) is not None


def std_base(item: Class, classes: Sequence[Class]) -> str | None:
    """The exception of the standard library that it derives from, directly or not."""
    for base in item.bases:
        if _STD_ERRORS.fullmatch(base):
            return "std::" + base.removeprefix("std::")
        above = next((other for other in classes if other.name == base and other is not item), None)
        found = std_base(above, classes) if above is not None else None
        if found:
            return found
    return None


def _derived_first(classes: Sequence[Class]) -> list[Class]:
    def depth(item: Class) -> int:
        above = [other for other in classes if other.name in item.bases and other is not item]
        return 1 + max((depth(other) for other in above), default=0)

    return sorted(classes, key=depth, reverse=True)


def _catchers(classes: Sequence[Class]) -> str:
    text, rows = "", []
    said = 'const char* what = error.what(); return what ? what : "";'
    for number, item in enumerate(classes):
        text += (
            f"static const char* acrisol_caught_{number}() {{ try {{ throw; }} "
            f"catch (const {full_name(item)}& error) {{ {said} }} catch (...) {{ return nullptr; }} }}\n"
        )
        rows.append(f'{{"{full_name(item)}", acrisol_caught_{number}}}')
    text += f"static const acrisol::Catcher acrisol_catchers[] = {{ {', '.join(rows)} }};\n"
    text += (
        "static const bool acrisol_catching = (acrisol::catchers = acrisol_catchers, "
        f"acrisol::catcher_count = {len(rows)}, true);\n"
    )
    return text


def forward_declarations(classes: Iterable[Class]) -> str:
    """So that any may name any."""
    return "".join(within(item.scope, f"struct {item.name};") for item in classes if not item.anonymous)


def method_shape(function: Function) -> str:
    """The result of a stand-in for a function: references come as copies that cannot be assigned to."""
    result = function.result or "void"
    return f"const acrisol::Bare<{result}>" if is_reference(result) else result
