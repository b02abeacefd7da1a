"""The table of environments."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from verifiers.sandbox.environments import (
    PYTHON_SITE,
    Bind,
    build_environments,
    program_environment,
    python_environment,
)
from verifiers.sandbox.protocol import Job


def test_python_has_pytest_and_what_it_needs_from_our_own_installation() -> None:
    targets = {bind.target for bind in python_environment().binds}
    for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"):
        assert f"{PYTHON_SITE}/{name}" in targets
    assert all(bind.source.exists() for bind in python_environment().binds)
    assert not any(target.endswith(("/..", "/bin", ".pth", "__pycache__")) for target in targets)


def test_solidity_is_there_when_its_tools_are() -> None:
    assert "solidity" not in build_environments()
    binds = (Bind(source=Path("/tools"), target="/tools"),)
    row = build_environments(solidity_binds=binds, solidity_path=("/tools/bin",))["solidity"]
    assert row.binds == binds
    assert row.search_path == "/tools/bin:/usr/local/bin:/usr/bin:/bin"


def test_environments_are_frozen() -> None:
    with pytest.raises(ValidationError):
        python_environment().name = "other"  # type: ignore[misc]


def test_a_jobs_own_variables_win() -> None:
    job = Job(environment="python", argv=("x",), env={"HOME": "/work", "A": "1"})
    found = program_environment(python_environment(), job)
    assert (found["HOME"], found["A"], found["PYTHONPATH"]) == ("/work", "1", PYTHON_SITE)


@pytest.mark.parametrize("target", ["/work/x", "/tmp", "/proc/x", "relative", "/a/../etc", "/", "/dev/x"])
def test_tools_do_not_lie_where_every_sandbox_is_fresh(target: str) -> None:
    with pytest.raises(ValidationError):
        Bind(source=Path("/tools"), target=target)
