"""Answers of every shape, and what is taken out of them."""

from __future__ import annotations

import ast
import textwrap

import pytest

from agent.extraction import Extraction, Found, Wanted, extract, wanted_from
from verifiers.domain import CodingTask, Language, SourceFile, TestSuite

ADD = "def add(a, b):\n    return a + b\n"
WANTED = Wanted(names=frozenset({"add"}))
SOLIDITY = Wanted(language=Language.SOLIDITY, path="Contract.sol")
VAULT = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n\ncontract Vault {\n    uint256 x;\n}\n"
DOC = '    """Sum.\n\n    >>> total([1])\n    1\n    """\n'
STUB = "from typing import List\n\n\ndef total(xs: List[int]) -> int:\n" + DOC


def fenced(code: str, tag: str = "python", fence: str = "```") -> str:
    return f"{fence}{tag}\n{code}{fence}\n"


def only(extraction: Extraction) -> str:
    assert extraction.found is Found.FILES, extraction
    assert len(extraction.files) == 1
    return extraction.files[0].content


@pytest.mark.parametrize(
    "answer",
    [
        fenced(ADD),
        fenced(ADD, fence="~~~"),
        fenced(ADD, fence="`````"),
        fenced(ADD, tag="js"),
        fenced(ADD, tag=""),
        fenced(ADD, tag="Python title=x"),
        "Sure!\n\n" + fenced(ADD) + "\nThis adds two numbers.",
        ADD,
        "Here is the function:\n\n" + ADD + "\nIt adds a and b. Note: it's simple.\n",
        textwrap.indent(fenced(ADD), "    "),
        "1. First\n" + textwrap.indent(fenced(ADD), "   "),
        textwrap.indent(fenced(ADD), "> "),
        fenced(textwrap.indent(ADD, "  ")),
        "```python\n" + ADD,
        fenced(ADD).replace("\n", "\r\n"),
        "\ufeff" + fenced(ADD),
        "<think>def add(a, b): return 0\n```python\ndef add(a, b): return 1\n```</think>\n" + fenced(ADD),
        "maybe ```python\ndef add(a,b): pass\n```\n</think>\n" + fenced(ADD),
        fenced(">>> def add(a, b):\n...     return a + b\n...\n>>> add(1, 2)\n3\n").replace(
            "add(1, 2)", "x = 3"
        ),
        fenced("pip install add\n", tag="bash") + fenced(ADD) + fenced("3\n", tag="output"),
        fenced(ADD) + "Usage:\n" + fenced("print(add(1, 2))\n"),
        fenced(ADD) + fenced("def test_add():\n    assert add(1, 2) == 3\n"),
        fenced("def add(a, b):\n    return a - b\n") + "Oops, corrected:\n" + fenced(ADD),
        fenced("{'a': 1}\n", tag="json") + fenced(ADD),
        fenced(fenced(ADD), tag="markdown", fence="````"),
        fenced(ADD + "\nassert add(1, 2) == 4\n"),
        "\x00\x1b[1m" + fenced(ADD.replace("return", "\x07return")),
        fenced("def add(a, b)\n    return a + b\n") + fenced(ADD),
    ],
)
def test_the_function_is_found(answer: str) -> None:
    code = only(extract(answer, WANTED)).replace("x = 3\n", "")
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(ADD))


def test_tabs_stay() -> None:
    assert "\treturn" in only(extract(fenced("def add(a, b):\n\treturn a + b\n"), WANTED))


def test_html_escaping_is_undone_only_where_all_is_escaped() -> None:
    escaped = "def less(a, b):\n    return a &lt; b and &quot;y&quot; or &#39;n&#39;\n"
    assert "a < b" in only(extract(fenced(escaped), Wanted()))
    honest = 'def esc(s):\n    return s.replace("&", "&amp;").replace("<", "&lt;")\n'
    assert only(extract(fenced(honest), Wanted())) == honest


def test_helpers_and_imports_in_blocks_of_their_own_are_kept_in_order() -> None:
    answer = fenced("import math\n") + fenced("def half(x):\n    return x / 2\n") + fenced(ADD)
    code = only(extract(answer, WANTED))
    assert code.index("import math") < code.index("def half") < code.index("def add")


def test_a_later_full_redefinition_wins_and_a_partial_one_follows() -> None:
    answer = fenced("def a():\n    return 1\n\n\ndef b():\n    return 1\n") + fenced(
        "def b():\n    return 2\n"
    )
    scope: dict[str, object] = {}
    exec(only(extract(answer, Wanted())), scope)  # our own text, not a model's
    assert scope["a"]() == 1  # type: ignore[operator]
    assert scope["b"]() == 2  # type: ignore[operator]


@pytest.mark.parametrize(
    "named",
    [
        "**{}**\n```python\n",
        "# {}\n```python\n",
        "File: `{}`\n```python\n",
        "`{}`:\n\n```python\n",
        "### {}\n```py\n",
        "```python {}\n",
        "```python:{}\n",
        '```python title="{}"\n',
        "```python\n# {}\n",
    ],
)
def test_named_blocks_become_files(named: str) -> None:
    answer = "".join(
        named.format(path) + code + "```\n\n"
        for path, code in [("solution.py", ADD), ("pkg/helper.py", "X = 1\n")]
    )
    files = {file.path: file.content for file in extract(answer, WANTED).files}
    assert set(files) == {"solution.py", "pkg/helper.py"}
    assert "def add" in files["solution.py"]
    assert "X = 1" in files["pkg/helper.py"]


@pytest.mark.parametrize("name", ["/etc/cron.d/x.py", "../../x.py", "a/../x.py", "x.sh", "add.py"])
def test_a_hostile_or_unasked_name_falls_back(name: str) -> None:
    assert [file.path for file in extract(f"**{name}**\n" + fenced(ADD), WANTED).files] == ["solution.py"]


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_add.py",
        "conftest.py",
        "./tests/test_add.py",
        "TESTS/test_add.py",
        "checks.py",
        "Checks.py",
    ],
)
def test_the_users_tests_cannot_be_overwritten(name: str) -> None:
    wanted = Wanted(names=frozenset({"add"}), protected=frozenset({"tests/test_add.py", "checks.py"}))
    cheat = f"**{name}**\n" + fenced("def check(x):\n    pass\n\n\ndef helper():\n    return 0\n")
    files = extract("**solution.py**\n" + fenced(ADD) + cheat, wanted).files
    assert [file.path for file in files] == ["solution.py"]
    assert "helper" not in files[0].content


def test_the_users_own_file_may_be_replaced() -> None:
    wanted = Wanted(names=frozenset({"add"}), files=frozenset({"app/maths.py"}))
    assert extract("**app/maths.py**\n" + fenced(ADD), wanted).files[0].path == "app/maths.py"


@pytest.mark.parametrize(
    ("answer", "keeps"),
    [
        ("```python\n" + ADD + "\n\ndef other(a):\n    return (a +", True),
        ("```python\ndef add(a, b):\n    return (a +", False),
        ("```python\n" + ADD, True),
        (ADD + "\n\ndef other(a):\n    x = 'abc", True),
    ],
)
def test_a_truncated_answer_keeps_what_is_complete(answer: str, keeps: bool) -> None:
    extraction = extract(answer, WANTED, finish_reason="length")
    assert extraction.truncated
    assert (extraction.found is Found.FILES) == keeps
    if keeps:
        assert ast.dump(ast.parse(only(extraction))) == ast.dump(ast.parse(ADD))
    else:
        assert "cut off" in extraction.reason


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot assist with malware.",
        "As an AI, I must not.",
        "I\u2019m sorry.",
    ],
)
def test_a_refusal_is_told_apart(answer: str) -> None:
    assert extract(answer, WANTED).found is Found.REFUSAL


def test_the_providers_refusal_counts_and_an_apology_with_code_does_not() -> None:
    assert extract(ADD, WANTED, finish_reason="refusal").found is Found.REFUSAL
    assert extract("I'm sorry for the delay.\n" + fenced(ADD), WANTED).found is Found.FILES


@pytest.mark.parametrize(
    "answer", ["", "   \n\t", "OK", "Sorry", "Note: this", "The answer is 42.", "```python\n```", "a, b"]
)
def test_prose_is_not_code(answer: str) -> None:
    assert extract(answer, WANTED).found is Found.NOTHING


def test_broken_code_in_a_block_is_a_candidate_so_that_its_error_can_be_fed_back() -> None:
    assert "def add(a, b)\n" in only(extract(fenced("def add(a, b)\n    return a + b\n"), WANTED))


def test_code_in_another_language_is_not_python() -> None:
    assert extract(fenced("function add(a, b) { return a + b; }\n", tag="js"), WANTED).found is Found.NOTHING


@pytest.mark.parametrize(
    "answer",
    [
        "    return sum(xs)\n",
        "return sum(xs)",
        "    t = 0\n    for x in xs:\n        t += x\n    return t\n\n\ndef other():\n    pass\n",
        "t = 0\n    for x in xs:\n        t += x\n    return t\n",
        fenced("    return sum(xs)\n"),
        fenced("return sum(xs)\n") + "That is all.",
        fenced("def total(xs: List[int]) -> int:\n    return sum(xs)\n"),
        STUB + "    return sum(xs)\n",
    ],
)
@pytest.mark.parametrize(
    "instruction",
    [
        STUB,
        "Complete this:\n" + fenced(STUB),
        STUB + "    pass\n",
        STUB.replace(DOC, "    import os\n" + DOC),
    ],
)
def test_a_body_completes_the_function_of_the_instruction(answer: str, instruction: str) -> None:
    wanted = wanted_from(CodingTask(instruction=instruction))
    assert wanted.stub == "total"
    scope: dict[str, object] = {}
    exec(only(extract(answer, wanted)), scope)  # our own text, not a model's
    assert scope["total"]([1, 2]) == 3  # type: ignore[operator]


def test_helpers_of_the_instruction_are_not_lost() -> None:
    given = "import math\n\n\ndef helper(x):\n    return math.floor(x)\n\n\n" + STUB
    wanted = wanted_from(CodingTask(instruction=given))
    code = only(extract(fenced("def total(xs):\n    return helper(sum(xs))\n"), wanted))
    assert code.index("import math") < code.index("def helper") < code.index("def total")


def test_solidity_is_found_in_blocks_and_prose_and_cut_where_unfinished() -> None:
    assert only(extract("Here:\n" + fenced(VAULT, tag="solidity"), SOLIDITY)) == VAULT
    assert only(extract("Here it is.\n" + VAULT + "\nThe contract Vault is safe.", SOLIDITY)) == VAULT
    cut = extract("```solidity\n" + VAULT + "contract Other {\n  function f() public {", SOLIDITY, "length")
    assert only(cut) == VAULT
    assert (
        extract("```solidity\ncontract Vault {\n  function f() {", SOLIDITY, "length").found is Found.NOTHING
    )
    assert extract(fenced(ADD), SOLIDITY).found is Found.NOTHING
    two = extract(fenced(VAULT) + fenced(VAULT.replace("Vault", "Bank")), SOLIDITY)
    assert only(two).count("SPDX") == 1
    tested = extract(fenced(VAULT) + fenced(VAULT.replace("Vault", "VaultTest")), SOLIDITY)
    assert "VaultTest" not in only(tested)


@pytest.mark.parametrize(
    ("tests", "entry", "names", "path"),
    [
        ("assert add(1, 2) == 3\n", None, {"add"}, "solution.py"),
        (
            "from maths.basic import add\n\n\ndef test_a():\n    assert add(1, 2) == 3\n",
            None,
            {"add"},
            "maths/basic.py",
        ),
        ("import pytest, os\nfrom solution import add\n", None, {"add"}, "solution.py"),
        ("def check(candidate):\n    assert candidate(1) == 1\n", "f", {"f"}, "solution.py"),
        ("this is not python (", None, set(), "solution.py"),
    ],
)
def test_the_tests_say_what_is_wanted(tests: str, entry: str | None, names: set[str], path: str) -> None:
    suite = TestSuite(files=(SourceFile(path="tests/test_x.py", content=tests),), entry_point=entry)
    wanted = wanted_from(CodingTask(instruction="Add.", tests=suite))
    assert (wanted.names, wanted.path) == (names, path)
    assert wanted.protected == {"tests/test_x.py"}
