"""Which files of a suite belong to its tests and hold none: what they load, call or read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from verifiers.execution.languages.bash.source import parse, text, walk

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
_LOADS = re.compile(r"(?:^|(?<=[\s;&|{(]))(?:load|source|\.)[ \t]+(?P<what>.+)$", re.MULTILINE)
_PATH = re.compile(r"[\w.+${}/-]+")
_VARIABLES = re.compile(r"^(?:.*\$\{?\w*\}?)?/*")
_DEFINITIONS = frozenset(
    ("comment", "function_definition", "variable_assignment", "variable_assignments", "declaration_command")
)


def helpers_of(sources: Mapping[str, str], tests: Collection[str]) -> set[str]:
    """Paths of the files that are no tests.

    A file without tests of its own is a helper where another file that is run loads it. In a suite with
    tests, so is one that a file of tests names, or that only defines what nobody seems to load.

    Args:
        sources: The suite's scripts by path.
        tests: Paths of those with tests of their own.
    """
    plain = {path: _COMMENT.sub("", source) for path, source in sources.items()}
    users = {
        path: {
            other
            for other in sources
            if other != path
            and (_loads(other, plain[other], path) or (other in tests and _names(other, plain[other], path)))
        }
        for path in sources
    }
    run = [path for path in sources if path in tests or not users[path]]
    reached = set(run)
    while waiting := [path for path in sources if path not in reached and users[path] & reached]:
        reached.update(waiting)
    idle = {path for path in run if tests and path not in tests and _only_defines(sources[path])}
    return (reached - set(run)) | idle


def _loads(by: str, source: str, path: str) -> bool:
    said = (found["what"].replace('"', "").replace("'", "") for found in _LOADS.finditer(source))
    return any(_is(by, word, path) for line in said for word in _PATH.findall(line))


def _is(by: str, word: str, path: str) -> bool:
    """Whether a word in a file may be the path of another one, seen from the root or from its folder."""
    rest = _VARIABLES.sub("", word.removeprefix("/work/"))
    names = [rest, f"{rest}.bash", f"{rest}.sh"]
    seen = {posixpath.normpath(posixpath.join(base, name)) for name in names for base in ("", _folder(by))}
    unknown = rest != word and ".." not in rest
    return path in seen or (unknown and any(path.endswith(f"/{name}") for name in names))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _names(by: str, source: str, path: str) -> bool:
    """Whether a file names another one, or the folder that it is in, as part of a path."""
    folders = set(PurePosixPath(path).parts[:-1]) - set(PurePosixPath(by).parts)
    parts = "|".join(rf"{re.escape(folder)}/|(?<=/){re.escape(folder)}(?![\w.-])" for folder in folders)
    name = re.escape(PurePosixPath(path).name)
    return re.search(rf"(?<![\w.-])(?:{name}(?![\w.-]){'|' + parts if parts else ''})", source) is not None


def _only_defines(source: str) -> bool:
    for node in parse(source).named_children:
        if node.type == "command":
            if text(node.child_by_field_name("name")) not in ("set", "shopt"):
                return False
        elif node.type not in _DEFINITIONS:
            return False
        if node.type != "function_definition" and any(
            part.type in ("command_substitution", "ERROR") for part in walk(node)
        ):
            return False
    return True
