"""What Bandit, ESLint, Cppcheck and Flawfinder print is read without taking silence for a clean result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from verifiers.domain import Severity, SourceFile
from verifiers.errors import ToolFailed
from verifiers.sandbox.protocol import ExecResult
from verifiers.scanners import bandit, cppcheck, eslint, flawfinder
from verifiers.scanners.conclusion import Scan
from verifiers.scanners.tool_run import Input, cut_short, numbered, one_line

GOLDEN = Path(__file__).parents[2] / "golden"


def golden(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")


def given(*paths: str) -> list[Input]:
    """Inputs under these names of ours; the candidate calls them `its-0` and so on."""
    return [
        Input(path=path, candidate_path=f"its-{number}", language="c", content="")
        for number, path in enumerate(paths)
    ]


def told(scan: Scan) -> list[tuple[str, int, Severity, str | None]]:
    return [
        (item.rule, item.location.line, item.severity, item.cwe) for item in scan.findings if item.location
    ]


def test_bandit_findings_carry_cwe_owasp_and_fix() -> None:
    scan = bandit.parse(golden("bandit/findings.txt"), given("src/0.py"))
    assert told(scan) == [
        ("bandit.B404", 1, Severity.LOW, "CWE-78"),
        ("bandit.B602", 5, Severity.HIGH, "CWE-78"),
        ("bandit.B105", 6, Severity.LOW, "CWE-259"),
        ("bandit.B307", 7, Severity.MEDIUM, "CWE-78"),
    ]
    worst = scan.findings[1]
    assert (worst.owasp, worst.location.path if worst.location else "") == ("A03:2021", "its-0")
    assert "shell=True" in worst.fix
    assert "hunter2" not in scan.model_dump_json()
    assert (scan.gaps, scan.files) == ((), ("its-0",))


def test_bandit_says_what_it_could_not_read() -> None:
    scan = bandit.parse(golden("bandit/syntax-error.txt"), given("src/0.py", "src/1.py"))
    assert [(gap.file, "syntax error" in gap.reason) for gap in scan.gaps] == [("its-0", True)]


def test_a_check_of_bandit_that_crashes_is_a_gap() -> None:
    said = b"[tester]\tERROR\tBandit internal error running: hardcoded_tmp_directory on file ./src/0.py"
    result = ExecResult(exit_code=0, stdout=golden("bandit/clean.txt").encode(), stderr=said)
    assert [gap.reason for gap in bandit.read(result, given("src/0.py")).gaps] == [
        "one of Bandit's checks crashed"
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "confidence", "severity"),
    [
        ("B602", "HIGH", "HIGH", Severity.HIGH),
        ("B602", "LOW", "HIGH", Severity.LOW),
        ("B608", "MEDIUM", "MEDIUM", Severity.MEDIUM),
        ("B608", "MEDIUM", "LOW", Severity.LOW),
        ("B104", "MEDIUM", "HIGH", Severity.LOW),
        ("B999", "HIGH", "HIGH", Severity.LOW),
        ("B602", "UNDEFINED", "HIGH", Severity.LOW),
    ],
)
def test_bandit_blocks_only_where_it_is_seldom_wrong(
    ours: str, theirs: str, confidence: str, severity: Severity
) -> None:
    output = json.loads(golden("bandit/findings.txt"))
    issue = output["results"][0] | {"test_id": ours, "issue_severity": theirs, "issue_confidence": confidence}
    scan = bandit.parse(json.dumps(output | {"results": [issue]}), given("src/0.py"))
    assert [finding.severity for finding in scan.findings] == [severity]


def test_eslint_findings_are_what_the_table_says() -> None:
    scan = eslint.parse(golden("eslint/findings.txt"), given("src/0.cjs"))
    assert sorted(told(scan)) == [
        ("eslint.no-eval", 3, Severity.LOW, "CWE-95"),
        ("eslint.security/detect-eval-with-expression", 3, Severity.MEDIUM, "CWE-95"),
    ]


def test_eslint_says_what_it_could_not_parse() -> None:
    scan = eslint.parse(golden("eslint/syntax-error.txt"), given("src/0.cjs"))
    assert [(gap.file, "cannot be parsed" in gap.reason) for gap in scan.gaps] == [("its-0", True)]


@pytest.mark.parametrize(
    ("path", "text", "language", "suffix"),
    [
        ("a.js", "import x from 'y';", "javascript", ".mjs"),
        ("a.js", "export default 1;", "javascript", ".mjs"),
        ("a.js", "const x = require('y'); import('z');", "javascript", ".cjs"),
        ("a.js", "// import x from 'y'\nimportant = 1;", "javascript", ".cjs"),
        ("a.ts", "", "typescript", ".ts"),
        ("a.TSX", "", "typescript", ".tsx"),
    ],
)
def test_the_suffix_says_how_a_file_is_parsed(path: str, text: str, language: str, suffix: str) -> None:
    assert eslint.suffix_of(path, text, language) == suffix


def test_cppcheck_findings_are_graded_by_what_they_harm() -> None:
    scan = cppcheck.parse(
        golden("cppcheck/findings.progress.txt"),
        golden("cppcheck/findings.xml"),
        [
            Input(path="r0/a.c", candidate_path="a.c", language="c", content=""),
            Input(path="r0/b.h.cpp", candidate_path="b.h", language="cpp", content=""),
        ],
    )
    assert set(told(scan)) == {
        ("cppcheck.arrayIndexOutOfBounds", 3, Severity.HIGH, "CWE-788"),
        ("cppcheck.doubleFree", 4, Severity.HIGH, "CWE-415"),
        ("cppcheck.uninitvar", 1, Severity.MEDIUM, "CWE-457"),
    }
    assert {item.location.path for item in scan.findings if item.location} == {"a.c", "b.h"}
    assert scan.tool == "cppcheck 2.10"


def test_cppcheck_says_what_it_could_not_read() -> None:
    scan = cppcheck.parse(
        golden("cppcheck/syntax-error.progress.txt"),
        golden("cppcheck/syntax-error.xml"),
        [Input(path="r0/a.cpp", candidate_path="a.cpp", language="cpp", content="")],
    )
    assert (scan.findings, [gap.file for gap in scan.gaps]) == ((), ["a.cpp"])


@pytest.mark.parametrize(
    ("attributes", "severity"),
    [
        ('id="x" severity="warning"', Severity.LOW),
        ('id="x" severity="portability"', Severity.INFO),
        ('id="x" severity="error"', Severity.MEDIUM),
        ('id="x" severity="error" inconclusive="true"', Severity.LOW),
        ('id="memleak" severity="error"', Severity.LOW),
        ('id="containerOutOfBounds" severity="error"', Severity.LOW),
        ('id="bufferAccessOutOfBounds" severity="error"', Severity.HIGH),
        ('id="deallocuse" severity="error"', Severity.HIGH),
    ],
)
def test_cppcheck_severities(attributes: str, severity: Severity) -> None:
    place = '<location file="r0/a.c" line="1"/>'
    report = (
        f'<results version="2"><cppcheck version="2"/><errors><error {attributes} msg="m">{place}</error>'
        "</errors></results>"
    )
    scan = cppcheck.parse("Checking r0/a.c ...\n", report, given("r0/a.c"))
    assert [finding.severity for finding in scan.findings] == [severity]


def test_a_header_is_checked_under_a_name_that_nothing_else_has() -> None:
    files = [SourceFile(path=path, content="") for path in ("a.h", "a.h.cpp", "b.c", "c.py")]
    assert [item.path for item in cppcheck.checked(files)] == ["r0/a.h.cpp.cpp", "r0/a.h.cpp", "r0/b.c"]


def test_flawfinder_advises() -> None:
    scan = flawfinder.parse(golden("flawfinder/findings.txt"), given("src/0.c"))
    assert sorted(told(scan)) == [
        ("flawfinder.buffer.char", 2, Severity.INFO, "CWE-119"),
        ("flawfinder.buffer.strcpy", 2, Severity.LOW, "CWE-120"),
    ]
    assert scan.tool == "flawfinder 2.0.19"


READERS: dict[str, Callable[[str], Scan]] = {
    "bandit": lambda text: bandit.parse(text, given("src/0.py")),
    "eslint": lambda text: eslint.parse(text, given("src/0.cjs")),
    "flawfinder": lambda text: flawfinder.parse(text, given("src/0.c")),
    "cppcheck": lambda text: cppcheck.parse("Checking r0/a.c ...\n", text, given("r0/a.c")),
}
CLEAN = {
    "bandit": "bandit/clean.txt",
    "eslint": "eslint/clean.txt",
    "flawfinder": "flawfinder/clean.txt",
    "cppcheck": "cppcheck/clean.xml",
}


@pytest.mark.parametrize("tool", READERS)
def test_clean_output_is_clean(tool: str) -> None:
    scan = READERS[tool](golden(CLEAN[tool]))
    assert (scan.findings, scan.gaps, scan.files) == ((), (), ("its-0",))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "<", "<a/>", "ok\n", "[" * 100_000, "File,Line\n"])
@pytest.mark.parametrize("tool", READERS)
def test_output_of_no_known_form_is_a_broken_tool(tool: str, text: str) -> None:
    with pytest.raises(ToolFailed):
        READERS[tool](text)


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("bandit", json.dumps(json.loads(golden("bandit/clean.txt")) | {"metrics": {}})),
        ("bandit", golden("bandit/syntax-error.txt")),
        ("eslint", golden("eslint/clean.txt").replace("src/0.cjs", "src/7.cjs")),
        ("eslint", "[]"),
        ("eslint", golden("eslint/findings.txt").replace("no-eval", "no-such-rule")),
        ("eslint", golden("eslint/findings.txt").replace('"ruleId":"no-eval"', '"ruleId":null')),
        ("flawfinder", golden("flawfinder/clean.txt").replace("gets", "puts")),
        ("flawfinder", golden("flawfinder/findings.txt").replace("src/0.c", "src/7.c")),
    ],
)
def test_a_file_that_was_not_looked_at_is_a_broken_tool(tool: str, text: str) -> None:
    with pytest.raises(ToolFailed):
        READERS[tool](text)


def test_cppcheck_must_say_that_it_checked_each_file() -> None:
    with pytest.raises(ToolFailed, match="did not check its-1"):
        cppcheck.parse("Checking r0/a.c ...\n", golden("cppcheck/clean.xml"), given("r0/a.c", "r0/b.c"))


def test_inputs_have_names_of_ours_and_every_reading() -> None:
    files = [SourceFile(path="-x.c", content="a\rb"), SourceFile(path="y.py", content="")]
    inputs = numbered(files, {"c"}, lambda *_: ".c")
    assert [(item.path, item.candidate_path, item.content) for item in inputs] == [
        ("src/0.c", "-x.c", "a b"),
        ("src/1.c", "-x.c", "a\nb"),
    ]


def test_a_run_without_limits_reached_was_not_cut_short() -> None:
    assert cut_short(ExecResult(exit_code=0), given("a")) is None
    cut = cut_short(ExecResult(exit_code=0, truncated=True), given("a"))
    assert cut is not None
    assert [(gap.file, gap.reason) for gap in cut.gaps] == [("its-0", "the scan's output was too long")]


def test_a_tools_words_are_one_bounded_line() -> None:
    assert one_line("a\n b\t\tc") == "a b c"
    assert len(one_line("x" * 1000)) == 300
