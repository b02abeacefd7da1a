"""Code of the languages that are not parsed, found in what models answer."""

from __future__ import annotations

import time

import pytest

from agent.extraction.extract import Found, extract
from agent.extraction.shapes import SHAPES
from agent.extraction.wanted import DEFAULT_PATHS, Wanted, wanted_from
from verifiers.domain import CodingTask, Language, SourceFile, TestSuite

CODE = {
    Language.JAVASCRIPT: "function add(a, b) {\n  return a + b; // }\n}\n\nmodule.exports = { add };\n",
    Language.TYPESCRIPT: "export function add(a: number, b: number): number {\n  return a + b;\n}\n",
    Language.JAVA: "import java.util.*;\n\nclass Solution {\n    int add(int a) { return a; }\n}\n",
    Language.GO: 'package main\n\nimport "fmt"\n\nfunc Add(a, b int) int {\n\treturn a + b\n}\n',
    Language.RUST: "pub fn first<'a>(a: &'a str) -> &'a str {\n    a // '{'\n}\n",
    Language.C: '#include <stdio.h>\nint add(int a, int b)\n{\n    return a + b; /* "{" */\n}\n',
    Language.CPP: "#include <vector>\nusing namespace std;\nint add(vector<int> a) {\n    return a[0];\n}\n",
    Language.BASH: '#!/usr/bin/env bash\nset -eu\nadd() {\n  echo "$(($1 + $2))"  # }\n}\n',
}


def _wanted(language: Language) -> Wanted:
    return Wanted(language=language, path=DEFAULT_PATHS[language])


@pytest.mark.parametrize("language", CODE)
def test_every_language_has_a_shape(language: Language) -> None:
    assert language in SHAPES


@pytest.mark.parametrize(("language", "code"), CODE.items())
def test_a_fenced_block_is_the_file(language: Language, code: str) -> None:
    answer = f"Here is the code:\n\n```{language.value}\n{code}```\nIt adds two numbers."
    found = extract(answer, _wanted(language))
    assert [(file.path, file.content) for file in found.files] == [(DEFAULT_PATHS[language], code)]


@pytest.mark.parametrize(("language", "code"), CODE.items())
def test_code_without_a_fence_is_found_in_prose(language: Language, code: str) -> None:
    found = extract(f"Sure. This should work:\n\n{code}", _wanted(language))
    assert found.found is Found.FILES
    assert found.files[0].content.strip() == code.strip()


@pytest.mark.parametrize(("language", "code"), CODE.items())
def test_how_to_run_it_is_not_part_of_it(language: Language, code: str) -> None:
    if language is Language.BASH:
        pytest.skip("a shell block is the code")
    answer = f"```{language.value}\n{code}```\nRun it:\n```bash\nmake && ./run\n```\n"
    assert [file.content for file in extract(answer, _wanted(language)).files] == [code]


def test_tests_beside_the_code_are_left_out() -> None:
    code = CODE[Language.JAVA]
    test = "class SolutionTest {\n    @Test void adds() { }\n}\n"
    answer = f"```java\n{code}```\nAnd the tests:\n```java\n{test}```"
    assert [file.content for file in extract(answer, _wanted(Language.JAVA)).files] == [code]


def test_imports_of_their_own_block_are_kept() -> None:
    answer = (
        "```cpp\n#include <string>\n```\nThen:\n```cpp\nint size(std::string s) {\n  return s.size();\n}\n```"
    )
    (file,) = extract(answer, _wanted(Language.CPP)).files
    assert file.content.startswith("#include <string>\n")
    assert "int size" in file.content


def test_a_later_version_replaces_an_earlier_one() -> None:
    answer = "```go\nfunc Add() int {\n return 1\n}\n```\nFixed:\n```go\nfunc Add() int {\n return 2\n}\n```"
    (file,) = extract(answer, _wanted(Language.GO)).files
    assert "return 2" in file.content
    assert "return 1" not in file.content


def test_an_unfinished_end_is_cut_off() -> None:
    answer = "```rust\nfn a() -> i32 {\n    1\n}\n\nfn b() -> i32 {\n    if true {"
    found = extract(answer, _wanted(Language.RUST), finish_reason="length")
    assert found.truncated
    assert found.files[0].content == "fn a() -> i32 {\n    1\n}\n"


def test_several_files_keep_their_names() -> None:
    header = "```c\n// stack.h\nstruct stack { int n; };\n```\n"
    answer = header + "```c\n// stack.c\nint size(void) {\n  return 0;\n}\n```"
    found = extract(answer, _wanted(Language.C))
    assert {file.path for file in found.files} == {"stack.h", "stack.c"}


@pytest.mark.parametrize(
    ("language", "test", "path"),
    [
        (Language.JAVASCRIPT, "const { add } = require('./adder');", "adder.js"),
        (Language.TYPESCRIPT, "import { add } from './adder';", "adder.ts"),
        (Language.C, '#include "adder.c"\n', "adder.c"),
        (Language.BASH, "source ./adder.sh\n", "adder.sh"),
    ],
)
def test_the_file_is_called_as_the_tests_call_it(language: Language, test: str, path: str) -> None:
    suite = TestSuite(files=(SourceFile(path="tests/x", content=test),))
    task = CodingTask(language=language, instruction="Add.", tests=suite)
    assert wanted_from(task).path == path


@pytest.mark.parametrize("language", CODE)
@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "{",
        "'",
        '"',
        "`",
        "/*",
        "a(",
        ") ",
        "#",
        "\n",
        "int a(",
        "function a",
        'R"(',
        "\\",
        "fn a<'",
        "$((",
    ],
)
def test_hostile_answers_take_linear_time(language: Language, piece: str) -> None:
    start = time.process_time()
    extract(piece * (60_000 // len(piece)), _wanted(language))
    extract(f"```{language.value}\n{piece * (60_000 // len(piece))}", _wanted(language), "length")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("imports", "path"),
    [
        ('import {Vault} from "../src/Vault.sol";', "src/Vault.sol"),
        ('import "./Vault.sol";', "Vault.sol"),
        ("import {Vault} from 'Vault.sol';", "Vault.sol"),
        ('import "forge-std/Test.sol"; import "@openzeppelin/contracts/Vault.sol";', "Contract.sol"),
        ('import "../src/Vault.sol"; import "../src/IVault.sol"; contract T { Vault v = new Vault(); }',
         "src/Vault.sol"),
        ('import "../src/A.sol"; import "../src/B.sol";', "Contract.sol"),
        ('import "../src/../../../etc/Vault.sol";', "etc/Vault.sol"),
        ('import "../sr c/Vault.sol";', "Contract.sol"),
        (f'import "../{"a" * 300}.sol";', "Contract.sol"),
    ],
)  # fmt: skip
def test_solidity_code_goes_where_the_tests_import_it_from(imports: str, path: str) -> None:
    suite = TestSuite(files=(SourceFile(path="Vault.t.sol", content=imports),))
    task = CodingTask(language=Language.SOLIDITY, instruction="A vault.", tests=suite)
    assert wanted_from(task).path == path
