"""Bash source as trees: functions, variables, and what a script calls."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import tree_sitter
import tree_sitter_bash
from tree_sitter import Node

# A candidate's function of such a name stays out of the tests' shell.
RESERVED = frozenset(
    (
        *(
            "run",
            "load",
            "skip",
            "fail",
            "assert",
            "refute",
            "setup",
            "teardown",
            "setup_file",
            "teardown_file",
        ),
        *("setUp", "tearDown", "oneTimeSetUp", "oneTimeTearDown", "bats_load_library"),
        *("bats_require_minimum_version", "env", "bash", "sh", "sudo", "command_not_found_handle"),
    )
)
SPECIAL = frozenset(
    (
        *(
            "status",
            "output",
            "lines",
            "stderr",
            "stderr_lines",
            "PATH",
            "HOME",
            "PWD",
            "OLDPWD",
            "TMPDIR",
            "IFS",
        ),
        *("BASH", "RANDOM", "SECONDS", "LINENO", "PPID", "UID", "EUID", "SHELL", "REPLY", "OPTARG", "OPTIND"),
        *("BASH_SOURCE", "FUNCNAME", "PIPESTATUS", "BASH_REMATCH", "BASHPID", "SHELLOPTS", "BASHOPTS", "PS4"),
        *(
            "BASH_ENV",
            "ENV",
            "LD_PRELOAD",
            "PROMPT_COMMAND",
            "GLOBIGNORE",
            "EXECIGNORE",
            "CDPATH",
            "TIMEFORMAT",
        ),
        *("HISTFILE", "SHELL", "LC_ALL", "LANG", "TERM", "POSIXLY_CORRECT", "GROUPS", "DIRSTACK", "FIGNORE"),
    )
)


@functools.cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_bash.language())


def parse(source: str) -> Node:
    """The tree of a script."""
    return tree_sitter.Parser(_language()).parse(source.encode()).root_node


def text(node: Node | None) -> str:
    """What a node spans; empty for no node."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the source."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(found.children))


def functions_of(root: Node) -> list[str]:
    """Names of the functions that a script defines, wherever."""
    names = (
        text(node.child_by_field_name("name")) for node in walk(root) if node.type == "function_definition"
    )
    return list(dict.fromkeys(names))


def variables_of(root: Node) -> set[str]:
    """Names of variables that a script reads or sets, without those that are only local in it."""
    local = {
        text(name)
        for node in walk(root)
        if node.type == "declaration_command" and text(node).split(None, 1)[0] == "local"
        for name in walk(node)
        if name.type == "variable_name"
    }
    every = {text(node) for node in walk(root) if node.type == "variable_name"}
    return {name for name in every - local if name.isidentifier() and name.isascii() and may_be_shared(name)}


def assigned_of(root: Node) -> set[str]:
    """Names of variables that a script sets, or might."""
    found: set[str] = set()
    setters = ("read", "mapfile", "readarray", "getopts", "printf", "unset", "let", "eval")
    for node in walk(root):
        if node.type == "variable_assignment":
            found.update(text(part) for part in walk(node) if part.type == "variable_name")
        elif node.type in ("for_statement", "c_style_for_statement", "declaration_command", "unset_command"):
            found.update(text(part) for part in node.named_children if part.type == "variable_name")
        elif _may_set(node, setters):
            found.update(re.findall(r"[A-Za-z_]\w*", text(node)))
    return found


def _may_set(node: Node, setters: tuple[str, ...]) -> bool:
    if node.type == "command":
        return text(node.child_by_field_name("name")) in setters
    return node.type in ("arithmetic_expansion", "compound_statement") and text(node).startswith(
        ("$((", "((")
    )


def compared_files(root: Node) -> set[str]:
    """Names of files that a script compares with something, as far as it spells them out."""
    found: set[str] = set()
    for node in walk(root):
        if node.type == "command" and text(node.child_by_field_name("name")) in ("diff", "cmp", "comm"):
            found.update(_file_name(text(part)) for part in node.children_by_field_name("argument"))
        elif node.type in ("test_command", "command") and re.match(r"\[|test\b|assert", text(node)):
            for part in walk(node):
                if part.type == "command_substitution":
                    read = re.fullmatch(r"\$\(\s*(?:cat\s+|<\s*)([^|;&()]+)\)", text(part))
                    found.update(_file_name(word) for word in (read.group(1).split() if read else ()))
    return {name for name in found if re.fullmatch(r"[\w.+-]+", name) and not name.startswith("-")}


def _file_name(word: str) -> str:
    return word.strip("\"'").rpartition("/")[2]


def may_be_shared(name: str) -> bool:
    """Whether a variable may go between the two shells."""
    return name not in SPECIAL and not name.lower().startswith(("acrisol", "bats", "bash_", "ld_", "lc_"))


def words_of(root: Node) -> set[str]:
    """Every word that a script uses: commands, arguments, names."""
    kinds = ("word", "command_name", "variable_name", "string_content")
    found: set[str] = set()
    for node in walk(root):
        if node.type in kinds:
            found.update(text(node).replace("(", " ").replace(";", " ").replace("$", " ").split())
    return found
