"""The judge's process: runs the tests against stand-ins and reports to the host."""

from __future__ import annotations

import builtins
import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

from .exceptions import CandidateGone
from .exports import Exports
from .frames import FrameReader
from .link import Link
from .memory import keep_freed_memory
from .modules import CandidateFinder, bare_names
from .report import Reporter, clip
from .run_script import ScriptRunner, describe

RECURSION_LIMIT = 5000


def _free_names(config: dict[str, Any], reporter: Reporter) -> dict[str, Any]:
    names = config["bare_names"]
    if not names:
        return {}
    try:
        return bare_names(names, config["main"])
    except CandidateGone as error:
        reporter.result("import", "failed", str(error))
    except Exception as error:  # noqa: BLE001  the candidate's module may raise anything
        reporter.result("import", "failed", clip(describe(error, [])))
    return {}


def _run_scripts(config: dict[str, Any], root: str, space: dict[str, Any], runner: ScriptRunner) -> None:
    for script in config["scripts"]:
        with open(os.path.join(root, script["path"]), encoding="utf-8") as file:
            source = file.read()
        tests = {int(line): test for line, test in script["tests"].items()}
        namespace = runner.run(script["path"], source, tests, space)
        if script["check"]:
            entry = config["entry_point"]

            def call(candidate: Any, namespace: dict[str, Any] = namespace, name: str = entry) -> None:
                # Never the tests' own function of that name: a reference would be held against itself.
                namespace["check"](getattr(importlib.import_module(config["main"]), name))

            runner.check(script["path"], script["check"], call, None)


def _run(config: dict[str, Any], root: str, reporter: Reporter, link: Link | None) -> None:
    space = _free_names(config, reporter)
    if config["scripts"]:
        _run_scripts(config, root, space, ScriptRunner(reporter, link))
    if config["pytest_files"]:
        from . import run_pytest

        for name, value in space.items():
            if not hasattr(builtins, name) or name in config["overrides"]:
                setattr(builtins, name, value)
        run_pytest.run(config["pytest_files"], config["open_files"], root, reporter, link)
    if config["only_import"]:
        try:
            importlib.import_module(config["main"])
        except Exception as error:  # noqa: BLE001  importing the candidate may raise anything
            reporter.result(f"import {config['main']}", "failed", describe(error, []))
        else:
            reporter.result(f"import {config['main']}", "passed")
    if config["doctest_files"]:
        from . import run_doctest

        run_doctest.run_files(config["doctest_files"], root, space, reporter, link)
    if config["doctests"]:
        from . import run_doctest

        run_doctest.run(config["doctests"], config["main"], reporter)


def _carry_seeds(link: Link) -> None:
    """Let ``random.seed`` in the tests reach the candidate, as it would in one process."""
    import random

    own = random.seed

    def seed(a: Any = None, version: int = 2) -> None:
        own(a, version)
        link.seed(a)

    random.seed = seed


def _versions(pytest_used: bool) -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    if pytest_used:
        found["pytest"] = str(getattr(sys.modules.get("pytest"), "__version__", ""))
    return found


def _take_streams() -> tuple[int, int, int]:
    """The link's two directions and the report, out of the way of what tests print to their streams."""
    taken = os.dup(0), os.dup(1), os.dup(2)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    return taken


def main(root: str) -> None:
    """Judge what ``.acrisol/judge.json`` describes, and end the process.

    Args:
        root: Folder of the tests, absolute.
    """
    with open(os.path.join(root, ".acrisol", "judge.json"), encoding="utf-8") as file:
        config = json.load(file)
    answers, questions, report = _take_streams()
    reporter = Reporter(report, nonce=config["nonce"])
    try:
        _judge(config, root, reporter, answers, questions)
    except BaseException:  # noqa: BLE001  the judge itself broke, and the host should be told how
        reporter.say(traceback.format_exc().encode("utf-8", "replace"))
        os._exit(1)
    os._exit(0)


def _judge(config: dict[str, Any], root: str, reporter: Reporter, answers: int, questions: int) -> None:
    keep_freed_memory()
    sys.setrecursionlimit(RECURSION_LIMIT)
    sys.dont_write_bytecode = True
    link: Link | None = None
    if config["shared"]:
        sys.path.append(os.path.join(root, config["candidate_folder"]))
    else:
        deadline = time.monotonic() + config["wall_s"]
        link = Link(FrameReader(answers, deadline), questions, Exports(set(config["test_modules"])))
        if config["seeds"]:
            _carry_seeds(link)
        sys.meta_path.append(
            CandidateFinder(
                link, config["modules"], frozenset(config["starred"]), frozenset(config["classes"])
            )
        )
    sys.path.insert(0, root)
    gone: str | None = None
    try:
        _run(config, root, reporter, link)
        if link is not None:
            link.farewell()
    except CandidateGone as error:
        gone = str(error)
    except Exception as error:  # noqa: BLE001  importing the candidate may raise anything
        reporter.result("import", "failed", describe(error, []))
    reporter.end(gone or (link.gone if link is not None else None), _versions(bool(config["pytest_files"])))
