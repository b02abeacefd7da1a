"""Which Solidity tools there are, as ``scripts/install-solidity`` laid them out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from verifiers.domain import Value
from verifiers.errors import ToolMissing
from verifiers.sandbox.environments import Bind
from verifiers.solidity.compiling.native import native_compilers
from verifiers.solidity.compiling.pragma import parse_version

INSTALL_HINT = "Run: scripts/install-solidity"

# Where things lie inside the sandbox.
SOLC_FOLDER = "/opt/acrisol/solc"
MYTHRIL_FOLDER = "/opt/acrisol/mythril"
SLITHER_FOLDER = "/opt/acrisol/slither"
FORGE_FOLDER = "/opt/acrisol/foundry"
HALMOS_FOLDER = "/opt/acrisol/halmos"
NATIVE_FOLDER = "/opt/acrisol/native"
_ENVIRONMENTS = ("mythril", "slither", "halmos")  # of Python, below the tools folder


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
        slither: Interpreter of Slither's tool environment, inside the sandbox.
        slither_version: Such as ``0.11.6``.
        forge: The test runner, inside the sandbox.
        forge_version: Such as ``1.7.1``.
        halmos: Interpreter of Halmos's tool environment, inside the sandbox.
        halmos_version: Such as ``0.3.3``.
        packages: Host folder of the npm packages that contracts may import.
        binds: What the sandbox's ``solidity`` environment has to see.
        path: Its folders of programs.
    """

    compilers: tuple[Compiler, ...] = ()
    mythril: str | None = None
    mythril_version: str = ""
    z3_version: str = ""
    slither: str | None = None
    slither_version: str = ""
    forge: str | None = None
    forge_version: str = ""
    halmos: str | None = None
    halmos_version: str = ""
    packages: Path | None = None
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

    def require_slither(self) -> str:
        """Slither's interpreter inside the sandbox.

        Raises:
            ToolMissing: Slither is not installed.
        """
        if self.slither is None:
            raise ToolMissing("Slither is not installed.", INSTALL_HINT)
        return self.slither

    def require_halmos(self) -> str:
        """Halmos's interpreter inside the sandbox.

        Raises:
            ToolMissing: Halmos is not installed.
        """
        if self.halmos is None:
            raise ToolMissing("Halmos is not installed.", INSTALL_HINT)
        return self.halmos

    def require_forge(self) -> str:
        """forge inside the sandbox.

        Raises:
            ToolMissing: forge is not installed.
        """
        if self.forge is None:
            raise ToolMissing("forge is not installed.", INSTALL_HINT)
        return self.forge


def discover(tools_dir: Path) -> SolidityToolchain:
    """Look at the tools folder and at PATH.

    Args:
        tools_dir: What ``scripts/install-solidity`` was given, ``.tools`` by default.

    Raises:
        ToolMissing: neither a compiler nor Mythril is there.
    """
    packaged, solc_binds = _packaged_compilers(tools_dir.resolve() / "solc")
    native, native_binds = _native_compilers()
    by_version = {compiler.version: compiler for compiler in (*packaged, *native)}
    compilers = tuple(
        sorted(by_version.values(), key=lambda compiler: parse_version(compiler.version) or (0, 0, 0))
    )
    folders = {name: tools_dir.resolve() / name for name in (*_ENVIRONMENTS, "foundry", "solc")}
    mythril, slither, halmos = (_distributions(folders[name]) for name in _ENVIRONMENTS)
    found = {
        MYTHRIL_FOLDER: folders["mythril"] if {"mythril", "z3-solver"} <= mythril.keys() else None,
        SLITHER_FOLDER: folders["slither"] if "slither-analyzer" in slither else None,
        HALMOS_FOLDER: folders["halmos"] if "halmos" in halmos else None,
        FORGE_FOLDER: folders["foundry"] if (folders["foundry"] / "forge").is_file() else None,
    }
    found = {target: source for target, source in found.items() if source and source.is_dir()}
    if not compilers and MYTHRIL_FOLDER not in found:
        raise ToolMissing(f"The Solidity tools are not in {tools_dir}.", INSTALL_HINT)
    binds = tuple(Bind(source=source, target=target) for target, source in found.items() if source)
    packages = folders["solc"] / "node_modules"
    forge_package = packages / "@foundry-rs" / "forge-linux-amd64" / "package.json"
    return SolidityToolchain(
        compilers=compilers,
        mythril=f"{MYTHRIL_FOLDER}/bin/python3" if MYTHRIL_FOLDER in found else None,
        mythril_version=mythril.get("mythril", "") if MYTHRIL_FOLDER in found else "",
        z3_version=mythril.get("z3-solver", "") if MYTHRIL_FOLDER in found else "",
        slither=f"{SLITHER_FOLDER}/bin/python3" if SLITHER_FOLDER in found else None,
        slither_version=slither.get("slither-analyzer", ""),
        forge=f"{FORGE_FOLDER}/forge" if FORGE_FOLDER in found else None,
        forge_version=json.loads(forge_package.read_text())["version"] if forge_package.is_file() else "",
        halmos=f"{HALMOS_FOLDER}/bin/python3" if HALMOS_FOLDER in found else None,
        halmos_version=halmos.get("halmos", ""),
        packages=packages if packages.is_dir() else None,
        binds=(*solc_binds, *native_binds, *binds),
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


def _native_compilers() -> tuple[tuple[Compiler, ...], tuple[Bind, ...]]:
    found = native_compilers(Path.home())
    inside = {version: f"{NATIVE_FOLDER}/solc-{version}" for version in found}
    compilers = tuple(Compiler(version=each, program=inside[each], native=True) for each in found)
    return compilers, tuple(Bind(source=found[each], target=inside[each]) for each in found)


def _distributions(folder: Path) -> dict[str, str]:
    """Name -> version of what is installed in a virtual environment, as its metadata folders are called."""
    found = {}
    for info in folder.glob("lib/python3*/site-packages/*.dist-info"):
        name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
        found[name.lower().replace("_", "-")] = version
    return found
