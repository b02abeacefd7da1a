"""The shape of the project: directions of import, where names may stand, what the main job may need."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("agent", "api", "models", "verifiers", "worker")
HEAVY = ("torch", "transformers", "peft", "trl", "vllm", "xllamacpp", "mythril", "z3")
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if not path.is_relative_to(ROOT / "verifiers" / "scanners" / "examples")
)
PROGRAMS = {"__main__.py", "server_program.py", "process.py"}  # started as processes, not imported
# Runs inside a sandbox, with the interpreter and the libraries that are there.
SENT_IN = (
    "/execution/harness/",
    "/sandbox/zygote/",
    "/solidity/exploring/driver/",
    "/solidity/testing/halmos_driver/",
    "/solidity/analysis/slither_driver/",
)


def imported(path: Path) -> set[str]:
    """Top-level names of everything that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_point_one_way() -> None:
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout


def test_only_the_graph_names_langgraph() -> None:
    assert {relative(path) for path in SOURCES if "langgraph" in imported(path)} <= {"agent/graph.py"}


def test_only_the_worker_names_celery() -> None:
    naming = {path.relative_to(ROOT).parts[0] for path in SOURCES if "celery" in imported(path)}
    assert naming <= {"worker"}


def test_our_verifiers_package_is_the_one_imported() -> None:
    import verifiers

    assert Path(verifiers.__file__).resolve().parent == ROOT / "verifiers"


def test_every_service_module_imports_without_the_heavy_libraries() -> None:
    """The main job runs without torch and its kin: every module is imported with all of them blocked."""
    modules = [
        relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in SOURCES
        if path.name not in PROGRAMS and not any(part in relative(path) for part in SENT_IN)
    ]
    program = (
        "import sys, importlib\n"
        f"sys.modules.update(dict.fromkeys({HEAVY!r}))\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_a_file_has_one_subject(path: Path) -> None:
    lines = path.read_text().count("\n")
    assert lines <= 350, f"{relative(path)} has {lines} lines: split it"


def test_nothing_is_swallowed() -> None:
    swallowing = re.compile(r"except (Base)?Exception[^\n]*:\s*pass|except:\s*\n")
    assert [relative(path) for path in SOURCES if swallowing.search(path.read_text())] == []


def test_only_the_edges_read_the_environment() -> None:
    edges = {"settings.py", "wiring.py", "verifier_wiring.py", "main.py", "serve.py"}
    reading = [
        relative(path)
        for path in SOURCES
        if re.search(r"os\.(environ|getenv)\b", path.read_text())
        and path.name not in edges
        and path.name not in PROGRAMS
        and not any(part in relative(path) for part in SENT_IN)
    ]
    assert reading == []
