"""HumanEval-X and HumanEvalPack: whole programs and their tests out of rows, language by language.

The two hold the same problems with the same fields; HumanEvalPack adds ``buggy_solution`` and corrects tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verifiers.domain import Language

Row = dict[str, Any]

_GO_PACKAGES = (
    *("bytes", "crypto/md5", "errors", "fmt", "math", "math/rand", "os", "regexp", "sort", "strconv"),
    *("strings", "time", "unicode", "unicode/utf8"),
)
# Their prompts hold a function that the tests call; the declaration alone does not.
_GO_WITH_PROMPT = ("Go/10", "Go/32", "Go/38", "Go/50")
# Rows 32 and 50 were written for rand 0.5, whose gen_range takes two arguments.
_OLD_RANGE = re.compile(r"\bgen_range\(([^(),]+), ([^(),]+)\)")


@dataclass(frozen=True)
class Form:
    """How a language's rows are put together.

    Attributes:
        name: The language's name for people.
        path: Where a solution stands.
        tests_path: Where its tests stand.
        program: A row and a solution's body to the whole file.
        tests: A row to the test file.
        stub: A row to what is to be completed.
    """

    name: str
    path: str
    tests_path: str
    program: Callable[[Row, str], str]
    tests: Callable[[Row], str]
    stub: Callable[[Row], str]


def _after_prompt(row: Row, code: str) -> str:
    return str(row["prompt"]) + code


def _prompt(row: Row) -> str:
    return str(row["prompt"])


def _own_tests(row: Row) -> str:
    return str(row["test"])


def _cpp_program(row: Row, code: str) -> str:
    # CPP/38's declaration breaks off in the middle of a function.
    head = str(row["prompt"] if row["task_id"] == "CPP/38" else row["declaration"])
    if row["task_id"] == "CPP/38":  # its test uses what the other rows' declarations include
        head = "#include<math.h>\n#include<algorithm>\n#include<stdlib.h>\n" + head
    return head + code


def _go_program(row: Row, code: str) -> str:
    if row["task_id"] in _GO_WITH_PROMPT:
        body = row["prompt"].removeprefix(row["import"]).lstrip() + code
    else:
        body = row["declaration"] + code
    return f"package main\n\n{_go_imports(body)}\n{body}"


def _go_tests(row: Row) -> str:
    """The row's tests with the imports that they use: Go refuses the others."""
    return f"package main\n\n{_go_imports(row['test'], row['test_setup'])}\n{row['test']}"


def _go_imports(body: str, setup: str = "") -> str:
    stripped = re.sub(r"//[^\n]*|\"(\\.|[^\"\\\n])*\"|`[^`]*`", "", body)
    named = dict.fromkeys((*re.findall(r'"([\w./]+)"', setup), *_GO_PACKAGES))
    used = (path for path in named if re.search(rf"\b{path.rpartition('/')[2]}\.[A-Z]", stripped))
    return "".join(f'import "{path}"\n' for path in used)


def _java_tests(row: Row) -> str:
    """The row's program with the imports of its prompt, which it relies on."""
    imports = re.findall(r"^import .*;", row["prompt"], re.MULTILINE)
    return "".join(f"{line}\n" for line in imports) + str(row["test"])


def _rust_program(row: Row, code: str) -> str:
    return str(row["declaration"]) + code


def _rust_tests(row: Row) -> str:
    return _OLD_RANGE.sub(r"gen_range(\1..\2)", row["test"])


def _rust_stub(row: Row) -> str:
    """HumanEval-X keeps the signature apart from the prompt, HumanEvalPack in it."""
    prompt = str(row["prompt"])
    return prompt if "fn " in prompt.replace("fn main(){}", "") else prompt + str(row["declaration"])


FORMS = {
    Language.PYTHON: Form("Python", "solution.py", "test_solution.py", _after_prompt, _own_tests, _prompt),
    Language.JAVASCRIPT: Form("JavaScript", "solution.js", "tests.js", _after_prompt, _own_tests, _prompt),
    Language.JAVA: Form("Java", "Solution.java", "Main.java", _after_prompt, _java_tests, _prompt),
    Language.GO: Form(
        "Go",
        "solution.go",
        "solution_test.go",
        _go_program,
        _go_tests,
        lambda row: "package main\n\n" + _prompt(row),
    ),
    Language.CPP: Form("C++", "solution.cpp", "test_solution.cpp", _cpp_program, _own_tests, _prompt),
    Language.RUST: Form(
        "Rust",
        "solution.rs",
        "tests.rs",
        _rust_program,
        _rust_tests,
        _rust_stub,
    ),
}
PREFIXES = {
    "Python": Language.PYTHON,
    "JavaScript": Language.JAVASCRIPT,
    "Java": Language.JAVA,
    "Go": Language.GO,
    "CPP": Language.CPP,
    "Rust": Language.RUST,
}  # of the rows' ``task_id``
