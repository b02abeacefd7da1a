"""Runs Halmos over the properties of test contracts. Runs in the sandbox, in Halmos's environment.

Halmos's own command tells of its results at its end only, and lets every contract call the cheat codes that
tests have: one that is under test could assume away the inputs for which it is wrong. Here each result is
told when it is there, and so is every cheat code that another contract's code calls than those of the tests.

In: ``request.json`` in the working directory: ``trusted`` (``path:name`` of the contracts that may call cheat
codes) and ``arguments`` (for Halmos). Out: one JSON object a line; ``kind`` is ``start`` (``version``),
``result`` (``contract``, ``name``, ``exitcode``, ``paths``: all, ended, blocked; ``bounded``: loops that were
cut; ``models``: ``valid`` and ``values``), ``cheat`` (``contract``, once each; ``:`` for code that is not yet
a contract's, as a constructor's) and ``end``.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from halmos import __main__ as halmos  # type: ignore[import-not-found]
from halmos.cheatcodes import halmos_cheat_code, hevm_cheat_code  # type: ignore[import-not-found]

MOST_VALUES = 40
MOST_MODELS = 3


class Report:
    """The lines, on a descriptor that nothing else of the process writes to."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "w", encoding="utf-8")

    def say(self, kind: str, **values: Any) -> None:
        """Write one line."""
        self._file.write(json.dumps({"kind": kind, **values}) + "\n")
        self._file.flush()


def told_of_results(run_test: Callable[..., Any], report: Report) -> Callable[..., Any]:
    """Halmos's function for one property, whose result is told at once."""

    def run(context: Any) -> Any:
        result = run_test(context)
        tree = context.contract_ctx.contract_json["ast"]
        report.say(
            "result",
            contract=f"{tree['absolutePath']}:{context.contract_ctx.name}",
            name=result.name,
            exitcode=result.exitcode,
            paths=list(result.num_paths or ()),
            bounded=result.num_bounded_loops or 0,
            models=[_model(found) for found in (result.models or ())[:MOST_MODELS]],
        )
        return result

    return run


def _model(found: Any) -> dict[str, Any]:
    """The values of a counterexample; ``valid`` where the solver vouches for them."""
    named = list(found.model.values())[:MOST_VALUES] if isinstance(found.model, dict) else []
    return {
        "valid": bool(found.is_valid),
        "values": [[each.variable_name, each.solidity_type, str(each.value)] for each in named],
    }


def watched(handle: Callable[..., Any], trusted: frozenset[str], report: Report) -> Callable[..., Any]:
    """Halmos's function for cheat codes, which tells of a caller that is no test."""
    told: set[str] = set()

    def handle_watched(sevm: Any, state: Any, *rest: Any) -> Any:
        code = state.pgm
        caller = f"{code.filename or ''}:{code.contract_name or ''}"
        if caller not in trusted and caller not in told:
            told.add(caller)
            report.say("cheat", contract=caller)
        return handle(sevm, state, *rest)

    return handle_watched


def main() -> None:
    """Prove what the request names."""
    report = Report(os.dup(1))
    os.dup2(2, 1)
    with open("request.json", encoding="utf-8") as file:
        request = json.load(file)
    report.say("start", version=importlib.metadata.version("halmos"))
    trusted = frozenset(request["trusted"])
    for cheats in (hevm_cheat_code, halmos_cheat_code):
        cheats.handle = staticmethod(watched(cheats.handle, trusted, report))
    halmos.run_test = told_of_results(halmos.run_test, report)
    os.chdir("project")
    halmos._main(request["arguments"])
    report.say("end")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
