"""vLLM's own interpreter on this machine, and what its build for CPUs needs around it."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from models.serving.command import Device
from verifiers.errors import ToolMissing

INSTALL = (
    "Install it: scripts/install-vllm (3.5 GB, without a GPU), or 'pip install vllm' in an environment of "
    "its own and --vllm-python with that environment's python."
)
_LIBRARIES = ("/usr/lib/*", "/lib/*", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_TCMALLOC = "libtcmalloc_minimal.so.4"
_BFLOAT16 = frozenset({"amx_bf16", "avx512_bf16"})


def find_python(given: Path | None, tools: Path) -> Path:
    """vLLM's interpreter.

    Args:
        given: What the user says; None for the one that ``scripts/install-vllm`` makes.
        tools: Where that puts it.

    Raises:
        ToolMissing: there is none, or vLLM is not installed for it.
    """
    python = (given or tools / "vllm" / "bin" / "python").expanduser().absolute()
    if not os.access(python, os.X_OK):
        where = f"There is no program {python}." if given else "vLLM is not installed here."
        raise ToolMissing(where, INSTALL)
    if not glob.glob(f"{glob.escape(str(python.parent.parent))}/lib*/python*/*-packages/vllm/__init__.py"):
        raise ToolMissing(f"vLLM is not installed for {python}.", INSTALL)
    return python


def cpu_preloads(python: Path, folders: Sequence[str] = _LIBRARIES) -> tuple[str, ...]:
    """Libraries that make vLLM about twice as fast on a CPU when they are loaded before all others.

    Args:
        python: vLLM's interpreter, whose environment brings Intel's OpenMP.
        folders: Where the system keeps libraries, as patterns.

    Returns:
        Those that are there.
    """
    tcmalloc = (path for folder in folders for path in sorted(glob.glob(f"{folder}/{_TCMALLOC}")))
    openmp = python.parent.parent / "lib" / "libiomp5.so"
    return tuple(path for path in (next(tcmalloc, ""), str(openmp) if openmp.is_file() else "") if path)


def cpu_dtype(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """``bfloat16`` where the processor computes with it, else ``float32``."""
    try:
        text = cpuinfo.read_text()
    except OSError:
        return "float32"
    flags = next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "")
    return "bfloat16" if _BFLOAT16 & set(flags.split()) or "bf16" in flags.split() else "float32"


def default_device(device_file: Path = Path("/dev/nvidiactl")) -> Device:
    """``cuda`` where NVIDIA's driver is there, else ``cpu``."""
    return "cuda" if device_file.exists() else "cpu"
