"""Which Solidity tools there are, as ``scripts/install-solidity`` laid them out."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from verifiers.domain import Value
from verifiers.errors import ToolMissing
from verifiers.sandbox.environments import Bind
from verifiers.solidity.pragma import parse_version

INSTALL_HINT = "Run: scripts/install-solidity"

# Where things lie inside the sandbox.
SOLC_FOLDER = "/opt/acrisol/solc"
MYTHRIL_FOLDER = "/opt/acrisol/mythril"
NATIVE_FOLDER = "/opt/acrisol/native"


class Compiler(Value):
    """One compiler.

    Attributes:
        version: Such as ``0.8.20``.
        program: Its path inside the sandbox.
        native: A binary of the machine's, not a packaged one.
    """

    version: str
    program: str
    native: bool = False


class SolidityToolchain(Value):
    """What was found; a part that is missing is empty or None.

    Attributes:
        compilers: Oldest first, one a version; a native one in preference to the packaged.
        mythril: Interpreter of Mythril's tool environment, inside the sandbox.
        mythril_version: Such as ``0.24.8``.
        z3_version: Such as ``4.11.2.0``.
        binds: What the sandbox's ``solidity`` environment has to see.
        path: Its folders of programs.
    """

    compilers: tuple[Compiler, ...] = ()
    mythril: str | None = None
    mythril_version: str = ""
    z3_version: str = ""
    binds: tuple[Bind, ...] = ()
    path: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """The compilers' versions, oldest first."""
        return tuple(compiler.version for compiler in self.compilers)

    def compiler(self, version: str) -> Compiler:
        """The compiler of a version.

        Raises:
            ToolMissing: there is none.
        """
        for compiler in self.compilers:
            if compiler.version == version:
                return compiler
        raise ToolMissing(f"The Solidity compiler {version} is not installed.", INSTALL_HINT)

    def require_compilers(self) -> None:
        """Raises:
        ToolMissing: there is no compiler at all.
        """
        if not self.compilers:
            raise ToolMissing("No Solidity compiler is installed.", INSTALL_HINT)

    def require_mythril(self) -> str:
        """Mythril's interpreter inside the sandbox.

        Raises:
            ToolMissing: Mythril is not installed.
        """
        if self.mythril is None:
            raise ToolMissing("Mythril is not installed.", INSTALL_HINT)
        return self.mythril


def discover(tools_dir: Path) -> SolidityToolchain:
    """Look at the tools folder and at PATH.

    Args:
        tools_dir: What ``scripts/install-solidity`` was given, ``.tools`` by default.

    Raises:
        ToolMissing: neither a compiler nor Mythril is there.
    """
    packaged, solc_binds = _packaged_compilers(tools_dir.resolve() / "solc")
    native, native_binds = _native_compiler()
    by_version = {compiler.version: compiler for compiler in (*packaged, *native)}
    compilers = tuple(
        sorted(by_version.values(), key=lambda compiler: parse_version(compiler.version) or (0, 0, 0))
    )
    mythril = tools_dir.resolve() / "mythril"
    versions = _distributions(mythril)
    has_mythril = {"mythril", "z3-solver"} <= versions.keys() and (mythril / "bin/python3").exists()
    if not compilers and not has_mythril:
        raise ToolMissing(f"The Solidity tools are not in {tools_dir}.", INSTALL_HINT)
    mythril_binds = (Bind(source=mythril, target=MYTHRIL_FOLDER),) if has_mythril else ()
    return SolidityToolchain(
        compilers=compilers,
        mythril=f"{MYTHRIL_FOLDER}/bin/python3" if has_mythril else None,
        mythril_version=versions.get("mythril", "") if has_mythril else "",
        z3_version=versions.get("z3-solver", "") if has_mythril else "",
        binds=(*solc_binds, *native_binds, *mythril_binds),
        path=(NATIVE_FOLDER,),
    )


def _packaged_compilers(folder: Path) -> tuple[tuple[Compiler, ...], tuple[Bind, ...]]:
    """The npm packages behind our ``solc`` command; none where node is missing, which they need."""
    node = shutil.which("node")
    programs = sorted((folder / "bin").glob("solc-v*"))
    if node is None or not programs:
        return (), ()
    compilers = tuple(
        Compiler(version=version, program=f"{SOLC_FOLDER}/bin/{program.name}")
        for program in programs
        if parse_version(version := program.name.removeprefix("solc-v"))
        and (folder / "node_modules" / f"solc-{version}" / "soljson.js").is_file()
    )
    binds = [Bind(source=folder, target=SOLC_FOLDER)]
    real = Path(node).resolve()
    if not real.is_relative_to("/usr"):  # /usr is in every sandbox; a node in somebody's home is not
        binds.append(Bind(source=real, target=f"{NATIVE_FOLDER}/node"))
    return compilers, tuple(binds)


def _native_compiler() -> tuple[tuple[Compiler, ...], tuple[Bind, ...]]:
    found = shutil.which("solc")
    if found is None:
        return (), ()
    try:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return (), ()
    version = re.search(r"Version: (\d+\.\d+\.\d+)", said.stdout)
    # The npm package's own command, and scripts that choose a version, are not what is looked for here.
    if version is None or "mscripten" in said.stdout or not _is_binary(Path(found)):
        return (), ()
    inside = f"{NATIVE_FOLDER}/solc"
    compiler = Compiler(version=version.group(1), program=inside, native=True)
    return (compiler,), (Bind(source=Path(found).resolve(), target=inside),)


def _age(compiler: Compiler) -> tuple[int, ...]:
    return parse_version(compiler.version) or ()


def _is_binary(program: Path) -> bool:
    with program.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _distributions(folder: Path) -> dict[str, str]:
    """Name -> version of what is installed in a virtual environment, as its metadata folders are called."""
    found = {}
    for info in folder.glob("lib/python3*/site-packages/*.dist-info"):
        name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
        found[name.lower().replace("_", "-")] = version
    return found
