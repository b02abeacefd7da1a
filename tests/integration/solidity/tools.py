"""The Solidity tools and a sandbox that sees them, for the tests that run them."""

from __future__ import annotations

from pathlib import Path

from tests.requirements import require
from verifiers.domain import Candidate, CodingTask, Language, SourceFile
from verifiers.errors import SandboxUnavailable, ToolMissing
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.toolchain import SolidityToolchain, discover

TOOLS = Path(__file__).parents[3] / ".tools"
CONTRACTS = Path(__file__).parent / "contracts"
TASK = CodingTask(language=Language.SOLIDITY, instruction="Write the contract.")


def installed() -> SolidityToolchain:
    """The tools; skips the test where they are not installed."""
    try:
        toolchain = discover(TOOLS)
    except ToolMissing as error:
        toolchain = SolidityToolchain()
        require("solc", False, str(error))
    require("solc", bool(toolchain.compilers), "scripts/install-solidity")
    require("mythril", toolchain.mythril is not None, "scripts/install-solidity")
    return toolchain


def sandbox_for(toolchain: SolidityToolchain) -> Sandbox:
    """A bubblewrap that sees the tools; skips the test where there is none."""
    environments = build_environments(solidity_binds=toolchain.binds, solidity_path=toolchain.path)
    try:
        return Bubblewrap(environments)
    except SandboxUnavailable as error:
        require("bubblewrap", False, str(error))
        raise


def contract(name: str) -> Candidate:
    """The candidate that ``contracts/NAME.sol`` is."""
    return source((CONTRACTS / f"{name}.sol").read_text())


def source(text: str, path: str = "Contract.sol") -> Candidate:
    """A candidate of one file."""
    return Candidate(files=(SourceFile(path=path, content=text),))
