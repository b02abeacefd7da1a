"""Records the golden outputs under ``tests/golden``: ``python -m tests.integration.solidity.record``.

What the unit tests of the parsers read is what the real tools said about the contracts beside this file.
"""

from __future__ import annotations

from pathlib import Path

from tests.integration.solidity.tools import TASK, contract, installed, sandbox_for
from verifiers.domain import Candidate
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult, Sandbox
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.compiling.compile import SolidityCompileVerifier
from verifiers.solidity.exploring.mythril import MythrilVerifier

GOLDEN = Path(__file__).parents[2] / "golden"
COMPILED = ("broken", "outside_imports", "selfdestruct", "abstract_only", "inherited", "old_reentrancy")
EXPLORED = {
    "selfdestruct": 60,
    "selfdestruct_fixed": 60,
    "tx_origin": 60,
    "old_reentrancy": 120,
    "stillborn": 60,
    "hard": 6,
}


class Recorder:
    """A sandbox that remembers what its last job wrote."""

    name = "recorder"

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self.last = b""

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        result = self._inner.run(job)
        self.last = result.stdout
        return result

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`."""
        return self._inner.run_linked(judge, guest)

    def close(self) -> None:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.close`."""
        self._inner.close()


def main() -> None:
    """Run the tools over the contracts and keep what they write."""
    toolchain = installed()
    recorder = Recorder(sandbox_for(toolchain))
    for name in COMPILED:
        SolidityCompileVerifier(Compilations(recorder, toolchain)).verify(TASK, contract(name), 60)
        keep("solc", f"{name}.json", recorder.last, contract(name))
    for name, seconds in EXPLORED.items():
        MythrilVerifier(recorder, toolchain, Compilations(recorder, toolchain)).verify(
            TASK, contract(name), seconds
        )
        keep("mythril", f"{name}.jsonl", recorder.last, contract(name))


def keep(tool: str, name: str, text: bytes, candidate: Candidate) -> None:
    """Write the output, and the source that it is about beside it."""
    folder = GOLDEN / tool
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text)
    (folder / f"{Path(name).stem}.sol").write_text(candidate.files[0].content)


if __name__ == "__main__":
    main()
