"""The command's help needs none of what the commands need."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from api.cli.main import COMMANDS, app, load

HEAVY = ("langgraph", "openai", "fastapi", "celery", "docker", "sqlalchemy")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_called_what_its_docstring_says(name: str) -> None:
    command = load(name)
    assert command.name == name
    assert inspect.cleandoc(command.help).split("\n", 1)[0] == COMMANDS[name].says


def test_help_lists_every_command_and_loads_none() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom api.cli.main import app\n"
        "print(CliRunner().invoke(app, ['--help']).output)\n"
        f"assert not set({HEAVY}) & set(sys.modules), set({HEAVY}) & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)


def test_judging_a_file_loads_no_model() -> None:
    code = (
        "import sys\nfrom api.cli.main import load\nload('verify')\n"
        "assert not {'langgraph', 'openai', 'celery'} & set(sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_command_is_bad_input() -> None:
    result = CliRunner().invoke(app, ["solv"])
    assert result.exit_code == 2
    assert "No such command 'solv'" in result.output


def test_a_group_keeps_its_subcommands() -> None:
    result = CliRunner().invoke(app, ["policy", "show"])
    assert result.exit_code == 0
    assert "block_severity: medium" in result.output
    assert isinstance(app, typer.Typer)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_writes_is_named_by_the_same_option(name: str) -> None:
    named = [
        option.opts for command in commands(load(name)) for option in command.params if "-o" in option.opts
    ]
    assert [opts for opts in named if "--output" not in opts] == []


def commands(found: Any) -> Iterator[Any]:
    """A command, or those of a group and of its groups."""
    inner = getattr(found, "commands", None)
    return chain.from_iterable(map(commands, inner.values())) if inner else iter((found,))
