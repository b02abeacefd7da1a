"""Runs doctest examples that the host found in the candidate's source, against stand-ins."""

from __future__ import annotations

import doctest
import importlib
from typing import Any

from .exceptions import CandidateGone
from .report import Reporter
from .run_script import describe


def run(tests: list[dict[str, Any]], module: str, reporter: Reporter) -> None:
    """Run each test's examples in a namespace of the candidate's names.

    Args:
        tests: Dictionaries with ``id``, ``path``, ``line`` (from 1) and ``source``.
        module: The candidate's module.
        reporter: Where results go.
    """
    for test in tests:
        place = (test["line"], test["path"])
        try:
            found: Any = importlib.import_module(module)
            space = {name: getattr(found, name) for name in dir(found) if not name.startswith("__")}
            parsed = doctest.DocTestParser().get_doctest(test["source"], space, test["id"], test["path"], 0)
            said: list[str] = []
            outcome = doctest.DocTestRunner(verbose=False).run(parsed, out=said.append)
        except CandidateGone as error:
            reporter.result(test["id"], "failed", str(error), *place)
        except Exception as error:  # noqa: BLE001  whatever the candidate raises fails its example
            reporter.result(test["id"], "failed", describe(error, []), *place)
        else:
            passed = outcome.failed == 0 and outcome.attempted > 0
            reporter.result(
                test["id"], "passed" if passed else "failed", "" if passed else "".join(said), *place
            )
