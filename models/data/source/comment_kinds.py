"""What a comment is there for: judged by its words, and for commented-out code by the language's grammar."""

from __future__ import annotations

import re
from enum import StrEnum

from models.data.source.grammars import parse, walk


class CommentKind(StrEnum):
    """Why a comment stands where it stands."""

    DIRECTIVE = "directive"  # a tool reads it: never removed
    LICENSE = "license"
    DOCUMENTATION = (
        "documentation"  # by its form: `/**`, `///`, `//!`, or in Go what stands above a declaration
    )
    CODE = "code"  # commented out
    TODO = "todo"
    BANNER = "banner"  # a line of signs, with or without a heading in it
    TOOLING = "tooling"  # what editors and bundlers left: modelines, source maps
    EMPTY = "empty"
    OTHER = "other"  # taken to be useful


_DIRECTIVE = re.compile(
    r"#!|\s*(?:[#/*;!]\s*)*(?:-\*-|(?:file)?encoding[:=]|coding[:=]|type:\s*\S|noqa\b|nosec\b|nosemgrep\b"
    r"|pylint:|pyright:|mypy:|ruff:|flake8:|isort:|fmt:\s*(?:on|off|skip)|yapf:|pragma\b|cython:|distutils:"
    r"|eslint\b|jshint\b|jslint\b|prettier-ignore|@ts-|@jsx|@flow\b|@preserve|@vite-ignore"
    r"|istanbul\b|c8\b|v8 ignore"
    r"|biome-ignore|tslint:|<reference\b|webpack[A-Z]\w*:|[#@]__PURE__|[#@]__NO_SIDE_EFFECTS__"
    r"|go:\w|\+build\b|export \w+$|nolint\b|lint:|line \S+:\d"
    r"|NOLINT|NOSONAR|clang-format (?:on|off)|IWYU pragma|cppcheck-suppress|fall\s?-?thr(?:ough|u)\b"
    r"|shellcheck\b|@formatter:|\$FF:|rustfmt|slither-disable|solhint-|solium-|@audit|@custom:oz)",
    re.IGNORECASE,
)
_SOLIDITY_LICENSE = re.compile(r"\W*SPDX-License-Identifier:", re.IGNORECASE)
_LICENSE = re.compile(
    r"\bcopyright\b.{0,40}(?:\d{4}|\(c\)|©)|\(c\)\s*copyright|©|spdx-license-identifier|all rights reserved"
    r"|licensed (?:under|to)\b|permission is hereby granted|redistribution and use in source"
    r"|general public license|apache license|mozilla public license|@license\b|\(c\) \d{4}"
    r"|(?:released|distributed|available|covered|governed) (?:under|by) (?:the|a) [\w .-]{2,40}licen[cs]e"
    r"|see (?:the )?(?:accompanying )?(?:file )?(?:license|licence|copying)\b",
    re.IGNORECASE | re.DOTALL,
)
_TOOLING = re.compile(r"\s*(?:#\s*source(?:Mapping)?URL=|vim?:|ex:|Local Variables:|kate:|jEdit:)")
_TODO = re.compile(r"\s*(?:@?(?:TODO|FIXME|XXX|HACK|BUG)\b)", re.ASCII)
_OPENING = re.compile(r"[ \t]*(?:/\*+!?|\*+/|\*(?!/)|//+[!/]?|#+|<!--)?[ \t]?")
_NO_WORD, _SIGNS = re.compile(r"\W*"), re.compile(r"[^\w\s]*")
_LONGEST_HEADING = 80  # characters between a banner's signs
_MAY_BE_CODE = re.compile(
    r"[=(){};]|^\s*(?:import|from|return|pass|break|continue|del|raise|use|echo|export)\b"
)
_LEAST_CODE = 0.75  # of a comment's lines with words
_MOST_TRIED = 20_000  # characters

# What a line of code has that a line of prose the grammar happens to accept has not.
_TELLING = frozenset(
    {
        *("call", "call_expression", "method_invocation", "function_call", "command", "new_expression"),
        *(
            "assignment",
            "augmented_assignment",
            "assignment_expression",
            "variable_declarator",
            "assignment_statement",
        ),
        *(
            "short_var_declaration",
            "let_declaration",
            "declaration",
            "local_variable_declaration",
            "return_statement",
        ),
        *(
            "lexical_declaration",
            "variable_declaration",
            "variable_assignment",
            "field_declaration",
            "throw_statement",
        ),
        *(
            "import_statement",
            "import_from_statement",
            "import_declaration",
            "use_declaration",
            "preproc_include",
        ),
        *(
            "function_definition",
            "function_declaration",
            "class_definition",
            "class_declaration",
            "if_statement",
        ),
        *(
            "for_statement",
            "while_statement",
            "raise_statement",
            "pass_statement",
            "assert_statement",
            "macro_invocation",
        ),
        *(
            "delete_statement",
            "break_statement",
            "continue_statement",
            "decorated_definition",
            "method_declaration",
        ),
        *(
            "augmented_assignment_expression",
            "update_expression",
            "state_variable_declaration",
            "emit_statement",
        ),
    }
)


def kind_of(comment: str, language: str, *, documents: bool = False) -> CommentKind:
    """What a comment is there for.

    Args:
        comment: Its whole text with its marks; for several one-line comments below each other all of them.
        language: The file's.
        documents: It stands where the language has its documentation although its form does not say so.
    """
    if any(_DIRECTIVE.match(line.lstrip()) for line in comment.split("\n", 200)[:200]):
        return CommentKind.DIRECTIVE
    if language == "solidity" and _SOLIDITY_LICENSE.search(comment[:2000]):
        return CommentKind.DIRECTIVE  # the compiler warns where it is missing
    lines = words_of(comment)
    text = "\n".join(lines).strip()
    if not text:
        return CommentKind.EMPTY if len(comment.strip()) <= 4 else CommentKind.BANNER
    if _LICENSE.search(text[:4000]):
        return CommentKind.LICENSE
    if documents or is_documentation(comment, language):
        return CommentKind.DOCUMENTATION
    if _TOOLING.match(text):
        return CommentKind.TOOLING
    if _TODO.match(text):
        return CommentKind.TODO
    if all(_is_banner(line.strip()) for line in lines if line.strip()):
        return CommentKind.BANNER
    return CommentKind.CODE if is_code(lines, language) else CommentKind.OTHER


def stands_alone(line: str) -> bool:
    """Whether a one-line comment is apart from those above and below it: a directive or a banner."""
    return bool(_DIRECTIVE.match(line)) or (len(line) > 4 and _is_banner(words_of(line)[0].strip() or line))


def is_documentation(comment: str, language: str) -> bool:
    """Whether a comment has the form of its language's documentation."""
    start = comment.lstrip()[:4]
    if language in ("python", "bash", "go"):
        return False
    if start.startswith("/**") and start != "/**/":
        return not start.startswith("/***")
    if language in ("rust", "cpp", "c", "solidity", "typescript"):
        return start.startswith(("///", "//!")) and start != "////"
    return False


def words_of(comment: str) -> list[str]:
    """A comment's lines without its marks."""
    return [_bare(line.rstrip("\r")) for line in comment.split("\n")]


def _bare(line: str) -> str:
    # The end without an expression: one that looks for blanks before a line's end takes cubic time.
    opening = _OPENING.match(line)
    line = line[opening.end() if opening else 0 :].rstrip(" \t")
    line = line[:-1].rstrip("*") if line.endswith("*/") else line.removesuffix("-->")
    return line.rstrip(" \t")


def _is_banner(line: str) -> bool:
    """Whether a line is all signs, or a heading between at least four of them and at least three."""
    lead, trail = _NO_WORD.match(line), _SIGNS.match(line[::-1])
    before, behind = lead.end() if lead else 0, trail.end() if trail else 0
    if before == len(line):
        return before >= 3 and "..." not in line
    return before >= 4 and behind >= 3 and len(line) - before - behind <= _LONGEST_HEADING


def is_code(lines: list[str], language: str) -> bool:
    """Whether a comment's lines are code that somebody took out of the program."""
    told = [line for line in lines if line.strip()]
    if sum(map(len, told)) > _MOST_TRIED or not any(_MAY_BE_CODE.search(line) for line in told):
        return False
    if _reads_as_code("\n".join(lines), language):
        return True
    # A block whose lines stand for themselves, with a word in between; few enough to be tried one by one.
    if language == "bash" or not 2 <= len(told) <= 30:
        return False
    good = sum(_reads_as_code(line.strip(), language) for line in told if _MAY_BE_CODE.search(line))
    return good / len(told) >= _LEAST_CODE


def _reads_as_code(text: str, language: str) -> bool:
    for tried in _tries(text, language):
        source = parse(tried, language)
        if source and source.sound and not _is_prose(text, language):
            return any(node.type in _TELLING for node, _ in walk(source.root))
    return False


def _tries(text: str, language: str) -> tuple[str, ...]:
    body = text.strip("\n")
    if language == "python":
        first = body[: len(body) - len(body.lstrip())]
        body = "\n".join(line.removeprefix(first) for line in body.split("\n"))
        opened = body.rstrip().endswith(":")
        return (f"{body}\n    pass\n",) if opened else (f"{body}\n",)
    if language in ("java", "solidity"):
        wrapped = f"class A {{ void f() {{ {body} }} }}"
        if language == "solidity":
            wrapped = f"contract A {{ function f() public {{ {body} }} }}"
        return wrapped, f"{'contract' if language == 'solidity' else 'class'} A {{ {body} }}", body
    if language in ("c", "cpp"):
        return f"void f() {{ {body}\n}}", f"{body}\n"
    if language == "go":
        return f"package p\nfunc f() {{\n{body}\n}}", f"package p\n{body}\n"
    if language == "rust":
        return f"fn f() {{ {body}\n}}", f"{body}\n"
    return (f"{body}\n",)


_SHELL = re.compile(
    r"^\s*(?:\w+=|(?:echo|cd|export|source|exit|set|fi|done|rm|mkdir|cp|mv)\b|(?:if|while) \[|for \w+ in )"
    r"|\s--\w|\s\|\s",
    re.MULTILINE,
)
_PROSE = re.compile(
    r"\b(?:the|is|are|this|that|with|we|you|it|to|of|a|an|and|or|if not|e\.g|i\.e|see|note)\b(?!\s*[(=.])"
)


def _is_prose(text: str, language: str) -> bool:
    """Sentences that a grammar accepts all the same: Bash takes any words for a command."""
    without_strings = re.sub(r"\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'", "", text)
    words = re.findall(r"[A-Za-z_]\w*", without_strings)
    if not words:
        return True
    common = len(_PROSE.findall(without_strings.lower()))
    if language == "bash":
        return common > 0 or not _SHELL.search(text)
    # Keywords such as `is`, `with`, `or` are words of code, too: they count only where they are many.
    return common >= 2 and common * 4 > len(words)
