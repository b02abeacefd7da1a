"""What a contract imports is found in its own files and in the pinned packages, and nowhere else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from verifiers.domain import Candidate, CodingTask, Language, SourceFile
from verifiers.errors import ToolMissing
from verifiers.solidity.compiling.imports import absolute, find_imports, parse_remappings, remap
from verifiers.solidity.compiling.packages import Packages
from verifiers.solidity.compiling.project import Project, project_of
from verifiers.solidity.compiling.resolution import Resolution, resolve
from verifiers.solidity.compiling.source_checks import foreign, hidden

INSTALLED = ("0.4.26", "0.5.17", "0.8.17", "0.8.24")
HEAD = "pragma solidity ^0.8.20;\n"
TOKEN = "@openzeppelin/contracts/token/ERC20/ERC20.sol"


@pytest.fixture
def packages(tmp_path: Path) -> Packages:
    for folder, version in (("@openzeppelin/contracts", "5.4.0"), ("openzeppelin-4", "4.9.6")):
        below = tmp_path / "packages" / folder
        (below / "token/ERC20").mkdir(parents=True)
        (below / "package.json").write_text(f'{{"name": "@openzeppelin/contracts", "version": "{version}"}}')
        pragma = "^0.8.20" if version[0] == "5" else "^0.8.0"
        (below / "token/ERC20/IERC20.sol").write_text(f"pragma solidity {pragma};\ninterface IERC20 {{}}\n")
        (below / "token/ERC20/ERC20.sol").write_text(
            f'pragma solidity {pragma};\nimport "./IERC20.sol";\ncontract ERC20 is IERC20 {{}}\n'
        )
    (tmp_path / "secret.sol").write_text("contract Secret {}")
    (tmp_path / "packages/@openzeppelin/contracts/link.sol").symlink_to(tmp_path / "secret.sol")
    return Packages(folder=tmp_path / "packages")


def resolved(packages: Packages, text: str, **files: str) -> Resolution:
    sources = {"A.sol": text, **{f"{name}.sol": content for name, content in files.items()}}
    return resolve(Project(sources=sources), INSTALLED, packages)


def test_imports_are_found_and_look_alikes_are_not() -> None:
    text = (
        "// import 'a.sol';\n/* import 'b.sol'; */\nstring constant S = \"import 'c.sol';\";\n"
        'import "d.sol";\nimport {X as Y} from \'./e.sol\';\nimport * as Z\n  from "f.sol";\n'
    )
    assert [(found.target, found.line) for found in find_imports("A.sol", text)] == [
        ("d.sol", 4),
        ("./e.sol", 5),
        ("f.sol", 7),
    ]


def test_endless_text_takes_linear_time() -> None:
    for piece in ("import ", 'import "', "/*", "'", "import 'a';"):
        begin = time.process_time()
        assert len(find_imports("A.sol", piece * 100_000)) <= 2000
        assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("target", "importer", "name"),
    [
        ("./b.sol", "a.sol", "b.sol"),
        ("../b.sol", "src/x/a.sol", "src/b.sol"),
        ("../b.sol", "a.sol", None),
        ("./x/../../../b.sol", "src/a.sol", None),
        ("b.sol", "src/a.sol", "b.sol"),
    ],
)
def test_relative_names(target: str, importer: str, name: str | None) -> None:
    assert absolute(target, importer) == name


def test_the_longest_remapping_wins() -> None:
    entries = parse_remappings(["a/=one/", "a/b/=two/", "src:a/=three/", "nonsense", "=x"])
    assert remap("a/c.sol", "A.sol", entries) == "one/c.sol"
    assert remap("a/b/c.sol", "A.sol", entries) == "two/c.sol"
    assert remap("a/b/c.sol", "src/A.sol", entries) == "three/b/c.sol"


def test_a_package_is_found_with_all_that_it_needs(packages: Packages) -> None:
    (option,) = resolved(packages, f'{HEAD}import "{TOKEN}";\ncontract A is ERC20 {{}}\n').options[:1]
    assert set(option.project.libraries) == {TOKEN, TOKEN.replace("ERC20.sol", "IERC20.sol")}
    assert option.packages == ("@openzeppelin/contracts 5.4.0",)
    assert option.version == "0.8.24"
    assert set(option.project.sources) == {"A.sol"}


def test_who_pins_an_old_compiler_gets_the_release_for_it(packages: Packages) -> None:
    text = f'pragma solidity 0.8.17;\nimport "{TOKEN}";\ncontract A is ERC20 {{}}\n'
    (option,) = resolved(packages, text).options
    assert option.packages == ("@openzeppelin/contracts 4.9.6",)
    assert option.version == "0.8.17"


@pytest.mark.parametrize(
    "name",
    [
        "lib/openzeppelin-contracts/contracts/token/ERC20/ERC20.sol",
        "openzeppelin-contracts/contracts/token/ERC20/ERC20.sol",
        "node_modules/@openzeppelin/contracts/token/ERC20/ERC20.sol",
    ],
)
def test_the_names_that_other_tools_use_mean_the_same_file(packages: Packages, name: str) -> None:
    option = resolved(packages, f'{HEAD}import "{name}";\ncontract A is ERC20 {{}}\n').options[0]
    assert TOKEN in option.project.libraries
    assert remap(name, "A.sol", parse_remappings(option.project.remappings)) == TOKEN


@pytest.mark.parametrize(
    "target",
    [
        "/etc/passwd",
        "../../../../etc/passwd",
        "file:///etc/passwd",
        "C:/windows/x.sol",
        "@openzeppelin/contracts/../../secret.sol",
        "@openzeppelin/contracts/link.sol",
        "@openzeppelin/contracts//etc/passwd",
        "https://example.org/A.sol",
        "\\etc\\passwd",
    ],
)
def test_nothing_else_is_read(packages: Packages, target: str) -> None:
    made = resolved(packages, f'{HEAD}import "{target}";\ncontract A {{}}\n')
    assert made.options == ()
    (finding,) = made.findings
    assert finding.location is not None
    assert finding.location.line == 2
    assert "Secret" not in str(made)
    assert "root:" not in str(made)


def test_a_missing_file_names_the_nearest(packages: Packages) -> None:
    wrong = TOKEN.replace("token/ERC20/ERC20", "token/ERC20")
    (finding,) = resolved(packages, f'{HEAD}import "{wrong}";\ncontract A {{}}\n').findings
    assert TOKEN in (finding.fix or "")
    (finding,) = resolved(packages, f'{HEAD}import "./Tokn.sol";\ncontract A {{}}\n', Token=HEAD).findings
    assert "Token.sol" in (finding.fix or "")


def test_circles_end(packages: Packages) -> None:
    made = resolved(
        packages,
        f'{HEAD}import "./B.sol";\ncontract A {{}}\n',
        B=f'{HEAD}import "./A.sol";\ncontract B {{}}\n',
    )
    assert len(made.options) == 1


def test_a_task_s_library_is_trusted_and_a_candidate_s_is_judged() -> None:
    given = SourceFile(path="lib/x/X.sol", content="contract X {}")
    task = CodingTask(language=Language.SOLIDITY, instruction="x", files=(given,))
    own = Candidate(files=(SourceFile(path="lib/y/Y.sol", content="contract Y {}"),))
    project = project_of(task, own)
    assert set(project.libraries) == {"lib/x/X.sol"}
    assert set(project.sources) == {"lib/y/Y.sol"}


def test_packages_that_are_not_installed_are_a_missing_tool(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="packages"):
        resolved(Packages(folder=tmp_path), f'{HEAD}import "{TOKEN}";\ncontract A {{}}\n')


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        ("A.vy", "# @version 0.3.7\n@external\ndef f(): pass\n", "solidity.vyper"),
        ("A.sol", "# @version 0.3.7\n@external\ndef f(): pass\n", "solidity.vyper"),
        ("A.sol", "0x6080604052348015600f57600080fd5b50", "solidity.bytecode"),
        ("A.bin", "6080604052348015600f57600080fd5b50", "solidity.bytecode"),
    ],
)
def test_what_is_no_solidity_is_called_what_it_is(path: str, text: str, rule: str) -> None:
    task = CodingTask(language=Language.SOLIDITY, instruction="x")
    finding = foreign(project_of(task, Candidate(files=(SourceFile(path=path, content=text),))))
    assert finding is not None
    assert finding.rule == rule


def test_text_that_is_shown_in_another_order_is_a_finding() -> None:
    (finding,) = hidden({"A.sol": "contract A {}\n// \u202e}\n"})
    assert (finding.swc, finding.location and finding.location.line) == ("SWC-130", 2)
