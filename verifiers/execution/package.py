"""The harness as files of a job, with its byte code, so that a sandbox need not compile it each time."""

from __future__ import annotations

import functools
import importlib.util
import marshal
from importlib import resources

from verifiers.execution.plan import HIDDEN
from verifiers.sandbox.protocol import WORKDIR, Preload

PACKAGE = "_acrisol"
_ENTRY = (
    "import sys; sys.path.insert(0, '{workdir}/{folder}'); from {package}.{role} import main; "
    "sys.path.remove('{workdir}/{folder}'); main('{workdir}')"
)


def command(role: str) -> tuple[str, ...]:
    """The argument vector that starts the harness as ``judge`` or ``guest``."""
    entry = _ENTRY.format(workdir=WORKDIR, folder=HIDDEN, package=PACKAGE, role=role)
    return ("python3", "-P", "-s", "-B", "-c", entry)


@functools.cache
def preload(module: str) -> Preload:
    """What an interpreter can have ready for jobs that begin with a module of the harness."""
    return Preload(modules=(f"{PACKAGE}.{module}",), folder=HIDDEN, files=harness_files(), import_only=True)


@functools.cache
def harness_files() -> dict[str, bytes]:
    """Relative path under ``/work`` to content.

    The byte code belongs to this interpreter's version. Another version does not look at it and compiles
    the source instead.
    """
    files: dict[str, bytes] = {}
    for entry in resources.files("verifiers.execution.harness").iterdir():
        if not entry.name.endswith(".py"):
            continue
        source = entry.read_bytes()
        inside = f"{WORKDIR}/{HIDDEN}/{PACKAGE}/{entry.name}"
        files[f"{HIDDEN}/{PACKAGE}/{entry.name}"] = source
        cached = importlib.util.cache_from_source(f"{HIDDEN}/{PACKAGE}/{entry.name}")
        code = compile(source, inside, "exec", dont_inherit=True)
        # PEP 552: magic number, flags 1 = checked by hash never, the source's hash, the code.
        head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source)
        files[cached] = head + marshal.dumps(code)
    return files
