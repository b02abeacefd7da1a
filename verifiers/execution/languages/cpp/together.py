"""Tests and candidate in one process, below a parent that writes the report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from verifiers.execution.languages.cpp.declared import Declared
from verifiers.execution.languages.cpp.suite import SOURCES, main_of, test_sources
from verifiers.execution.languages.language import Order
from verifiers.sandbox.environments import CPP
from verifiers.sandbox.protocol import Job

_MEMORY = 1024 * 2**20
_REASONS = (
    (r"\.rdbuf\s*\(|\bfreopen\s*\(|\bCaptureStdout\b|\bdup2\s*\(", "they read what the candidate prints"),
    (r"\bpopen\s*\(|\bsystem\s*\(|\bexec[lv]\w*\s*\(", "they run programs"),
    (r"^\s*#\s*define\s+(private|protected|class)\b", "they open the candidate's private parts"),
)


def needs_one_process(tests: Sequence[str]) -> str:
    """Why the tests cannot be kept apart from the candidate, told from them alone; empty if they can."""
    for pattern, reason in _REASONS:
        if any(re.search(pattern, text, re.M) for text in tests):
            return reason
    return ""


def together_job(order: Order, standard: str, declared: Declared) -> Job:
    """One program of both. Where the tests include a source of the candidate's they have it, else ahead."""
    assert order.tests is not None
    tests = test_sources(order.tests)
    included = {
        PurePosixPath(name).name
        for file in order.tests.files
        for name in re.findall(r'#\s*include\s*"([^"]+)"', file.content)
    }
    units = [path for path in order.files if PurePosixPath(path).suffix in SOURCES]
    others = [path for path in order.files if PurePosixPath(path).suffix in (".h", ".hh", ".hpp", ".hxx")]
    apart: list[str] = []
    ahead: list[str] = []
    if any(PurePosixPath(path).name in included for path in units):
        pass
    elif any(PurePosixPath(path).name in included for path in others):
        apart = units
    else:
        ahead = units or others
    own = {file.path: file.content.encode() for file in order.tests.files}
    files = {path: file.content.encode() for path, file in order.files.items()} | own
    files["acrisol-ahead.h"] = "".join(f'#include "{path}"\n' for path in ahead).encode()
    libraries = "-lcrypto" if any(header.startswith("openssl/") for header in declared.headers) else ""
    main = main_of(order.tests)
    sources = (*(file.path for file in tests), "--", *apart)
    script = "/opt/acrisol/cpp/together.sh"
    return Job(
        environment=CPP,
        argv=("sh", script, order.language.value, standard, "c17", main, libraries, *sources),
        files=files,
        env={"ACRISOL_NONCE": order.nonce},
        limits=order.guest_limits(memory_bytes=_MEMORY),
    )
