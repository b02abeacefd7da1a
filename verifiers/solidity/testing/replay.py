"""A ``solc`` for tools that insist on running one: it gives the answer that was made before. Pure.

What forge asks for is not compiled again: the answer of
:class:`~verifiers.solidity.compiling.compilation.Compilations`
holds all of it, so that the code under test is the code that every other verifier judges.
"""

from __future__ import annotations

import json

from verifiers.solidity.compiling.compilation import Compilation

FOLDER = ".acrisol"  # a file of the project there is left out, see ``is_taken``
PROGRAM = f"{FOLDER}/solc"
_ANSWER = f"{FOLDER}/answer.json"

# The shebang makes the sandbox's archive set the executable bit. Nothing of the request is looked at.
_SCRIPT = """#!/bin/sh
case " $* " in
*" --version "*)
    echo "solc, the solidity compiler commandline interface"
    echo "Version: {version}+commit.00000000.Linux.g++"
    ;;
*)
    cat >/dev/null
    cat "$(dirname "$0")/answer.json"
    ;;
esac
"""


def replaying(compilation: Compilation) -> dict[str, bytes]:
    """The files of a ``solc`` that answers with a compilation, to be laid into a job.

    Args:
        compilation: What it answers, whatever it is asked.
    """
    return {
        PROGRAM: _SCRIPT.format(version=compilation.compiler.version).encode(),
        _ANSWER: json.dumps(_said_no_more(compilation.output)).encode(),
    }


def _said_no_more(output: object) -> object:
    """The answer without warnings, which would only be printed again."""
    return {**output, "errors": []} if isinstance(output, dict) else output


def is_taken(path: str) -> bool:
    """Whether a project's file would lie where the tool's own files do."""
    return path.split("/", 1)[0] == FOLDER
