"""Compiles the conformance suite anew: ``python -m tests.integration.solidity.record_conformance``.

To be run whenever a file below ``verifiers/solidity/conformance/bench`` has changed. What it writes is what
the ``solidity-conformance`` verifier runs; ``test_conformance.py`` holds it to the compiler's own answer.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from pathlib import Path

from tests.integration.solidity.tools import installed, sandbox_for
from verifiers.solidity.compiling.compilation import Compilation, Compilations
from verifiers.solidity.compiling.project import TEST_SUFFIX, Project
from verifiers.solidity.conformance import suite

WRITTEN = Path(suite.__file__).parent / "bench" / "compiled.json"


def compiled(compilations: Compilations, names: Iterable[str]) -> Compilation:
    """Some of the test contracts, compiled.

    Args:
        compilations: Compiles them.
        names: Theirs, without ``Test``.
    """
    wanted = {f"{name}{TEST_SUFFIX}" for name in names}
    texts = {
        path: text
        for path, text in suite.sources().items()
        if path in wanted or not path.endswith(TEST_SUFFIX)
    }
    made = compilations.compile(Project(sources=texts), 600)
    assert isinstance(made, Compilation), made
    return made


def recorded(made: Compilation) -> suite.Record:
    """What is kept of it."""
    codes: dict[str, str] = {}
    tests: dict[str, tuple[str, ...]] = {}
    for path in sorted(made.project.sources):
        if not path.endswith(TEST_SUFFIX):
            continue
        name = path.removesuffix(TEST_SUFFIX)
        contract = made.output["contracts"][path][f"{name}Test"]
        code = contract["evm"]["bytecode"]["object"]
        assert suite.PLACEHOLDER in code, f"{name} does not know which contract it tests"
        codes[name] = base64.b64encode(zlib.compress(bytes.fromhex(code), 9)).decode()
        found = [item["name"] for item in contract["abi"] if str(item.get("name", "")).startswith("test_")]
        tests[name] = tuple(sorted(found))
    return suite.Record(
        compiler=made.compiler.version, sources=suite.digest_of_sources(), codes=codes, tests=tests
    )


def main() -> None:
    """Compile all of it and keep what came of it."""
    toolchain = installed()
    compilations = Compilations(sandbox_for(toolchain), toolchain)
    names = [path.removesuffix(TEST_SUFFIX) for path in suite.sources() if path.endswith(TEST_SUFFIX)]
    WRITTEN.write_text(recorded(compiled(compilations, names)).model_dump_json(indent=1) + "\n")


if __name__ == "__main__":
    main()
