"""A listing of the commands in a Bash script that a scanner might not see where they stand.

Semgrep's parser leaves out substitutions in many places (defaults of expansions, here-strings, conditions,
subscripts, targets of redirections), takes ``time eval`` for a command called ``time``, and does not undo
quotes. Here each command that a rule looks for is listed on its line as a plain one. Code that a shell reads
from a pipe or a here-document is listed as ``bash -c``, and code in a literal text as what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import tree_sitter
import tree_sitter_bash
from tree_sitter import Node

from verifiers.scanners.bash_words import (
    SHELLS,
    WATCHED,
    Word,
    behind_command_option,
    below,
    code_at,
    expands,
    name_of,
    reads_code,
    text,
    word_of,
    words_of,
)

Stated = tuple[int, str]  # a line, from 0, and a statement on it

_UNREAD = "case"  # what the engine never repairs, so that the verdict says which line could not be read
_DEEPEST = 4  # texts of code inside of texts of code
_LARGEST = 400_000  # characters of a script
_NESTED = 400  # nodes inside of each other; a script of people's stays far below
_SUBSTITUTIONS = ("command_substitution", "process_substitution")
_OPENING = re.compile(r"(?<!\\)(?:\\\\)*(?P<mark>\$\(|`)")
_VALUE = re.compile(r"(?<!\\)(?:\\\\)*(?:\$[\w{(@*#?!-]|`)")
_SUSPECT = re.compile(r"(?<![\w.-])(?:eval|trap|source|(?:[\w.-]*/)*(?:ba|da|k|z)?sh)(?![\w./-])")
_TOKENS = frozenset(
    ("word", "command_name", "concatenation", "string", "raw_string", "ansi_c_string", "ERROR")
)


@cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_bash.language())


def listing(source: str) -> str:
    """The commands, each on its line; empty where there are none that a rule looks for."""
    last = source.count("\n")
    found: dict[int, dict[str, None]] = {}
    for line, statement in _commands(source, 0, 0):
        found.setdefault(min(line, last), {})[statement] = None
    return "\n".join("; ".join(found.get(at, ())) for at in range(max(found, default=-1) + 1))


def _commands(code: str, line: int, depth: int) -> Iterator[Stated]:
    if depth > _DEEPEST or len(code) > _LARGEST:
        yield line, _UNREAD
        return
    root = tree_sitter.Parser(_language()).parse(code.encode()).root_node
    if _is_deep(root):
        yield line, _UNREAD
        return
    names = _names(root)
    for node in below(root):
        at = line + node.start_point[0]
        if node.type == "command":
            words = words_of(node, line, names)
            yield from _command(words, depth)
            yield from _fed_directly(node, words, at, depth)
            if _is_braced(node.child_by_field_name("name")):
                yield at, _UNREAD
        elif node.type == "pipeline":
            yield from _piped(node, line, names, depth)
        elif node.type == "redirected_statement":
            yield from _redirected(node, line, names, depth)
        elif node.type == "command_substitution" and node.children[0].type == "`" and "\\`" in text(node):
            yield from _commands(re.sub(r"\\([`\\$])", r"\1", text(node)[1:-1]), at, depth + 1)
        elif node.type == "ERROR" and _SUSPECT.search(_unparsed(node)):
            yield at, _UNREAD
        elif node.type in ("regex", "word", "extglob_pattern", "heredoc_redirect"):
            yield from _swallowed(node, at, depth)


def _is_deep(root: Node) -> bool:
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > _NESTED:
            return True
        waiting.extend((part, depth + 1) for part in node.children)
    return False


def _is_braced(name: Node | None) -> bool:
    """Whether a command's name is an expansion such as ``{eval,"$1"}``, which is several words."""
    return name is not None and b"," in (name.text or b"") and bool(_SUSPECT.search(_unparsed(name)))


def _names(root: Node) -> dict[str, list[str]]:
    """Aliases, and variables with one of the watched names in them, to the words that they stand for."""
    names: dict[str, list[str]] = {}
    for node in below(root):
        if node.type == "variable_assignment":
            name, value = text(node.child_by_field_name("name")), node.child_by_field_name("value")
            if value is not None and value.end_byte - value.start_byte < 200:
                items = value.named_children if value.type == "array" else [value]
                known = " ".join(word_of(item, 0).literal or "?" for item in items).split()
                names |= dict.fromkeys((f"${name}", f"${{{name}}}", f"${{{name}[@]}}"), known)
        elif node.type == "command" and text(node.child_by_field_name("name")) == "alias":
            said = (word_of(item, 0).literal or "" for item in node.named_children[1:])
            names |= {name: value.split() for name, _, value in (item.partition("=") for item in said)}
    return {name: words for name, words in names.items() if words and WATCHED & {_base(words[0]), words[-1]}}


def _base(word: str) -> str:
    return word.rpartition("/")[2]


def _command(words: Sequence[Word], depth: int) -> Iterator[Stated]:
    """A command by itself."""
    name = name_of(words)
    if name not in WATCHED:
        return
    arguments = words[1:]
    if name in SHELLS:
        code = code_at(arguments)
        if code is not None:
            yield from _code(arguments[code : code + 1], depth)
    elif name in ("su", "runuser", "script", "flock"):
        yield from _code(behind_command_option(arguments), depth)
    elif name == "trap":
        handler = [word for word in arguments if word.literal != "--"][:1]
        yield from _code(handler, depth, "trap")
    elif name == "eval":
        yield from _code([word for word in arguments if word.literal != "--"], depth, "eval")
    else:
        yield words[0].line, " ".join([name, *(word.shown for word in arguments)])


def _code(words: Sequence[Word], depth: int, how: str = "bash -c") -> Iterator[Stated]:
    """Words that are run as code: what a literal text says, else the command that runs them."""
    literals = [word.literal for word in words if word.literal is not None]
    if not words:
        return
    if len(literals) == len(words):
        yield from _commands(" ".join(literals), words[0].line, depth + 1)
    else:
        yield words[0].line, " ".join([how, *(word.shown for word in words)])


def _statements(node: Node) -> Iterator[Node]:
    """A node and all below it, without what stands in substitutions."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(part for part in reversed(found.children) if part.type not in _SUBSTITUTIONS)


def _said(node: Node, line: int, depth: int, names: Mapping[str, Sequence[str]]) -> Iterator[Stated]:
    """What commands say that is then run as code."""
    for part in _statements(node):
        at = line + part.start_point[0]
        if part.type == "herestring_redirect":
            yield from _code([word_of(item, line) for item in part.named_children], depth)
        elif part.type == "heredoc_redirect":
            yield from _document(part, line, depth)
        elif part.type == "command":
            words = words_of(part, line, names)
            name = name_of(words)
            if name in ("echo", "printf"):
                for word in words[1:]:
                    yield from _code([word], depth)
            elif name in ("curl", "wget"):
                yield at, " ".join([name, *(word.shown for word in words[1:]), "| bash"])


def _document(node: Node, line: int, depth: int) -> Iterator[Stated]:
    """A here-document that a shell runs."""
    body = next((part for part in node.named_children if part.type == "heredoc_body"), None)
    if body is None:
        return
    at = line + body.start_point[0]
    if not _is_quoted(node) and (expands(body) or _VALUE.search(text(body))):
        yield at, 'bash -c "$value"'
    else:
        yield from _commands(text(body), at, depth + 1)


def _is_quoted(node: Node) -> bool:
    start = next((text(part) for part in node.named_children if part.type == "heredoc_start"), "")
    return any(mark in start for mark in "'\"\\")


def _fed_directly(node: Node, words: Sequence[Word], line: int, depth: int) -> Iterator[Stated]:
    """What a shell reads from a here-string, or from ``<(...)`` as the script."""
    line -= node.start_point[0]
    runs_files = name_of(words) in SHELLS or name_of(words) in ("source", ".")
    for part in node.named_children:
        if part.type == "herestring_redirect" and reads_code(words):
            yield from _code([word_of(item, line) for item in part.named_children], depth)
        elif part.type == "process_substitution" and runs_files:
            for inner in part.named_children:
                yield from _said(inner, line, depth, {})


def _piped(node: Node, line: int, names: Mapping[str, Sequence[str]], depth: int) -> Iterator[Stated]:
    stages = node.named_children
    readers = [at for at, stage in enumerate(stages) if _has_reader(stage, line, names)]
    for stage in stages[: readers[-1] if readers else 0]:
        yield from _said(stage, line, depth, names)


def _has_reader(node: Node, line: int, names: Mapping[str, Sequence[str]]) -> bool:
    return any(
        part.type == "command" and reads_code(words_of(part, line, names)) for part in _statements(node)
    )


def _redirected(node: Node, line: int, names: Mapping[str, Sequence[str]], depth: int) -> Iterator[Stated]:
    if not _has_reader(node, line, names):
        return
    for part in node.named_children:
        if part.type == "heredoc_redirect":
            yield from _document(part, line, depth)
        elif part.type == "herestring_redirect":
            yield from _code([word_of(item, line) for item in part.named_children], depth)
        elif part.type == "file_redirect":
            for inner in part.named_children:
                if inner.type == "process_substitution":
                    for command in inner.named_children:
                        yield from _said(command, line, depth, names)


def _swallowed(node: Node, line: int, depth: int) -> Iterator[Stated]:
    """Substitutions in what the grammar takes for plain text."""
    if node.type == "heredoc_redirect":
        body = next((part for part in node.named_children if part.type == "heredoc_body"), None)
        if body is None or _is_quoted(node) or body.named_children:
            return
        line, node = line + body.start_point[0] - node.start_point[0], body
    whole, at = text(node), 0
    while opening := _OPENING.search(whole, at):
        start = opening.end()
        at = _closing(whole, start, opening["mark"])
        yield from _commands(whole[start:at], line + whole.count("\n", 0, start), depth + 1)
        at += 1


def _closing(whole: str, start: int, mark: str) -> int:
    if mark == "`":
        end = whole.find("`", start)
        return end if end >= 0 else len(whole)
    open_ones = 1
    for found in re.finditer(r"[()]", whole[start:]):
        open_ones += 1 if found[0] == "(" else -1
        if not open_ones:
            return start + found.start()
    return len(whole)


def _unparsed(node: Node) -> str:
    """The text of what could not be parsed, without quotes and without the parts that could."""
    whole, parts, at = node.text or b"", [], node.start_byte
    for part in node.children:
        if part.is_named and part.type not in _TOKENS:
            parts.append(whole[at - node.start_byte : part.start_byte - node.start_byte])
            at = part.end_byte
    parts.append(whole[at - node.start_byte :])
    return re.sub(rb"['\"\\]", b"", b" ".join(parts)).decode("utf-8", "replace")
