"""Images made from this machine's own files hold what a job of their environment needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine import BUILD_SCRIPT, Engine
from verifiers.execution.languages.table import language_environments
from verifiers.sandbox.docker import Docker
from verifiers.sandbox.environments import Environment, build_environments
from verifiers.sandbox.protocol import Job, Limits

pytestmark = pytest.mark.docker
TOOLS = Path(__file__).parents[3] / ".tools"

# One program for each language that could be built here, the quickest image first.
PROGRAMS = {
    "bash": ("bash", "-c", "echo $((6 * 7))"),
    "javascript": ("node", "-e", "console.log(6 * 7)"),
    "cpp": ("sh", "-c", "g++ -x c++ -o main - && ./main"),
    "go": ("sh", "-c", "go version >&2; echo 42"),
}
STDIN = {"cpp": b"#include <iostream>\nint main() { std::cout << 6 * 7 << std::endl; }\n"}


def build(engine: Engine, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BUILD_SCRIPT), "--tools", str(TOOLS), *arguments],
        env={**os.environ, "DOCKER_HOST": engine.url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_python_image_runs_pytest(docker_sandbox: Docker) -> None:
    files = {"test_it.py": b"import json, ssl, sqlite3\ndef test_one(): assert json.loads('1') == 1\n"}
    argv = ("python3", "-m", "pytest", "-q", "test_it.py")
    result = docker_sandbox.run(Job(environment="python", argv=argv, files=files))
    assert (result.exit_code, b"1 passed" in result.stdout) == (0, True), result


def test_a_languages_image_runs_its_programs(engine: Engine) -> None:
    table: dict[str, Environment] = build_environments(languages=tuple(language_environments(TOOLS)))
    for name in filter(table.__contains__, PROGRAMS):
        made = build(engine, name)
        if made.returncode == 0:
            break
        assert "not installed" in made.stderr, made.stderr
    else:
        pytest.skip("no other language's tools are installed; run scripts/install-languages")
    sandbox = Docker(table, engine.url)
    limits = Limits(memory_bytes=2**30, wall_s=60, cpu_s=60, disk_bytes=256 * 2**20)
    job = Job(environment=name, argv=PROGRAMS[name], stdin=STDIN.get(name, b""), limits=limits)
    result = sandbox.run(job)
    sandbox.close()
    assert (result.exit_code, result.stdout) == (0, b"42\n"), result


def test_what_can_not_be_built_here_is_said(engine: Engine) -> None:
    answer = build(engine, "cobol")
    assert answer.returncode == 2
    assert "Can be built here: " in answer.stderr


def test_nothing_in_an_image_gains_another_user(docker_sandbox: Docker) -> None:
    code = """import os, stat
for folder, _, names in os.walk("/", followlinks=False):
    if not folder.startswith("/proc"):
        for name in names:
            found = os.lstat(os.path.join(folder, name))
            if stat.S_ISREG(found.st_mode) and found.st_mode & 0o6000: print(folder, name)
"""
    result = docker_sandbox.run(Job(environment="python", argv=("python3", "-c", code)))
    assert (result.exit_code, result.stdout) == (0, b"")
