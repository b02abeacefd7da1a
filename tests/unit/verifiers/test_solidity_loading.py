"""A project on a disk becomes what is judged, what is trusted and what is run as a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifiers.errors import InvalidInput
from verifiers.solidity.compiling.loading import Loaded, load_project

HEAD = "pragma solidity ^0.8.0;\n"


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def paths(loaded: Loaded) -> tuple[list[str], list[str], list[str]]:
    return (
        [file.path for file in loaded.files],
        [file.path for file in loaded.tests],
        [file.path for file in loaded.libraries],
    )


def test_a_file_comes_with_what_it_imports_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "A.sol", f'{HEAD}import "./b/B.sol";\nimport "@openzeppelin/contracts/x.sol";\n')
    write(tmp_path, "b/B.sol", f'{HEAD}import "../C.sol";\n')
    write(tmp_path, "C.sol", HEAD)
    write(tmp_path, "Other.sol", HEAD)
    loaded = load_project(tmp_path / "A.sol")
    assert loaded.kind == "file"
    assert paths(loaded) == (["A.sol", "b/B.sol", "C.sol"], [], [])


def test_a_file_reads_nothing_above_its_folder(tmp_path: Path) -> None:
    write(tmp_path, "secret.sol", "contract Secret {}")
    write(tmp_path, "p/A.sol", f'{HEAD}import "../secret.sol";\nimport "/etc/passwd";\n')
    assert paths(load_project(tmp_path / "p/A.sol"))[0] == ["A.sol"]


def test_a_plain_folder_is_judged_whole(tmp_path: Path) -> None:
    write(tmp_path, "A.sol", HEAD)
    write(tmp_path, "x/B.sol", HEAD)
    write(tmp_path, "test/A.t.sol", HEAD)
    write(tmp_path, "node_modules/z/Z.sol", HEAD)
    write(tmp_path, "out/A.sol", HEAD)
    write(tmp_path, ".git/A.sol", HEAD)
    loaded = load_project(tmp_path)
    assert loaded.kind == "folder"
    assert paths(loaded) == (["A.sol", "x/B.sol"], ["test/A.t.sol"], [])


def test_a_foundry_project_has_sources_tests_and_libraries(tmp_path: Path) -> None:
    write(
        tmp_path,
        "foundry.toml",
        '[profile.default]\nsrc = "contracts"\nremappings = ["solady/=lib/solady/src/"]\n',
    )
    write(tmp_path, "remappings.txt", "oz/=lib/oz/\n")
    write(tmp_path, "contracts/A.sol", f'{HEAD}import "oz/X.sol";\nimport "solady/Y.sol";\n')
    write(tmp_path, "lib/oz/X.sol", f'{HEAD}import "./Z.sol";\n')
    write(tmp_path, "lib/oz/Z.sol", HEAD)
    write(tmp_path, "lib/oz/Unused.sol", HEAD)
    write(tmp_path, "lib/solady/src/Y.sol", HEAD)
    write(tmp_path, "test/A.t.sol", HEAD)
    write(tmp_path, "test/Helper.sol", HEAD)
    write(tmp_path, "script/Deploy.s.sol", HEAD)
    write(tmp_path, "elsewhere/E.sol", HEAD)
    loaded = load_project(tmp_path)
    assert loaded.kind == "foundry"
    files, tests, libraries = paths(loaded)
    assert files == ["contracts/A.sol"]
    assert tests == ["test/A.t.sol", "test/Helper.sol"]
    assert sorted(libraries) == ["lib/oz/X.sol", "lib/oz/Z.sol", "lib/solady/src/Y.sol"]
    assert loaded.remappings == ("solady/=lib/solady/src/", "oz/=lib/oz/")
    assert loaded.notes == ("elsewhere/E.sol lies outside contracts/ and is not judged.",)
    assert loaded.context[-1].path == "remappings.txt"


def test_a_hardhat_project_imports_from_node_modules(tmp_path: Path) -> None:
    write(tmp_path, "hardhat.config.ts", "")
    write(tmp_path, "contracts/A.sol", f'{HEAD}import "@openzeppelin/contracts/X.sol";\n')
    write(tmp_path, "node_modules/@openzeppelin/contracts/X.sol", HEAD)
    write(tmp_path, "node_modules/@openzeppelin/contracts/Y.sol", HEAD)
    loaded = load_project(tmp_path)
    assert loaded.kind == "hardhat"
    assert paths(loaded) == (["contracts/A.sol"], [], ["node_modules/@openzeppelin/contracts/X.sol"])


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "secret/S.sol", "contract Secret {}")
    write(tmp_path, "p/A.sol", f'{HEAD}import "./L.sol";\n')
    (tmp_path / "p/L.sol").symlink_to(tmp_path / "secret/S.sol")
    (tmp_path / "p/folder").symlink_to(tmp_path / "secret")
    for path in (tmp_path / "p", tmp_path / "p/A.sol"):
        assert "Secret" not in str(load_project(path))


@pytest.mark.parametrize(
    ("files", "target", "said"),
    [
        ({}, ".", "no Solidity"),
        ({"a.txt": "x"}, "a.txt", "neither a .sol file nor a folder"),
        ({}, "none.sol", "not a file"),
        ({"foundry.toml": "[", "src/A.sol": HEAD}, ".", "is not TOML"),
        ({"foundry.toml": "", "contracts/A.sol": HEAD}, ".", "a foundry project: src/"),
        ({"A.sol": "x" * 1_000_001}, ".", "larger than 1,000,000"),
        ({f"A{number}.sol": HEAD for number in range(201)}, ".", "more than 200"),
    ],
)
def test_what_cannot_be_loaded_is_said(tmp_path: Path, files: dict[str, str], target: str, said: str) -> None:
    for path, text in files.items():
        write(tmp_path, path, text)
    with pytest.raises(InvalidInput, match=said):
        load_project(tmp_path / target)


def test_binary_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "A.sol").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="not UTF-8"):
        load_project(tmp_path)
