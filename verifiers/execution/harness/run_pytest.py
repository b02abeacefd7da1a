"""Runs pytest files in the judge's process and reports each test by its node id."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import pytest

from .exceptions import CandidateGone
from .link import Link
from .report import Reporter


class Collector:
    """A pytest plugin that reports what it sees.

    Args:
        reporter: Where results go.
        link: The way to the candidate; None in a shared process.
        open_files: Files of which it is not known which tests are in them: what is found in one is reported
            as a case of the file.
    """

    def __init__(self, reporter: Reporter, link: Link | None, open_files: list[str]) -> None:
        self._reporter = reporter
        self._open_files = frozenset(open_files)
        self._left: dict[str, None] = {}
        self._link = link
        self._asked = 0
        self._outcomes: dict[str, tuple[str, str, int, str]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note how much was asked of the candidate before this test."""
        if self._link is not None:
            self._asked = self._link.asked
            self._link.take_notes()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
        """Say where in the candidate an exception came from."""
        outcome = yield
        where = vars(call.excinfo.value).get("_acrisol_where") if call.excinfo is not None else None
        if where and self._link is not None:
            self._link.note(f"raised in the candidate: {where}")
        return outcome

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep the worst outcome of a test's phases."""
        before = self._outcomes.get(report.nodeid, ("", "", 0, ""))
        outcome = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "failed"
        elif report.skipped and self._link is not None and self._link.asked != self._asked:
            outcome = "skipped-by-candidate"
        if (report.when == "call" or outcome != "passed") and before[0] != "failed":
            path, line = _place(report)
            text = "" if outcome == "passed" else self._text(report)
            self._outcomes[report.nodeid] = (outcome, text, line, path)
        if report.when == "teardown" and report.nodeid in self._outcomes:
            self._left.pop(report.nodeid, None)
            self._reporter.result(self._id(report.nodeid), *self._outcomes.pop(report.nodeid))

    def pytest_collection_finish(self, session: Any) -> None:
        """Note what is to be run."""
        self._left.update(dict.fromkeys(item.nodeid for item in session.items))

    def report_left(self) -> None:
        """Report what was found and not run to its end."""
        for nodeid in self._left:
            self._reporter.result(self._id(nodeid), "failed", "was found and never run to its end")

    def _id(self, nodeid: str) -> str:
        path, _, rest = nodeid.partition("::")
        return f"{path}[{rest}]" if path in self._open_files else nodeid

    def pytest_collectreport(self, report: Any) -> None:
        """Report a file that could not be collected."""
        if report.failed:
            self._reporter.result(report.nodeid or "collection", "failed", self._text(report))

    def pytest_pyfunc_call(self, pyfuncitem: Any) -> bool | None:
        """Run ``async def`` tests in an event loop of their own."""
        function = pyfuncitem.obj
        if not inspect.iscoroutinefunction(function):
            return None
        import asyncio

        names = pyfuncitem._fixtureinfo.argnames
        asyncio.run(function(**{name: pyfuncitem.funcargs[name] for name in names}))
        return True

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        """Report what ended the whole run."""
        if not isinstance(excinfo.value, CandidateGone):
            self._reporter.result("run", "failed", f"the run was interrupted: {excinfo.typename}")

    def _text(self, report: Any) -> str:
        notes = self._link.take_notes() if self._link is not None else []
        crash = getattr(getattr(report, "longrepr", None), "reprcrash", None)
        if isinstance(report.longrepr, tuple):
            return str(report.longrepr[2])
        text = crash.message if crash is not None else str(report.longrepr)
        shown = [f"{name}:\n{body[-600:]}" for name, body in report.sections if "log" not in name]
        return "\n".join([text, *notes, *shown])


def _place(report: Any) -> tuple[str, int]:
    crash: Any = getattr(getattr(report, "longrepr", None), "reprcrash", None)
    path, line, _ = report.location
    own = crash is not None and str(crash.path).endswith(str(path))
    return str(path), int(crash.lineno if own else (line or 0) + 1)


def run(files: list[str], open_files: list[str], root: str, reporter: Reporter, link: Link | None) -> int:
    """Run the files and return pytest's exit code, which by itself proves nothing."""
    sys.dont_write_bytecode = True
    arguments = ["-p", "no:cacheprovider", "-q", "--tb=short", "--capture=sys", "--rootdir", root,
                 "--color=no", "-W", "ignore::pytest.PytestUnknownMarkWarning", *files]  # fmt: skip
    collector = Collector(reporter, link, open_files)
    code = int(pytest.main(arguments, plugins=[collector]))
    if link is None or link.gone is None:
        collector.report_left()
    return code
