"""What code looks like in the languages that are not parsed here: enough to find it in an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Pattern

from verifiers.domain import Language


def _c_like(more: str = "") -> str:
    return (
        r"""(?P<skip>//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?"""
        rf"{more})|(?P<open>[{{(\[])|(?P<close>[}})\]])|(?P<end>;)"
    )


_TEMPLATE = r"|`(?:[^`\\]|\\.)*(?:`|\Z)"
_GO_RAW = r"|`[^`]*(?:`|\Z)"
# A lifetime ('a) is no character that lacks its end.
_RUST = (
    r"""(?P<skip>//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|'(?:[^'\\\n]|\\.[^'\n]{0,10})')"""
    r"|(?P<open>[{(\[])|(?P<close>[})\]])|(?P<end>;)"
)
_CPP_RAW = r"""|R"([^()\\\s]{0,16})\((?:[^)]|\)(?!\2"))*(?:\)\2"|\Z)"""
# In a shell braces and brackets stand anywhere; blocks are told by their last word, which bash itself checks.
_SHELL = r"""(?P<skip>\\.|'[^']*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|(?:^|(?<=\s))#[^\n]*)|(?P<end>\n)"""


@dataclass(frozen=True)
class Shape:
    """How to find a language's code.

    Attributes:
        token: Strings and comments (``skip``), brackets, and ends of statements.
        defines: What a text defines at the beginning of a line; one of its groups is the name.
        starts: A line that code without a fence may begin with.
        tests: Names that only tests have.
        setup: A text of nothing but imports and the like matches this as a whole, line by line.
    """

    token: Pattern[str]
    defines: Pattern[str]
    starts: Pattern[str]
    tests: Pattern[str]
    setup: Pattern[str]


def _shape(token: str, defines: str, starts: str, tests: str, setup: str) -> Shape:
    return Shape(
        re.compile(token, re.MULTILINE | re.DOTALL),
        re.compile(defines, re.MULTILINE),
        re.compile(starts, re.MULTILINE),
        re.compile(tests),
        re.compile(setup),
    )


_NO_TEST = r"(?!)"
_SCRIPT = _shape(
    _c_like(_TEMPLATE),
    r"^(?:export[ \t]+(?:default[ \t]+)?)?(?:"
    r"(?:declare[ \t]+)?(?:async[ \t]+)?function[ \t]*\*?[ \t]*(?P<function>[A-Za-z_$][\w$]*)"
    r"|(?:abstract[ \t]+)?(?:class|interface|enum|type|namespace)[ \t]+(?P<type>[A-Za-z_$][\w$]*)"
    r"|(?:const|let|var)[ \t]+(?P<value>[A-Za-z_$][\w$]*)[^\n=]{0,200}=(?!=)"
    r"|(?:module\.)?exports(?:\.(?P<export>[A-Za-z_$][\w$]*))?[ \t]*="
    r"|(?P<test>describe|test|it)[ \t]*(?:\.\w+)*\()",
    r"^(?:['\"]use strict['\"]|import[ \t{*'\"]|export[ \t]|(?:const|let|var)[ \t]+[\w${\[]"
    r"|(?:async[ \t]+)?function\b|(?:abstract[ \t]+)?class[ \t]+\w|interface[ \t]+\w+[^\n.]{0,100}\{"
    r"|type[ \t]+\w+[^\n.]{0,100}=|enum[ \t]+\w+)",
    r"^(?:describe|test|it)$",
    r"import\b.*|(?:const|let|var)\b.*\brequire\(.*|['\"]use strict['\"];?",
)
# The first line of a definition, up to its brace or end; that of a mere declaration ends with a semicolon.
_C_FUNCTION = (
    r"^(?!(?:if|for|while|switch|return|else|catch|do|using|typedef)\b)"
    r"(?:[A-Za-z_][\w:<>,*&\[\] \t]{0,150}?[ \t*&>])?"
    r"(?P<function>~?[A-Za-z_]\w*(?:::~?\w+)*|operator[^\s(]{1,3})[ \t]*\((?=[^;{\n]*(?:\{|$))"
)
_C_TYPE = (
    r"|^(?:typedef[ \t]+)?(?:struct|class|enum(?:[ \t]+class)?|union|namespace)[ \t]+"
    r"(?P<type>[A-Za-z_]\w*)[^;(){}]{0,200}\{"
)
_C_START = (
    r"^(?:#[ \t]*(?:include|define|pragma|if)\b|using[ \t]+\w|template[ \t]*<|typedef[ \t]"
    r"|(?:struct|class|enum)[ \t]+\w+|(?:(?:static|inline|const|unsigned)[ \t]+){0,4}"
    r"(?:int|void|char|double|float|bool|long|short|size_t|std::|string|vector<)[\w:<>,*& \t]{0,100}\()"
)
_C_SETUP = r"#[ \t]*(?:include|define|pragma|ifndef|ifdef|endif|if|else)\b.*|using[ \t].*"

SHAPES: dict[Language, Shape] = {
    Language.JAVASCRIPT: _SCRIPT,
    Language.TYPESCRIPT: _SCRIPT,
    Language.JAVA: _shape(
        _c_like(),
        r"^[ \t]*(?:(?:public|final|abstract|sealed|non-sealed|strictfp|static)[ \t]+)*"
        r"(?:class|interface|enum|record|@interface)[ \t]+(?P<type>[A-Za-z_$][\w$]*)[^;{}]{0,300}\{",
        r"^(?:package[ \t]+[\w.]+;|import[ \t]+[\w.* ]+;|@\w+|(?:(?:public|final|abstract|sealed)[ \t]+)*"
        r"(?:class|interface|enum|record)[ \t]+\w)",
        r"^(?:\w+Tests?|Test[A-Z]\w*)$",
        r"(?:import|package)\b.*;",
    ),
    Language.GO: _shape(
        _c_like(_GO_RAW),
        r"^func[ \t]+(?:\([^)\n]{0,200}\)[ \t]*)?(?P<function>[A-Za-z_]\w*)|^type[ \t]+(?P<type>[A-Za-z_]\w*)"
        r"|^(?:var|const)[ \t]+(?P<value>[A-Za-z_]\w*)",
        r"^(?:package[ \t]+\w+|import[ \t]+[\"(]|func[ \t]+[\w(]|type[ \t]+\w+[ \t])",
        r"^(?:Test|Benchmark|Example)(?:[A-Z_]\w*)?$",
        r"package\b.*|import\b.*|[\"\w./ \t]+|\)",
    ),
    Language.RUST: _shape(
        _RUST,
        r"^(?:pub(?:\([^)\n]{0,50}\))?[ \t]+)?(?:(?:async|const|unsafe|extern[ \t]+\"C\")[ \t]+)*"
        r"(?:fn|struct|enum|trait|union|mod|type|static|const|macro_rules!)[ \t]+(?P<item>[A-Za-z_]\w*)"
        r"|^(?:unsafe[ \t]+)?impl\b[^{;]{0,200}?(?P<impl>[A-Za-z_]\w*)[^{;\w]{0,50}\{",
        r"^(?:use[ \t]+[\w:{]|extern[ \t]+crate|#!?\[|(?:pub(?:\([^)\n]{0,50}\))?[ \t]+)?"
        r"(?:fn|struct|enum|trait|impl|mod|type|const|static)\b[ \t<])",
        r"^tests?$",
        r"(?:pub[ \t]+)?use\b.*;|extern crate\b.*;|#!\[.*\]",
    ),
    Language.C: _shape(_c_like(), _C_FUNCTION + _C_TYPE, _C_START, r"^(?:main|test_\w+)$", _C_SETUP),
    Language.CPP: _shape(
        _c_like(_CPP_RAW),
        _C_FUNCTION + _C_TYPE,
        _C_START,
        r"^(?:main|TEST|TEST_CASE|test_\w+)$",
        _C_SETUP,
    ),
    Language.BASH: _shape(
        _SHELL,
        r"^[ \t]*(?:function[ \t]+(?P<keyword>[\w:.-]+)|(?P<function>[A-Za-z_][\w:.-]*)[ \t]*\(\))",
        r"^(?:#!|set[ \t]+-|[A-Za-z_][\w-]*[ \t]*\(\)[ \t]*\{?|function[ \t]+[\w-]+"
        r"|if[ \t]+\[|for[ \t]+\w+[ \t]+in\b)",
        _NO_TEST,
        r"#!.*|set[ \t]+-.*|(?:source|\.)[ \t].*",
    ),
}
