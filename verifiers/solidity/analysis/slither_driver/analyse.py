"""Runs Slither's detectors over what was compiled before. Runs in the sandbox, in Slither's environment.

Slither's own command compiles for itself, obeys ``slither-disable`` comments of the code that it judges, and
ends as a whole when one detector does. Here the compiler's answer comes in, the comments do nothing, and a
detector that breaks is named while the others go on.

In: ``request.json`` in the working directory: ``output`` (the compiler's standard JSON output), ``version``
(its version), ``paths`` (of the project's own files) and ``detectors`` (names). The sources lie below
``project/``. Out: one JSON object a line on stdout; ``kind`` is ``start`` (``version``, ``missing``:
detectors that this Slither does not have), ``parsed`` (``contracts``), then ``detector`` (``name``,
``results``, ``crash``) for each, and ``end``. Instead of ``parsed`` there may be ``broken`` (``crash``). What
is cut off anywhere before ``end`` was not wholly analysed.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import traceback
from typing import Any

from crytic_compile import CryticCompile  # type: ignore[import-not-found]
from crytic_compile.compilation_unit import CompilationUnit  # type: ignore[import-not-found]
from crytic_compile.compiler.compiler import CompilerVersion  # type: ignore[import-not-found]
from crytic_compile.platform.solc_standard_json import (  # type: ignore[import-not-found]
    SolcStandardJson,
    parse_standard_json_output,
)
from slither import Slither  # type: ignore[import-not-found]
from slither.detectors import all_detectors  # type: ignore[import-not-found]
from slither.detectors.abstract_detector import AbstractDetector  # type: ignore[import-not-found]

MOST_ELEMENTS = 12
MOST_RESULTS = 200
RECURSION = 8000  # deeply nested expressions; Slither walks them recursively


class Answered(SolcStandardJson):  # type: ignore[misc]
    """A platform whose compiler has already spoken."""

    def __init__(self, output: dict[str, Any], version: str) -> None:
        super().__init__({"sources": {}, "settings": {}})
        self._output = output
        self._version = version

    def compile(self, crytic_compile: CryticCompile, **kwargs: Any) -> None:
        """Fill the compilation unit from the answer."""
        unit = CompilationUnit(crytic_compile, "answered")
        unit.compiler_version = CompilerVersion(
            compiler="solc", version=self._version, optimized=True, optimize_runs=200
        )
        parse_standard_json_output(self._output, unit)

    def is_dependency(self, path: str) -> bool:
        """Nothing is left out here; whoever reads the report knows what is the project's own."""
        return False


def say(kind: str, **values: Any) -> None:
    """Write one line of the report."""
    sys.stdout.write(json.dumps({"kind": kind, **values}) + "\n")
    sys.stdout.flush()


def known_detectors() -> dict[str, type[AbstractDetector]]:
    """Every detector of this Slither, by its name."""
    found = [getattr(all_detectors, name) for name in dir(all_detectors)]
    return {item.ARGUMENT: item for item in found if isinstance(item, type) and hasattr(item, "ARGUMENT")}


def shortened(result: dict[str, Any]) -> dict[str, Any]:
    """What the reader needs of one result."""
    elements = []
    for element in result.get("elements", [])[:MOST_ELEMENTS]:
        place = element.get("source_mapping", {})
        elements.append(
            {
                "type": element.get("type"),
                "name": str(element.get("name", ""))[:300],
                "path": place.get("filename_relative"),
                "start": place.get("start"),
                "length": place.get("length"),
            }
        )
    return {"description": str(result.get("description", ""))[:2000], "elements": elements}


def main() -> None:
    """Analyse what the request names and report."""
    sys.setrecursionlimit(RECURSION)
    with open("request.json", encoding="utf-8") as file:
        request = json.load(file)
    os.chdir("project")
    known = known_detectors()
    missing = [name for name in request["detectors"] if name not in known]
    say("start", version=importlib.metadata.version("slither-analyzer"), missing=missing)
    try:
        compiled = CryticCompile(Answered(request["output"], request["version"]))
        slither = Slither(compiled, show_ignored_findings=True, disallow_partial=True)
    except Exception:  # noqa: BLE001 - whatever it is, the reader has to hear of it
        say("broken", crash=traceback.format_exc()[-2000:])
        return
    own = set(request["paths"])
    contracts = [
        contract.name for contract in slither.contracts if contract.source_mapping.filename.relative in own
    ]
    say("parsed", contracts=contracts)
    for name in request["detectors"]:
        if name in known:
            run(slither, known[name])
    say("end")


def run(slither: Slither, detector: type[AbstractDetector]) -> None:
    """One detector over everything."""
    slither._detectors = []
    slither.register_detector(detector)
    try:
        (results,) = slither.run_detectors()
    except Exception:  # noqa: BLE001 - the others go on; this one is named
        say("detector", name=detector.ARGUMENT, results=[], crash=traceback.format_exc()[-1000:])
        return
    listed = [shortened(result) for result in results[:MOST_RESULTS]]
    say("detector", name=detector.ARGUMENT, results=listed, total=len(results), crash="")


if __name__ == "__main__":
    main()
