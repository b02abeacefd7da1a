"""Native compilers: those of the machine's that are there already."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from verifiers.solidity.compiling.pragma import parse_version

_KEPT_BY_OTHERS = (  # below the home, as Foundry and solc-select lay them out
    (".svm", "*/solc-*"),
    (".local/share/svm", "*/solc-*"),
    (".solc-select/artifacts", "solc-*/solc-*"),
)


def native_compilers(home: Path) -> dict[str, Path]:
    """Version -> binary: the ``solc`` on PATH, and those that other tools fetched.

    Args:
        home: Where Foundry's ``svm`` and ``solc-select`` keep theirs, in folders named after their versions.
    """
    found: dict[str, Path] = {}
    for folder, pattern in _KEPT_BY_OTHERS:
        for program in sorted((home / folder).glob(pattern)):
            version = program.name.removeprefix("solc-")
            if parse_version(version) and version in program.parent.name and _is_binary(program):
                found[version] = program.resolve()
    on_path = shutil.which("solc")
    version = _version_of(Path(on_path)) if on_path else ""
    return {**found, version: Path(on_path).resolve()} if on_path and version else found


def _version_of(program: Path) -> str:
    """What a native compiler says of itself; empty for anything else.

    The npm package's own command, and scripts that choose a version, are not what is looked for.
    """
    if not _is_binary(program):
        return ""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    version = re.search(r"Version: (\d+\.\d+\.\d+)", said.stdout)
    return version.group(1) if version and "mscripten" not in said.stdout else ""


def _is_binary(program: Path) -> bool:
    try:
        with program.open("rb") as file:
            return file.read(4) == b"\x7fELF" and os.access(program, os.X_OK)
    except OSError:
        return False
