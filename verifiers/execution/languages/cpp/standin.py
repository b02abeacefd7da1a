"""The stand-in for a candidate that the tests are compiled with."""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.execution.languages.cpp.declared import Class, Function, Other
from verifiers.execution.languages.cpp.exports import Call, Exports
from verifiers.execution.languages.cpp.generate import (
    constant,
    declared,
    forward_declarations,
    full_name,
    is_exception,
    method_shape,
    names,
    object_trait,
    returns_self,
    shared_part,
    std_base,
    types_of,
    within,
)


def cpp_standin(exports: Exports) -> str:
    """The header that stands for a C++ candidate."""
    text = "#pragma once\n"
    text += "".join(f"#include <{header}>\n" for header in dict.fromkeys(exports.declared.headers))
    if any(call.kind == "show" for call in exports.calls):
        text += "#include <ostream>\n#include <string>\n"
    text += '#include "/opt/acrisol/cpp/include/codecs.hpp"\n#include "/opt/acrisol/cpp/include/asking.hpp"\n'
    text += "using namespace std;\n" if exports.declared.using_std else ""
    text += forward_declarations(exports.classes)
    by_owner: dict[tuple[str, tuple[str, ...]], list[tuple[int, Call]]] = {}
    for number, call in enumerate(exports.calls):
        if call.owner is not None:
            by_owner.setdefault((call.owner.name, call.owner.scope), []).append((number, call))
    for item in exports.types:
        if isinstance(item, Other):
            text += within(item.scope, _other(item))
        elif is_exception(item, exports.classes):
            text += within(item.scope, _exception_class(item, exports.classes))
        else:
            text += within(
                item.scope, _class(item, by_owner.get((item.name, item.scope), []), exports.classes)
            )
    text += shared_part(exports, closed=False)
    text += "".join(_adopting(item) for item in exports.classes if _is_object(item, exports.classes))
    for number, call in enumerate(exports.calls):
        if call.owner is None and call.function is not None:
            text += within(call.function.scope, _function(number, call))
    errors = [item for item in exports.classes if is_exception(item, exports.classes)]
    return text + _throwers(errors)


def _other(item: Other) -> str:
    return constant(item, c=False) if item.kind == "constant" else item.declaration


def _is_object(item: Class, classes: Sequence[Class]) -> bool:
    return item.closed and not is_exception(item, classes)


def _function(number: int, call: Call) -> str:
    function = call.function
    assert function is not None
    if call.kind == "show":
        shown = function.parameters[1]
        asked = f"acrisol::Call<std::string({shown.named('')})>::ask({number}, acrisol_a1)"
        return (
            f"inline std::ostream& operator<<(std::ostream& acrisol_o, {shown.named('acrisol_a1')}) "
            f"{{ return acrisol_o << {asked}; }}"
        )
    parameters = function.parameters[: len(function.parameters) - call.left_out]
    asked = ", ".join((str(number), *names(len(parameters))))
    if function.name == "operator==" and len(parameters) == 2:
        return _believed(number, function)
    return (
        f"inline {method_shape(function)} {function.name}({declared(parameters)}) {{ return acrisol::Call<"
        f"{function.result}({', '.join(types_of(parameters))})>::ask({asked}); }}"
    )


def _believed(number: int, function: Function) -> str:
    """Equality by the candidate: whoever says yes to others too, says nothing."""
    kinds = ", ".join(types_of(function.parameters))
    asked = f"acrisol::Call<{function.result}({kinds})>::ask({number}, acrisol_a, acrisol_b)"
    return (
        f"inline {method_shape(function)} {function.name}({declared(function.parameters)}) {{ "
        f"return acrisol::believed([](auto& acrisol_a, auto& acrisol_b) {{ return {asked}; }}, "
        "acrisol_a0, acrisol_a1); }"
    )


def _class(item: Class, calls: Sequence[tuple[int, Call]], classes: Sequence[Class]) -> str:
    bases = [base for base in item.bases if any(base == other.name for other in classes)]
    above = " : " + ", ".join(f"public {base}" for base in bases[:1]) if bases else ""
    lines = [f"struct {item.name}{above} {{"]
    if item.closed:
        lines += _object_parts(item, bases, calls)
    else:
        for part, name, value in item.fields:
            lines.append(f"{part.named(name)}{f' = {value}' if value else ''};")
        visited = " ".join(f"acrisol_v(acrisol_s.{name});" for _, name, _ in item.fields)
        lines.append(
            f"template <class acrisol_V> static void acrisol_fields({item.name}& acrisol_s, "
            f"acrisol_V& acrisol_v) {{ (void)acrisol_s; (void)acrisol_v; {visited} }}"
        )
        if any(call.kind == "constructor" for _, call in calls):
            lines.append(f"explicit {item.name}(acrisol::Made) {{}}")
    for number, call in calls:
        if call.kind in ("constructor", "method"):
            lines.append(_member(number, call))
    return "\n  ".join(lines) + "\n};"


def _object_parts(item: Class, bases: Sequence[str], calls: Sequence[tuple[int, Call]]) -> list[str]:
    at = {call.kind: number for number, call in calls if call.kind in ("copy", "assign", "drop")}
    name = item.name
    first = f"{bases[0]}(acrisol_n)" if bases else "acrisol_object(acrisol_n)"
    lines = [] if bases else ["acrisol::Object acrisol_object;"]
    ask = "acrisol::Call<acrisol::Object(const acrisol::Object&)>::ask"
    assign = "acrisol::Call<void(const acrisol::Object&, const acrisol::Object&)>::ask"
    lines += [
        f"explicit {name}(acrisol::Object acrisol_n) : {first} {{}}",
        f"{name}({name}&& other) : {name}(acrisol::taken(other.acrisol_object)) {{}}",
        f"{'virtual ' if not bases else ''}~{name}() {{ acrisol::dropped({at['drop']}, acrisol_object); }}",
    ]
    if not item.copied:
        swapped = "std::swap(acrisol_object, other.acrisol_object); return *this;"
        return [*lines, f"{name}& operator=({name}&& other) {{ {swapped} }}"]
    lines += [
        f"{name}(const {name}& other) : {name}({ask}({at['copy']}, other.acrisol_object)) {{}}",
        f"{name}& operator=(const {name}& other) {{ if (this != &other) {assign}({at['assign']}, "
        "acrisol_object, other.acrisol_object); return *this; }",
    ]
    return lines


def _member(number: int, call: Call) -> str:
    function, owner = call.function, call.owner
    assert function is not None
    assert owner is not None
    parameters = function.parameters[: len(function.parameters) - call.left_out]
    taken, kinds = declared(parameters), types_of(parameters)
    asked = ", ".join((str(number), *names(len(parameters))))
    if call.kind == "constructor":
        if owner.closed:
            made = f"acrisol::Call<acrisol::Object({', '.join(kinds)})>::ask({asked})"
            return f"{owner.name}({taken}) : {owner.name}({made}) {{}}"
        made = f"acrisol::Call<{owner.name}({', '.join(kinds)})>::ask({asked})"
        return f"{owner.name}({taken}) {{ *this = {made}; }}"
    if function.static:
        made = f"acrisol::Call<{function.result}({', '.join(kinds)})>::ask({asked})"
        return f"static {method_shape(function)} {function.name}({taken}) {{ return {made}; }}"
    if owner.closed:
        own, own_kind = "acrisol_object", "const acrisol::Object&"
    else:
        own, own_kind = "*this", f"{'const ' if function.const else ''}{owner.name}&"
    asked = ", ".join((str(number), own, *names(len(parameters))))
    const = " const" if function.const else ""
    if returns_self(call):
        made = f"acrisol::Call<void({', '.join((own_kind, *kinds))})>::ask({asked})"
        result = "const " if function.const else ""
        return f"{result}{owner.name}& {function.name}({taken}){const} {{ {made}; return *this; }}"
    made = f"acrisol::Call<{function.result}({', '.join((own_kind, *kinds))})>::ask"
    if function.name == "operator==" and len(parameters) == 1:
        believed = (
            "acrisol::believed([](auto& acrisol_a, auto& acrisol_b) { "
            f"return {made}({number}, acrisol_a{'.acrisol_object' if owner.closed else ''}, acrisol_b); }}, "
            "*this, acrisol_a0)"
        )
        return f"{method_shape(function)} {function.name}({taken}){const} {{ return {believed}; }}"
    return f"{method_shape(function)} {function.name}({taken}){const} {{ return {made}({asked}); }}"


def _exception_class(item: Class, classes: Sequence[Class]) -> str:
    """An exception of the candidate's: a class below the same one of the standard library, with its words."""
    own = next((base for base in item.bases if any(base == other.name for other in classes)), "")
    above = own or std_base(item, classes) or "std::exception"
    takes_text = not own and above not in ("std::exception",) and "bad_" not in above
    if own:
        begin, kept = f"{own}(acrisol_m, acrisol_w)", ""
    elif takes_text:
        begin, kept = f"{above}(acrisol_w)", ""
    else:
        begin = "acrisol_words(acrisol_w)"
        said = "const char* what() const noexcept override { return acrisol_words.c_str(); }"
        kept = f"std::string acrisol_words; {said}"
    return (
        f"struct {item.name} : public {above} {{ {item.name}(acrisol::Made{' acrisol_m' if own else ''}, "
        f"const char* acrisol_w) : {begin} {{}} {kept} }};"
    )


def _adopting(item: Class) -> str:
    return f"namespace acrisol {{ {object_trait(item)} }}\n"


def _throwers(errors: Sequence[Class]) -> str:
    if not errors:
        return ""
    rows = ", ".join(
        f'{{"{full_name(item)}", [](const char* what) {{ throw {full_name(item)}(acrisol::Made(), what); }}}}'
        for item in errors
    )
    return (
        f"static const acrisol::Thrower acrisol_throwers[] = {{ {rows} }};\n"
        "static const bool acrisol_throwing = (acrisol::throwers = acrisol_throwers, "
        f"acrisol::thrower_count = {len(errors)}, true);\n"
    )
