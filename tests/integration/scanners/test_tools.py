"""Bandit, ESLint, Cppcheck and Flawfinder against code that wants to look clean."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.scanners.conftest import scanned
from verifiers.domain import Language, Status, Verdict
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.bandit import BanditVerifier
from verifiers.scanners.cppcheck import CppcheckVerifier
from verifiers.scanners.eslint import EslintVerifier
from verifiers.scanners.flawfinder import FlawfinderVerifier

BANDIT, ESLINT, CPPCHECK, FLAWFINDER = "bandit", "eslint", "cppcheck", "flawfinder"
VERIFIERS = {
    BANDIT: (BanditVerifier, Language.PYTHON),
    ESLINT: (EslintVerifier, Language.JAVASCRIPT),
    CPPCHECK: (CppcheckVerifier, Language.C),
    FLAWFINDER: (FlawfinderVerifier, Language.C),
}
Ask = Callable[..., Verdict]


@pytest.fixture
def ask(sandbox: Sandbox, installed: Callable[[str], None]) -> Ask:
    def run(tool: str, code: dict[str, str], language: Language | None = None) -> Verdict:
        installed(tool)
        make, usual = VERIFIERS[tool]
        return scanned(make(sandbox), language or usual, code)

    return run


def found(verdict: Verdict) -> set[tuple[str, int]]:
    return {(item.rule, item.location.line) for item in verdict.findings if item.location}


@pytest.mark.parametrize(
    ("tool", "code"),
    [
        (BANDIT, {"a.py": "def add(a, b):\n    return a + b\n"}),
        (ESLINT, {"a.js": "export const add = (a, b) => a + b;\n", "b.jsx": "const b = <b>1</b>;\n"}),
        (
            CPPCHECK,
            {"a.c": '#include "a.h"\nint two(void) { return one() + 1; }\n', "a.h": "int one(void);\n"},
        ),
        (FLAWFINDER, {"a.c": "int one(void) { return 1; }\n"}),
    ],
)
def test_sound_code_passes_with_evidence(ask: Ask, tool: str, code: dict[str, str]) -> None:
    verdict = ask(tool, code)
    assert (verdict.status, verdict.findings) == (Status.PASSED, ()), verdict.summary
    assert verdict.evidence["files"] == list(code)
    assert verdict.evidence["isolation"].startswith("bubblewrap")
    assert verdict.tool.startswith(tool)


@pytest.mark.parametrize(
    ("tool", "code", "weak"),
    [
        (
            BANDIT,
            {
                ".bandit": "[bandit]\nskips: B602\nexclude: /\n",
                "a.py": (
                    "import subprocess\n"
                    "def run(text):\n"
                    "    subprocess.call('ls ' + text, shell=True)  # nosec\n"
                    "    subprocess.call('ls ' + text, shell=True)  # nosec B602\n"
                    "    subprocess.call('ls ' + text, shell=True)  # noqa # nosemgrep\n"
                    "# a comment\r    subprocess.call('ls ' + text, shell=True)\n"
                ),
            },
            {("bandit.B602", line) for line in (3, 4, 5, 7)},
        ),
        (
            ESLINT,
            {
                "eslint.config.js": "module.exports = [{ ignores: ['**'] }];\n",
                ".eslintignore": "*\n",
                "a.js": (
                    "/* eslint-disable */\n"
                    "/* eslint security/detect-eval-with-expression: off */\n"
                    "eval(x); // eslint-disable-line\n"
                    "// eslint-disable-next-line security/detect-eval-with-expression\n"
                    "\\u0065val(x);\n"
                    "// a comment\u2028eval(x);\n"
                ),
            },
            {("eslint.security/detect-eval-with-expression", line) for line in (3, 5, 7)},
        ),
        (
            CPPCHECK,
            {
                "a.c": (
                    "// cppcheck-suppress-file arrayIndexOutOfBounds\n"
                    "int f(void) { int a[3]; a[5] = 1; return a[0]; } // cppcheck-suppress *\n"
                    "#ifdef ON_THE_SERVER\n"
                    "int g(void) { int a[3]; a[5] = 1; return a[0]; }\n"
                    "#endif\n"
                    "int h(void) { int a[3]; a[\\\n5] = 1; return a[0]; }\n"
                ),
            },
            {("cppcheck.arrayIndexOutOfBounds", line) for line in (2, 4, 6)},
        ),
        (
            CPPCHECK,
            {
                "a.c": (
                    "#if __GNUC__ >= 4\n"
                    "int f(void) { int a[3]; a[5] = 1; return a[0]; }\n"
                    "#elif INT_MAX > 100 /* always */\n"
                    "int g(void) { int a[3]; a[5] = 1; return a[0]; }\n"
                    "#else\n"
                    "int h(void) { int a[3]; a[5] = 1; return a[0]; }\n"
                    "#endif\n"
                ),
            },
            {("cppcheck.arrayIndexOutOfBounds", line) for line in (2, 4, 6)},
        ),
        (
            CPPCHECK,
            {
                "a.c": (
                    '#line 1 "looked_at.c"\n'
                    "int f(void) { int a[3]; a[5] = 1; return a[0]; }\n"
                    '#/*\n*/file "looked_at.c"\n'
                    "int g(void) { int a[3]; a[5] = 1; return a[0]; }\n"
                ),
            },
            {("cppcheck.arrayIndexOutOfBounds", line) for line in (2, 5)},
        ),
        (
            FLAWFINDER,
            {"a.c": "void f(char *s) {\n gets(s); // Flawfinder: ignore\n /* RATS: ignore */ gets(s);\n}\n"},
            {("flawfinder.buffer.gets", 2), ("flawfinder.buffer.gets", 3)},
        ),
    ],
)
def test_nothing_in_the_candidate_hides_a_weakness(
    ask: Ask, tool: str, code: dict[str, str], weak: set[tuple[str, int]]
) -> None:
    assert weak <= found(ask(tool, code))


@pytest.mark.parametrize(
    ("tool", "code"),
    [
        (BANDIT, {"a.py": "def broken(:\n", "b.py": "x = 1\n"}),
        (ESLINT, {"a.js": "function broken( {\n", "b.js": "let x = 1;\n"}),
        (CPPCHECK, {"a.c": "int broken( {\n", "b.c": "int x;\n"}),
        (BANDIT, {"a.txt": "nothing to scan\n"}),
        (ESLINT, {"a.txt": "nothing to scan\n"}),
        (CPPCHECK, {"a.txt": "nothing to scan\n"}),
        (FLAWFINDER, {"a.txt": "nothing to scan\n"}),
    ],
)
def test_what_cannot_be_scanned_is_incomplete(ask: Ask, tool: str, code: dict[str, str]) -> None:
    assert ask(tool, code).status is Status.INCOMPLETE


@pytest.mark.parametrize(
    "name", ["-a.c", "a b;$(x).c", "x: y ....c", "caf\u00e9.c", "deep/er/a.c", "a.h", "r0/src.c"]
)
def test_no_file_name_keeps_cppcheck_from_a_file(ask: Ask, name: str) -> None:
    verdict = ask(CPPCHECK, {name: "int f(void) { int a[3]; a[5] = 1; return a[0]; }\n"})
    assert [(item.rule, item.location.path) for item in verdict.findings if item.location] == [
        ("cppcheck.arrayIndexOutOfBounds", name)
    ]


def test_a_file_that_is_included_reports_no_weakness_as_anothers(ask: Ask) -> None:
    code = {
        "a.c": '#include "b.inc"\nint x;\n',
        "b.inc": '#line 2 "a.c"\nint f(void) { int a[3]; a[5] = 1; return a[0]; }\n',
    }
    verdict = ask(CPPCHECK, code)
    places = [(item.location.path, item.location.line) for item in verdict.findings if item.location]
    assert places == [("b.inc", 2)]


def test_a_header_and_a_file_with_the_name_of_its_copy_are_both_checked(ask: Ask) -> None:
    weak = "inline int f%d() { int a[3]; a[5] = 1; return a[0]; }\n"
    code = {"a.h": weak % 1, "a.h.cpp": weak % 2, "a.h.cpp.cpp": "int x;\n"}
    verdict = ask(CPPCHECK, code, Language.CPP)
    assert {item.location.path for item in verdict.findings if item.location} == {"a.h", "a.h.cpp"}


def test_typescript_is_linted_with_its_own_parser(ask: Ask) -> None:
    code = {
        "a.ts": "export function f(x: string): number {\n  return eval(x) as number;\n}\n",
        "b.tsx": "export const b = (x: string) => <b>{x}</b>;\n",
    }
    verdict = ask(ESLINT, code, Language.TYPESCRIPT)
    assert ("eslint.security/detect-eval-with-expression", 2) in found(verdict)
    assert verdict.evidence["not_scanned"] == []


def test_a_finding_never_repeats_a_secret(ask: Ask) -> None:
    verdict = ask(BANDIT, {"a.py": "password = 'hunter2hunter2'\n"})
    assert "bandit.B105" in {item.rule for item in verdict.findings}
    assert "hunter2" not in verdict.model_dump_json()
