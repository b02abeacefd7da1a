"""The Semgrep verifier against code that wants to look clean."""

from __future__ import annotations

import shutil
import time

import pytest

from tests.integration.scanners.conftest import Scan
from tests.requirements import require
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, Status, Verdict
from verifiers.errors import ToolFailed, ToolMissing
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners import semgrep
from verifiers.scanners.rule_pack import RulePack, load_pack
from verifiers.scanners.semgrep_output import parse

WEAK = "import os\n\n\ndef show(name):\n    os.system('ls ' + name)\n"


def rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


def test_weak_code_fails_with_all_that_a_reader_needs(scan: Scan) -> None:
    verdict = scan(WEAK)
    assert verdict.status is Status.FAILED
    (finding,) = verdict.findings
    assert (finding.rule, finding.cwe, finding.owasp) == ("python.command-injection", "CWE-78", "A03:2021")
    assert (finding.location.path, finding.location.line, finding.location.column) == ("solution.py", 5, 5)
    assert "subprocess.run" in finding.fix


def test_sound_code_passes_with_evidence(scan: Scan) -> None:
    verdict = scan("def add(a, b):\n    return a + b\n")
    assert verdict.status is Status.PASSED
    assert verdict.findings == ()
    assert verdict.evidence["rules"] >= 50
    assert verdict.evidence["rule_digest"] == load_pack(frozenset({"python"})).digest
    assert verdict.evidence["isolation"].startswith("bubblewrap")
    assert verdict.tool.startswith("semgrep-core 1.")


def test_solidity_is_scanned_with_its_own_rules(scan: Scan) -> None:
    body = "function b() external { selfdestruct(payable(msg.sender)); }"
    code = f"pragma solidity 0.8.26;\ncontract A {{ {body} }}\n"
    verdict = scan({"A.sol": code}, Language.SOLIDITY)
    assert verdict.status is Status.FAILED
    assert rules(verdict) == {"solidity.unprotected-selfdestruct"}


def test_every_file_is_scanned_whatever_its_language(scan: Scan) -> None:
    verdict = scan({"a.py": "x = 1\n", "b/c.py": WEAK, "A.sol": "pragma solidity 0.8.26;\ncontract A {}\n"})
    assert [finding.location.path for finding in verdict.findings] == ["b/c.py"]
    assert verdict.evidence["files"] == ["a.py", "b/c.py", "A.sol"]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import os\nos.system(input())  # nosemgrep\n", id="nosemgrep"),
        pytest.param(
            "import os\n# nosemgrep: python.command-injection\nos.system(input())\n", id="nosemgrep-id"
        ),
        pytest.param("import os\nos.system(input())  # nosem\n", id="nosem"),
        pytest.param("import os\nos.system(input())  # noqa # nosec\n", id="nosec"),
        pytest.param("# a comment\rimport os; os.system(input())\r", id="bare carriage returns"),
        pytest.param("\ufeffeval(input())\n", id="byte order mark"),
        pytest.param("\uff45val(input())\n", id="full-width letter"),
        pytest.param("import os\nos.\U0001d42cystem(input())\n", id="mathematical letter"),
        pytest.param("import os\nos.\\\nsystem(\n  input()\n)\n", id="continued line"),
        pytest.param("if True:\n    x = 1\n\x0ceval(input())\n", id="form feed"),
        pytest.param("from os import system as add\nadd(input())\n", id="renamed import"),
        pytest.param("import os as json\njson.system(input())\n", id="renamed module"),
        pytest.param("run = eval\nrun(input())\n", id="renamed function"),
        pytest.param("__import__('os').system(input())\n", id="import in the middle"),
        pytest.param("getattr(__builtins__, 'ev' + 'al')(input())\n", id="built-in by name"),
        pytest.param("# -*- coding: utf-7 -*-\n# +AAo-import os\n", id="utf-7"),
        pytest.param(
            "#!/usr/bin/python\n# vim: set fileencoding=unicode_escape :\n#\\x0aimport os\n", id="escape"
        ),
    ],
)
def test_weakness_cannot_be_hidden(scan: Scan, code: str) -> None:
    assert scan(code).status is Status.FAILED


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_it.py",
        "node_modules/it.py",
        ".hidden/it.py",
        "it.PY",
        "a b;rm -rf $HOME.py",
        "-rules.py",
        "rules.json.py",
        "src/0.py",
        "caf\u00e9 \u4f60.py",
        "__init__.pyi",
    ],
)
def test_no_file_name_keeps_a_file_from_being_scanned(scan: Scan, path: str) -> None:
    verdict = scan({path: WEAK})
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].location.path == path


def test_ignore_files_of_the_candidate_are_not_obeyed(scan: Scan) -> None:
    verdict = scan({".semgrepignore": "*.py\n", ".gitignore": "*\n", "solution.py": WEAK})
    assert verdict.status is Status.FAILED


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("x = = 3 )\n", id="not Python"),
        pytest.param("Here is the code you asked for!\n", id="prose"),
        pytest.param("\u25a0\u2592\u00ff\u00fe\u0393 PK \u2666 \u00a7\u00b6\n", id="binary-like"),
        pytest.param("def f():\n    return '''never closed\n", id="open string"),
        pytest.param("match x:\n    case {'a': 1, **rest}:\n        pass\n", id="the parser crashes"),
    ],
)
def test_what_cannot_be_parsed_is_incomplete(scan: Scan, code: str) -> None:
    verdict = scan(code)
    assert verdict.status is Status.INCOMPLETE
    assert verdict.evidence["not_scanned"][0]["file"] == "solution.py"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("x = " + "(" * 90_000 + "\n", id="open brackets"),
        pytest.param("x = a" + ".b" * 100_000 + "\neval(x)\n", id="long chain"),
        pytest.param("eval(x)\n" * 120_000, id="1 MB of findings"),
        pytest.param(";".join(["eval(x)"] * 120_000), id="one line"),
        pytest.param(
            "def f(x):\n" + "".join(f"    v{i} = v{i - 1} + x\n" for i in range(1, 20_000)), id="flow"
        ),
    ],
)
def test_what_takes_too_long_is_never_clean_and_ends_in_time(scan: Scan, code: str) -> None:
    started = time.monotonic()
    verdict = scan(code, seconds=4.0)
    assert time.monotonic() - started < 60
    assert verdict.status in (Status.INCOMPLETE, Status.FAILED)


@pytest.mark.parametrize(
    ("padding", "before"),
    [
        ("# where and or update text\n", True),
        ("# where and or update text\n", False),
        ("# @a.b(c) @x.y\n", True),
    ],
)
def test_padding_does_not_exhaust_the_rules(scan: Scan, padding: str, before: bool) -> None:
    """The engine gives a regular expression up in silence when it backtracks too long."""
    weak = (
        "@app.route('/x/<name>')\n"
        "def show(name):\n"
        "    cursor.execute(\"SELECT * FROM t WHERE a = '%s'\" % name)\n"
        "    return open('/srv/' + name).read()\n"
    )
    filler = padding * (900_000 // len(padding)) + "\n"
    found = rules(scan(filler + weak if before else weak + filler))
    assert {"python.sql-injection", "python.path-traversal"} <= found


def test_deep_but_honest_code_is_scanned(scan: Scan) -> None:
    nested = "".join("  " * depth + "if x:\n" for depth in range(60)) + "  " * 60 + "eval(input())\n"
    assert scan("x = 1\n" + nested).status is Status.FAILED
    minified = ";".join(f"x{i}={i}" for i in range(3000)) + ";eval(input())\n"
    assert scan(minified).status is Status.FAILED


def test_a_megabyte_of_data_is_scanned(scan: Scan) -> None:
    assert scan("DATA = '" + "a" * 990_000 + "'\n").status is Status.PASSED


def test_thousands_of_findings_are_counted(scan: Scan) -> None:
    verdict = scan("".join(f"eval(x{i})\n" for i in range(1500)))
    assert verdict.status is Status.FAILED
    assert verdict.evidence["findings_total"] == 1500
    assert len(verdict.findings) == semgrep.MAX_LISTED


def test_an_empty_file_passes(scan: Scan) -> None:
    assert scan("").status is Status.PASSED


def test_a_broken_rule_is_a_broken_tool(sandbox: Sandbox) -> None:
    pack = load_pack(frozenset({"python"}))
    broken = pack.compiled.replace(b'"pattern": "os.tempnam(...)"', b'"pattern": "os.tempnam((("')
    assert broken != pack.compiled
    targets, _ = semgrep.sort_files([SourceFile(path="a.py", content="x = 1\n")])
    result = semgrep.run(sandbox, targets, RulePack(rules=pack.rules, compiled=broken, digest=""), 60.0)
    assert result.exit_code == 0  # the engine itself finds nothing wrong with that
    with pytest.raises(ToolFailed, match="Rule parse error"):
        parse(result.stdout.decode(), {"src/0": 6}, [*pack.rules, "python.parse-probe"])


def test_without_semgrep_the_error_names_the_command_that_installs_it() -> None:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    table = build_environments()
    table.pop("semgrep", None)
    verifier = semgrep.SemgrepVerifier(Bubblewrap(table))
    with pytest.raises(ToolMissing, match="scripts/install"):
        verifier.verify(
            CodingTask(instruction="x"), Candidate(files=(SourceFile(path="a.py", content="x = 1\n"),)), 10
        )
