"""Reading tests: what must be reported, and what they use of the candidate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node

from verifiers.domain import SourceFile
from verifiers.errors import InvalidInput
from verifiers.execution.languages.go.source import imports_of, named, package_of, parse, text, walk

_OUTPUT = re.compile(r"^(unordered )?output:", re.IGNORECASE)
_OWN_PACKAGES = ("github.com/stretchr/testify/", "github.com/stretchr/objx")
_ROOTS = frozenset(
    (
        *("archive", "bufio", "bytes", "cmp", "compress", "container", "context", "crypto"),
        *("database", "debug", "embed", "encoding", "errors", "expvar", "flag", "fmt", "go"),
        *("hash", "html", "image", "index", "internal", "io", "iter", "log", "maps", "math"),
        *("mime", "net", "os", "path", "plugin", "reflect", "regexp", "runtime", "slices", "sort"),
        *("strconv", "strings", "structs", "sync", "syscall", "testing", "text", "time", "unicode"),
        *("unique", "unsafe"),
    )
)
_FILES = re.compile(
    r"\b(os|ioutil)\.(WriteFile|Create|CreateTemp|OpenFile|Mkdir\w*|Setenv|Unsetenv|Chdir|Remove\w*|Stdin|Args|"
    r"TempFile|TempDir|Rename|Symlink|Link)\b|\.(Setenv|TempDir|Chdir)\("
)


@dataclass(frozen=True)
class Entry:
    """A test that must be reported.

    Attributes:
        path: Of its file.
        name: Its function's.
        kind: ``Test``, ``Example`` or ``Fuzz``.
        output: What an example should print.
        unordered: In whichever order of lines.
    """

    path: str
    name: str
    kind: str
    output: str = ""
    unordered: bool = False

    @property
    def id(self) -> str:
        """As it is reported."""
        return f"{self.path}::{self.name}"


@dataclass(frozen=True)
class TestFile:
    """A file of the tests.

    Attributes:
        path: Its path.
        source: Its text.
        package: Its package clause's name.
        imports: Name in the file -> import path.
        declared: Names at its top level.
        entries: Its tests.
        has_main: It has a ``TestMain``.
        exits: Byte ranges of ``os.Exit`` in it, where it is called in ``TestMain``.
        mains: Byte ranges of ``main`` in it, where it is called.
        used: Every identifier in it, the names behind a dot included.
        assigned: Names that it assigns to or takes the address of.
    """

    __test__ = False

    path: str
    source: str
    package: str
    imports: dict[str, str]
    declared: frozenset[str]
    entries: tuple[Entry, ...]
    has_main: bool
    exits: tuple[tuple[int, int], ...]
    mains: tuple[tuple[int, int], ...]
    used: frozenset[str]
    assigned: frozenset[str]


@dataclass(frozen=True)
class Tests:
    """All of a suite's Go files.

    Attributes:
        files: Each of them.
        package: Import path under which they import the candidate; empty if they are in its package.
    """

    __test__ = False

    files: tuple[TestFile, ...]
    package: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All tests, in the order of the source."""
        return tuple(entry for file in self.files for entry in file.entries)

    @property
    def used(self) -> frozenset[str]:
        """Every identifier in them."""
        return frozenset().union(*(file.used for file in self.files))

    @property
    def declared(self) -> frozenset[str]:
        """Names that a stand-in must leave to them: their own, and those that they import."""
        own = frozenset().union(*(file.declared for file in self.files))
        imported = frozenset(name for file in self.files for name in file.imports)
        return frozenset() if self.package else own | imported

    @property
    def imports(self) -> frozenset[str]:
        """Import paths of all files."""
        return frozenset(path for file in self.files for path in file.imports.values())


def read_tests(files: Sequence[SourceFile]) -> Tests:
    """Read a suite.

    Raises:
        InvalidInput: there is no Go file, one does not parse, or none holds a test.
    """
    found = tuple(_read(file) for file in files if file.path.endswith(".go"))
    if not any(file.entries for file in found):
        raise InvalidInput(
            "tests.files",
            "hold no test:",
            "write func TestXxx(t *testing.T), or an Example with an // Output: comment.",
        )
    packages = {
        path
        for file in found
        if file.package.endswith("_test")
        for path in file.imports.values()
        if not _is_known(path)
    }
    outside = {file.package.endswith("_test") for file in found if file.entries}
    if len(packages) > 1 or (packages and len(outside) > 1):
        raise InvalidInput(
            "tests.files", "test more than one package:", "give each package's tests by itself."
        )
    return Tests(found, packages.pop() if packages else "")


def _is_known(path: str) -> bool:
    """Whether a path is of the standard library or of testify: those have no dot, or are named here."""
    return path.startswith(_OWN_PACKAGES) or path.partition("/")[0] in _ROOTS


def _read(file: SourceFile) -> TestFile:
    root = parse(file.content)
    if root.has_error:
        bad = next((node for node in walk(root) if node.type == "ERROR" or node.is_missing), root)
        raise InvalidInput(
            "tests.files", f"{file.path} does not parse at line {bad.start_point[0] + 1}:", "mend the syntax."
        )
    functions = {text(node.child_by_field_name("name")): node for node in named(root, "function_declaration")}
    entries = [entry for name, node in functions.items() if (entry := _entry(file.path, name, node))]
    main = functions.get("TestMain")
    exits = tuple(
        (call.start_byte, call.end_byte)
        for call in (walk(main) if main else ())
        if call.type == "selector_expression" and text(call) == "os.Exit"
    )
    called = (node.child_by_field_name("function") for node in walk(root) if node.type == "call_expression")
    kinds = ("identifier", "type_identifier", "field_identifier", "package_identifier")
    return TestFile(
        path=file.path,
        source=file.content,
        package=package_of(root),
        imports=imports_of(root),
        declared=frozenset(declared_names(root)),
        entries=tuple(entries),
        has_main=main is not None,
        exits=exits,
        mains=tuple((node.start_byte, node.end_byte) for node in called if node and text(node) == "main"),
        used=frozenset(text(node) for node in walk(root) if node.type in kinds),
        assigned=frozenset(assigned_names(root)),
    )


def _entry(path: str, name: str, node: Node) -> Entry | None:
    parameters = text(node.child_by_field_name("parameters"))
    for kind, parameter in (("Test", "T"), ("Fuzz", "F")):
        if _is_called(name, kind) and re.search(rf"\.{parameter}\s*\)$", parameters):
            return Entry(path, name, kind)
    body = node.child_by_field_name("body")
    if not _is_called(name, "Example") or body is None or parameters.strip("() \n"):
        return None
    comments = []
    inner = [child for child in walk(body) if child.type == "comment"]
    code_end = max((part.end_byte for block in named(body, "statement_list") for part in block.named_children
                    if part.type != "comment"), default=body.start_byte)  # fmt: skip
    for comment in inner:
        if comment.start_byte >= code_end:
            comments.extend(_words(text(comment)))
    start = next((at for at, line in enumerate(comments) if _OUTPUT.match(line.strip())), None)
    if start is None:
        return None
    head = _OUTPUT.match(comments[start].strip())
    first = comments[start].strip()[head.end() if head else 0 :]
    output = "\n".join([first, *comments[start + 1 :]])
    return Entry(path, name, "Example", output, bool(head and head.group(1)))


def _words(comment: str) -> list[str]:
    if comment.startswith("//"):
        return [comment[2:].removeprefix(" ")]
    return comment[2:-2].split("\n")


def _is_called(name: str, kind: str) -> bool:
    rest = name.removeprefix(kind)
    return name.startswith(kind) and name != "TestMain" and not (rest and rest[0].islower())


def declared_names(root: Node) -> list[str]:
    """Names at a file's top level, without methods."""
    found = []
    for node in root.named_children:
        if node.type == "function_declaration":
            found.append(text(node.child_by_field_name("name")))
        elif node.type in ("type_declaration", "var_declaration", "const_declaration"):
            for spec in walk(node):
                if spec.type in ("type_spec", "type_alias", "var_spec", "const_spec"):
                    found.extend(text(name) for name in spec.children_by_field_name("name"))
    return found


def assigned_names(root: Node) -> list[str]:
    """Names that are assigned to, also by an index or a field, or whose address is taken."""
    found: list[str] = []
    counted = ("inc_statement", "dec_statement")
    for node in walk(root):
        if node.type == "assignment_statement":
            left = node.child_by_field_name("left")
            found.extend(_base(part) for part in (left.named_children if left else ()))
        elif node.type in counted or (node.type == "unary_expression" and text(node).startswith("&")):
            found.append(_base(node.named_children[0]))
    return [name for name in found if name]


def _base(node: Node) -> str:
    while node.type in (
        "index_expression",
        "selector_expression",
        "parenthesized_expression",
        "slice_expression",
    ):
        node = node.named_children[0]
    return text(node) if node.type == "identifier" else ""


def needs_one_process(tests: Tests, candidate_paths: Sequence[str]) -> str:
    """Why tests cannot be run apart, as far as they show it themselves; empty if they can."""
    for file in tests.files:
        if found := _FILES.search(file.source):
            what = found.group(0).strip(".(")
            return f"{file.path} uses {what}: it shares files, input or the environment with the candidate"
        for path in candidate_paths:
            if f'"{path}"' in file.source or '"os/exec"' in file.source:
                return f"{file.path} reads the candidate's source or runs programs"
    return ""
