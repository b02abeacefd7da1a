"""What Solidity tools this machine has, for a person who asks."""

from __future__ import annotations

from pathlib import Path

from verifiers.domain import Value
from verifiers.errors import SandboxUnavailable, ToolMissing
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import Job, Limits, Sandbox
from verifiers.solidity.compiling.solc import MEMORY_BYTES
from verifiers.solidity.toolchain import SolidityToolchain, discover

MEND = "scripts/install-solidity"
_LIMITS = Limits(wall_s=30.0, cpu_s=30, memory_bytes=MEMORY_BYTES)


class ToolReport(Value):
    """One tool as found.

    Attributes:
        name: ``solc``, ``slither``, ``forge`` or ``mythril``.
        works: Whether it was just started in the sandbox.
        version: In words; empty if it is not there.
        problem: One sentence; empty if it works.
        mend: The command that mends it; empty if it works.
    """

    name: str
    works: bool
    version: str = ""
    problem: str = ""
    mend: str = ""


def probe(tools_dir: Path, sandbox: Sandbox) -> tuple[ToolReport, ...]:
    """Start each of the tools. Never raises for a missing one.

    Args:
        tools_dir: The tools folder; see :func:`verifiers.solidity.toolchain.discover`.
        sandbox: One whose ``solidity`` environment sees the tools.
    """
    try:
        toolchain = discover(tools_dir)
    except ToolMissing:
        toolchain = SolidityToolchain()
    versions = ", ".join(toolchain.versions)
    solc = (toolchain.compilers[-1].program, "--version") if toolchain.compilers else None
    mythril = (toolchain.mythril, "-c", "import z3; z3.Int('x')") if toolchain.mythril else None
    z3 = f"{toolchain.mythril_version} (z3 {toolchain.z3_version})"
    slither = (toolchain.slither, "-c", "import slither") if toolchain.slither else None
    forge = (toolchain.forge, "--version") if toolchain.forge else None
    halmos = (toolchain.halmos, "-c", "import halmos") if toolchain.halmos else None
    return (
        _try("solc", solc, versions, sandbox),
        _try("slither", slither, toolchain.slither_version, sandbox),
        _try("forge", forge, toolchain.forge_version, sandbox),
        _try("halmos", halmos, toolchain.halmos_version, sandbox),
        _try("mythril", mythril, z3, sandbox),
    )


def _try(name: str, argv: tuple[str, ...] | None, version: str, sandbox: Sandbox) -> ToolReport:
    if argv is None:
        return ToolReport(name=name, works=False, problem="not installed", mend=MEND)
    try:
        result = sandbox.run(Job(environment=SOLIDITY, argv=argv, limits=_LIMITS))
    except (SandboxUnavailable, ToolMissing) as error:
        return ToolReport(name=name, works=False, version=version, problem=error.message, mend=error.hint)
    if result.exit_code != 0:
        said = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        problem = f"does not run in the sandbox: {said[:200]}"
        return ToolReport(name=name, works=False, version=version, problem=problem, mend=MEND)
    return ToolReport(name=name, works=True, version=version)
