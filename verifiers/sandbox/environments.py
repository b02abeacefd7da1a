"""The one table of environments: which tools a sandbox holds, for every backend.

A job names its environment; a backend looks it up here. The docker backend uses the image, bubblewrap the
read-only binds. Both see the same PATH and variables.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated

from packaging.requirements import Requirement
from pydantic import AfterValidator, Field

from verifiers.domain import Value
from verifiers.errors import ToolMissing
from verifiers.sandbox.protocol import Job

PYTHON = "python"
SEMGREP = "semgrep"
SOLIDITY = "solidity"
BANDIT, CPPCHECK, ESLINT, FLAWFINDER = "bandit", "cppcheck", "eslint", "flawfinder"
JAVASCRIPT, JAVA, GO, RUST, CPP, BASH = "javascript", "java", "go", "rust", "cpp", "bash"

PYTHON_SITE = "/opt/acrisol/python"  # where pytest and what it needs lie inside the sandbox
SEMGREP_FOLDER = "/opt/acrisol/semgrep"
INTERPRETER_FOLDER = "/opt/acrisol/cpython"
ESLINT_FOLDER = "/opt/acrisol/eslint"
_INSTALL = {
    SEMGREP: "scripts/install",
    BANDIT: "scripts/install",
    SOLIDITY: "scripts/install-solidity",
    CPPCHECK: "scripts/install-languages cpp",
    FLAWFINDER: "scripts/install-languages cpp",
    ESLINT: "scripts/install-scanners",
} | {name: f"scripts/install-languages {name}" for name in (JAVASCRIPT, JAVA, GO, RUST, CPP, BASH)}
BASE_PATH = ("/usr/local/bin", "/usr/bin", "/bin")


_FRESH = ("/work", "/tmp", "/dev", "/proc", "/etc")


def _may_hold_tools(target: str) -> str:
    path = PurePosixPath(target)
    if not path.is_absolute() or ".." in path.parts or len(path.parts) < 2 or f"/{path.parts[1]}" in _FRESH:
        raise ValueError(f"must be an absolute path that is not below {', '.join(_FRESH)}")
    return target


class Bind(Value):
    """A host file or folder that is seen read-only inside the sandbox.

    Attributes:
        source: Absolute host path.
        target: Absolute path inside; not below a folder that every sandbox gets fresh.
    """

    source: Path
    target: Annotated[str, AfterValidator(_may_hold_tools)]


class Environment(Value):
    """What a sandbox holds beside the bare system tree.

    Attributes:
        name: What a job calls it.
        image: Tag of the docker image.
        binds: What bubblewrap adds read-only.
        path: Folders put in front of PATH.
        variables: Part of the program's environment; a job's own ``env`` wins.
    """

    name: str
    image: str
    binds: tuple[Bind, ...] = ()
    path: tuple[str, ...] = ()
    variables: dict[str, str] = Field(default_factory=dict)

    @property
    def search_path(self) -> str:
        """The PATH of the program."""
        return ":".join((*self.path, *BASE_PATH))


Environments = Mapping[str, Environment]


def build_environments(
    *,
    solidity_binds: tuple[Bind, ...] = (),
    solidity_path: tuple[str, ...] = (),
    languages: Iterable[Environment] = (),
    tools: Path | None = None,
) -> dict[str, Environment]:
    """The table for this machine. Tools that are not installed have no row.

    Args:
        solidity_binds: Host folders that the ``solidity`` environment sees (Mythril's tool environment, the
            interpreter it was made with, the compiler).
        solidity_path: Its folders of programs, as they are called inside.
        languages: Rows of the languages whose toolchains are installed.
        tools: Where ``scripts/install-scanners`` put its tools; None where they are not wanted.
    """
    table = [python_environment(), *languages, *scanner_environments(tools)]
    if solidity_binds:
        table.append(solidity_environment(solidity_binds, solidity_path))
    return {environment.name: environment for environment in table}


def find_environment(environments: Environments, name: str) -> Environment:
    """The row of a name.

    Raises:
        ToolMissing: there is none, because what it holds is not installed.
    """
    environment = environments.get(name)
    if environment is None:
        raise ToolMissing(f"The {name} tools are not installed.", f"Run: {install_command(name)}")
    return environment


def install_command(name: str) -> str:
    """The command that installs what an environment holds."""
    return _INSTALL.get(name, "acrisol doctor")


def python_environment() -> Environment:
    """CPython and pytest. The interpreter is the system's, or our own base one if that is too old."""
    system = Path("/usr/bin/python3")
    binds = tuple(Bind(source=path, target=f"{PYTHON_SITE}/{path.name}") for path in _closure("pytest"))
    path: tuple[str, ...] = ()
    if not _is_recent(system):
        binds += (Bind(source=Path(sys.base_prefix), target=INTERPRETER_FOLDER),)
        path = (f"{INTERPRETER_FOLDER}/bin",)
    return Environment(
        name=PYTHON,
        image="acrisol/python:1",
        binds=binds,
        path=path,
        variables={"PYTHONPATH": PYTHON_SITE, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
    )


def semgrep_environment() -> Environment | None:
    """``semgrep-core`` as the semgrep package carries it; None where it carries none."""
    try:
        package = importlib.metadata.distribution("semgrep")
    except importlib.metadata.PackageNotFoundError:
        return None
    folder = Path(str(package.locate_file("semgrep/bin"))).resolve()
    if not (folder / "semgrep-core").is_file():
        return None
    return Environment(
        name=SEMGREP,
        image="acrisol/semgrep:1",
        binds=(Bind(source=folder, target=SEMGREP_FOLDER),),
        path=(SEMGREP_FOLDER,),
    )


def scanner_environments(tools: Path | None) -> Iterator[Environment]:
    """One for each scanner that is installed.

    Args:
        tools: See :func:`build_environments`.
    """
    for found in (semgrep_environment(), bandit_environment(), eslint_environment(tools) if tools else None):
        if found:
            yield found
    for name in (CPPCHECK, FLAWFINDER):  # of the system, beside the C++ compiler
        if Path("/usr/bin", name).exists():
            yield Environment(name=name, image="acrisol/cpp:1", variables={"PYTHONDONTWRITEBYTECODE": "1"})


def bandit_environment() -> Environment | None:
    """Bandit on the interpreter of the ``python`` environment; None where it is not installed."""
    try:
        packages = _closure(BANDIT)
    except ToolMissing:
        return None
    python = python_environment()
    own = tuple(bind for bind in python.binds if bind.target == INTERPRETER_FOLDER)
    binds = tuple(Bind(source=path, target=f"{PYTHON_SITE}/{path.name}") for path in packages)
    return python.model_copy(update={"name": BANDIT, "image": "acrisol/bandit:1", "binds": (*binds, *own)})


def eslint_environment(tools: Path) -> Environment | None:
    """ESLint with its plug-ins, and the node that the ``javascript`` environment has; None without both."""
    packages, node = tools / "eslint", tools / "javascript" / "bin"
    if not (packages / "node_modules" / "eslint").is_dir() or not (node / "node").exists():
        return None
    return Environment(
        name=ESLINT,
        image="acrisol/eslint:1",
        binds=(
            Bind(source=packages.resolve(), target=ESLINT_FOLDER),
            Bind(source=node.resolve(), target=f"{ESLINT_FOLDER}-node"),
        ),
        path=(f"{ESLINT_FOLDER}-node",),
        variables={"NODE_NO_WARNINGS": "1"},
    )


def solidity_environment(binds: tuple[Bind, ...], path: tuple[str, ...]) -> Environment:
    """Mythril, node and solc from folders of the caller's choice."""
    return Environment(name=SOLIDITY, image="acrisol/solidity:1", binds=binds, path=path)


def program_environment(environment: Environment, job: Job) -> dict[str, str]:
    """The whole environment of a job's program."""
    basic = {"PATH": environment.search_path, "HOME": "/tmp", "LANG": "C.UTF-8", "TMPDIR": "/tmp"}
    return {**basic, **environment.variables, **job.env}


def _is_recent(interpreter: Path) -> bool:
    """Whether a system interpreter is CPython 3.11 or later, told from the name it resolves to."""
    if not interpreter.exists():
        return False
    version = interpreter.resolve().name.removeprefix("python").split(".")
    return len(version) == 2 and all(part.isdigit() for part in version) and int(version[1]) >= 11


def _closure(root: str) -> tuple[Path, ...]:
    """Top-level files and folders of a pure-Python distribution and of all that it needs, sorted."""
    found: set[Path] = set()
    waiting, seen = [root], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            package = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError as error:
            raise ToolMissing(
                f"The Python package {name} is not installed.", f"Run: pip install {name}"
            ) from error
        found.update(_top_level(package))
        for line in package.requires or ():
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                waiting.append(need.name)
    return tuple(sorted(found))


def _top_level(package: importlib.metadata.Distribution) -> Iterator[Path]:
    for name in {file.parts[0] for file in package.files or ()}:
        path = Path(str(package.locate_file(name)))
        if name not in ("..", "__pycache__") and not name.endswith(".pth") and path.exists():
            yield path
