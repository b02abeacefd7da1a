"""Words of Bash as it takes them: without quotes, escapes, and what only stands before a command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tree_sitter import Node

SHELLS = frozenset(("bash", "sh", "dash", "ash", "ksh", "mksh", "zsh", "rbash"))
# What a rule in rules/bash looks for; no other command is worth a line in the listing.
WATCHED = frozenset(
    (
        *SHELLS,
        "eval",
        "trap",
        "source",
        ".",
        "su",
        "runuser",
        "script",
        "flock",
        "curl",
        "wget",
        "sshpass",
        "mysql",
        "mysqldump",
        "git",
        "ssh",
        "rm",
        "chmod",
        "umask",
    )
)
# Commands that run another one -> those of their options that take a value, and how many values follow these.
_PREFIXES: Mapping[str, tuple[str, int]] = {
    "builtin": ("", 0),
    "busybox": ("", 0),
    "command": ("", 0),
    "coproc": ("", 0),
    "doas": ("uC", 0),
    "env": ("uC", 0),
    "exec": ("a", 0),
    "ionice": ("cnp", 0),
    "nice": ("n", 0),
    "nohup": ("", 0),
    "setsid": ("", 0),
    "stdbuf": ("ioe", 0),
    "sudo": ("ughpCRrtTUD", 0),
    "time": ("fo", 0),
    "timeout": ("ks", 1),
    "xargs": ("IiLnPdaEs", 0),
}
# Commands whose words matter: the others of a long script are left alone.
_READ = WATCHED | _PREFIXES.keys() | {"alias", "echo", "find", "printf"}
_INPUTS = ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "-")
_LONGEST = 400  # characters of a word that is listed as it is
_SAFE = re.compile(r"[\w./:+@%=,-]+")
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9A-Fa-f]{1,2})|[uU](?P<code>[0-9A-Fa-f]{1,8})|(?P<other>.))",
    re.DOTALL,
)
_EXPANSIONS = frozenset(
    ("simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion")
)
_NO_WORDS = frozenset(("variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect"))


class Word(NamedTuple):
    """A word of a command.

    Attributes:
        shown: As it is listed, on one line.
        literal: Its value; None where only the running script knows it.
        line: Where it begins, from 0.
    """

    shown: str
    literal: str | None
    line: int


def text(node: Node | None) -> str:
    """What a node spans; empty for no node."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


def below(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the source."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(found.children))


def expands(node: Node) -> bool:
    """Whether a word or text holds a value that only the running script knows."""
    return any(part.type in _EXPANSIONS for part in below(node))


def word_of(node: Node, line: int) -> Word:
    """A node as a word; ``line`` is that of the code's beginning."""
    literal = _literal(node)
    at = line + node.start_point[0]
    if literal is not None and _SAFE.fullmatch(literal):
        return Word(shown=literal, literal=literal, line=at)
    whole = text(node) if node.end_byte - node.start_byte <= 4 * _LONGEST else ""
    if not whole or "\n" in whole or len(whole) > _LONGEST:
        # Long texts could be no end of work, and those of many lines would move what comes behind them.
        whole = '"$value"' if literal is None and expands(node) else "'text'"
    return Word(shown=whole, literal=literal, line=at)


def _literal(node: Node) -> str | None:
    match node.type:
        case "word" | "number":
            return re.sub(r"\\(.)", r"\1", text(node), flags=re.DOTALL)
        case "command_name" | "translated_string" | "concatenation":
            parts = [_literal(part) for part in node.named_children]
            known = [part for part in parts if part is not None]
            return "".join(known) if parts and len(known) == len(parts) else None
        case "raw_string":
            return text(node)[1:-1]
        case "ansi_c_string":
            return _ESCAPE.sub(_decoded, text(node)[2:-1])
        case "string" if all(part.type == "string_content" for part in node.named_children):
            return re.sub(r'\\([$`"\\])', r"\1", text(node)[1:-1])
    return None


def _decoded(found: re.Match[str]) -> str:
    if found["octal"]:
        return chr(int(found["octal"], 8) & 0xFF)
    if code := found["hex"] or found["code"]:
        return chr(min(int(code, 16), 0x10FFFF))
    return {"n": "\n", "t": "\t", "e": "\x1b"}.get(found["other"], found["other"])


def name_of(words: Sequence[Word]) -> str:
    """The name of a command's program, without its folder; empty where it is not known."""
    return (words[0].literal or "").rpartition("/")[2] if words else ""


def words_of(node: Node, line: int, names: Mapping[str, Sequence[str]]) -> list[Word]:
    """A command's words without what only stands before it; none where no rule could look for it."""
    nodes = [part for part in node.named_children if part.type not in _NO_WORDS]
    first = 1  # the grammar cuts some words into pieces that lie side by side
    while first < len(nodes) and nodes[first].start_byte == nodes[first - 1].end_byte:
        first += 1
    words = _joined(nodes[:first], line)
    if name_of(words) not in _READ and _said(words) not in names:
        return []
    return without_prefixes([*words, *_joined(nodes[first:], line)], names)


def _joined(nodes: Sequence[Node], line: int) -> list[Word]:
    words: list[Word] = []
    for at, node in enumerate(nodes):
        word = word_of(node, line)
        if at and node.start_byte == nodes[at - 1].end_byte:
            last = words.pop()
            known = last.literal is not None and word.literal is not None
            literal = f"{last.literal}{word.literal}" if known else None
            word = Word(
                literal if literal and _SAFE.fullmatch(literal) else last.shown + word.shown,
                literal,
                last.line,
            )
        words.append(word)
    return words


def _said(words: Sequence[Word]) -> str:
    return (words[0].literal or words[0].shown).strip('"') if words else ""


def without_prefixes(words: Sequence[Word], names: Mapping[str, Sequence[str]]) -> list[Word]:
    """A command without ``command``, ``env``, ``time`` and the like before it.

    Args:
        words: The command.
        names: Aliases, and variables as they are written, to the words that they stand for.
    """
    rest = list(words)
    for _ in range(8):
        if known := names.get(_said(rest)):
            line = rest[0].line
            rest[:1] = [Word(shown=part, literal=part, line=line) for part in known]
        name = name_of(rest)
        braces = [at for at, word in enumerate(rest) if word.shown == "{"]
        if name == "command" and _says(rest[1:2], "-[pvV]*[vV][pvV]*"):
            return []
        if name in ("time", "coproc") and braces:
            rest = rest[braces[0] + 1 :]
        elif name == "find" and (at := _behind(rest, ("-exec", "-execdir", "-ok", "-okdir"))):
            rest = rest[at:]
        elif name in _PREFIXES:
            rest = _behind_options(rest[1:], *_PREFIXES[name])
        else:
            break
    return rest


def _says(words: Sequence[Word], pattern: str) -> bool:
    return any(re.fullmatch(pattern, word.literal or "") for word in words)


def _behind(words: Sequence[Word], options: Sequence[str]) -> int:
    return next((at + 1 for at, word in enumerate(words) if word.literal in options), 0)


def _behind_options(words: Sequence[Word], with_value: str, values: int) -> list[Word]:
    at = 0
    while at < len(words):
        said = words[at].literal or words[at].shown
        if said.startswith("-") and said != "-":
            at += 1 + (not said.startswith("--") and said[-1] in with_value)
        elif re.match(r"[A-Za-z_]\w*=", said):
            at += 1
        elif values:
            at, values = at + 1, values - 1
        else:
            break
    return list(words[at:])


def code_at(arguments: Sequence[Word]) -> int | None:
    """Where a shell's code stands in its arguments; None where it is given none by ``-c``."""
    coded, at = False, 0
    while at < len(arguments):
        said = arguments[at].literal or ""
        if said in ("--", "-") or said[:1] not in ("-", "+"):
            at += said in ("--", "-")
            break
        short = not said.startswith("--")
        coded = coded or (short and "c" in said)
        at += 1 + (said in ("--rcfile", "--init-file") or (short and said[-1:] in ("o", "O")))
    return at if coded and at < len(arguments) else None


def behind_command_option(arguments: Sequence[Word]) -> Sequence[Word]:
    for at, word in enumerate(arguments):
        said = word.literal or word.shown
        if said == "--command" or re.fullmatch(r"-[a-z]*c", said):
            return arguments[at + 1 : at + 2]
        if said.startswith("--command="):
            return [word]
    return []


def reads_code(words: Sequence[Word]) -> bool:
    """Whether a command runs its standard input."""
    name, arguments = name_of(words), words[1:]
    if name in ("source", "."):
        return bool(arguments) and arguments[0].literal in _INPUTS
    if name not in SHELLS or code_at(arguments) is not None:
        return False
    options = [word.literal or "" for word in arguments]
    operands = [said for said in options if said[:1] not in ("-", "+")]
    return not operands or operands[0] in _INPUTS or _says(arguments, "-[a-z]*s[a-z]*")
