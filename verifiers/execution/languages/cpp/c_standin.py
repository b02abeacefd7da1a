"""The stand-in for a C candidate: a header in C, and what is behind it in C++."""

from __future__ import annotations

from verifiers.execution.languages.cpp.declared import Function, Other
from verifiers.execution.languages.cpp.exports import Exports
from verifiers.execution.languages.cpp.generate import constant, declared, names, shared_part, types_of


def c_standin(exports: Exports) -> str:
    """The header that stands for a C candidate, in C."""
    text = "#pragma once\n"
    text += "".join(f"#include <{header}>\n" for header in dict.fromkeys(exports.declared.headers))
    text += c_types(exports)
    for function in _prototypes(exports):
        text += f"{function.result} {function.name}({declared(function.parameters) or 'void'});\n"
    return text


def c_types(exports: Exports) -> str:
    """The types of a C candidate, as C."""
    text = ""
    for item in exports.types:
        if isinstance(item, Other):
            text += (constant(item, c=True) if item.kind == "constant" else item.declaration) + "\n"
            continue
        fields = " ".join(f"{part.named(name)};" for part, name, _ in item.fields)
        body = f"struct {'' if item.anonymous else item.name} {{ {fields} }}"
        text += f"typedef {body} {item.name};\n" if item.anonymous else f"{body};\n"
    return text


def c_glue(exports: Exports) -> str:
    """What is behind that header, in C++."""
    text = "".join(f"#include <{header}>\n" for header in dict.fromkeys(exports.declared.headers))
    text += '#define _Bool bool\n#include "/opt/acrisol/cpp/include/asking.hpp"\nextern "C" {\n'
    text += c_types(exports) + "}\n" + shared_part(exports, closed=False) + 'extern "C" {\n'
    for number, call in enumerate(exports.calls):
        if call.function is not None:
            function = call.function
            asked = ", ".join((str(number), *names(len(function.parameters))))
            kinds = ", ".join(types_of(function.parameters))
            text += (
                f"{function.result} {function.name}({declared(function.parameters)}) "
                f"{{ return acrisol::Call<{function.result}({kinds})>::ask({asked}); }}\n"
            )
    return text + "}\n"


def c_dispatcher_head(exports: Exports) -> str:
    """What a C candidate's dispatcher knows of it, in C++."""
    text = "".join(f"#include <{header}>\n" for header in dict.fromkeys(exports.declared.headers))
    text += '#define _Bool bool\n#include "/opt/acrisol/cpp/include/guest.hpp"\nextern "C" {\n' + c_types(
        exports
    )
    for function in _prototypes(exports):
        if function.static:
            text += f"#define {function.name} acrisol_static_{function.name}\n"
        text += f"{function.result} {function.name}({declared(function.parameters)});\n"
    return text + "}\n"


def c_doors(exports: Exports) -> str:
    """C behind a candidate's source: its static functions under names that another object can call."""
    text = ""
    for function in _prototypes(exports):
        if function.static:
            given = ", ".join(names(len(function.parameters)))
            taken = declared(function.parameters) or "void"
            back = "" if function.result == "void" else "return "
            text += (
                f"{function.result} acrisol_static_{function.name}({taken}) "
                f"{{ {back}{function.name}({given}); }}\n"
            )
    return text


def _prototypes(exports: Exports) -> list[Function]:
    return [call.function for call in exports.calls if call.function is not None]
