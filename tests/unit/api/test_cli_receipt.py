"""``acrisol receipt --code``: exactly the accepted code, every file in its place and nothing besides."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Outcome,
    OutcomeStatus,
    SourceFile,
    Status,
    Verdict,
)
from verifiers.receipt import AUDIT_FORMAT, Signer
from verifiers.values import digest

GOOD = {"solution.py": "from constants import N\n", "pkg/constants.py": "N = 1\n"}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode())
    return folder


def receipt_for(tmp_path: Path, files: dict[str, str]) -> Path:
    code = Candidate(files=tuple(SourceFile(path=path, content=text) for path, text in files.items()))
    passed = Verdict(verifier="tests", status=Status.PASSED, summary="1 passed")
    attempt = Attempt(number=1, candidate=code, verdicts=(passed,))
    outcome = Outcome(status=OutcomeStatus.SOLVED, reason="ok", solution=attempt, attempts=(attempt,))
    receipt = Signer.from_file(tmp_path / "key.pem").sign(CodingTask(instruction="x"), outcome, "0.1")
    path = tmp_path / "receipt.json"
    path.write_text(receipt.model_dump_json())
    return path


def audit_receipt(tmp_path: Path) -> Path:
    def digests(**files: str) -> dict[str, str]:
        return {path.replace("_", "/", 1) + ".sol": digest(text) for path, text in files.items()}

    statement = {
        "format": AUDIT_FORMAT,
        "verdict": "passed",
        "audited": {"digest": "", "files": digests(src_Till="till", src_Owner="owner")},
        "tests": digests(test_Till="test"),
        "libraries": digests(lib_Base="base"),
    }
    path = tmp_path / "audit.json"
    path.write_text(Signer.from_file(tmp_path / "key.pem").seal(statement).model_dump_json())
    return path


def check(receipt: Path, code: Path) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["receipt", str(receipt), "--code", str(code)], catch_exceptions=False)
    return answer.exit_code, " ".join(answer.output.split())


def test_the_accepted_folder_is_exactly_this_code(tmp_path: Path) -> None:
    code, said = check(receipt_for(tmp_path, GOOD), write(tmp_path / "code", GOOD))
    assert code == 0, said
    assert "about exactly this code" in said


def test_files_that_exchanged_their_contents_are_other_code(tmp_path: Path) -> None:
    swapped = dict(zip(GOOD, reversed(GOOD.values()), strict=True))
    code, said = check(receipt_for(tmp_path, GOOD), write(tmp_path / "code", swapped))
    assert code == 2, said
    assert "exactly this code" not in said
    assert "solution.py is other code" in said


@pytest.mark.parametrize(
    "extra",
    [
        "solution/__init__.pyc",
        "__pycache__/solution.cpython-311.pyc",
        ".hidden",
        ".git/hooks/post-checkout",
        "solution.so",
        "README.md",
        "with\x1b[31mcolour.txt",
    ],
)
def test_a_file_besides_is_named(tmp_path: Path, extra: str) -> None:
    receipt, folder = receipt_for(tmp_path, GOOD), write(tmp_path / "code", GOOD | {extra: "\x00\x01"})
    code, said = check(receipt, folder)
    assert code == 2, said
    assert "exactly this code" not in said
    assert "\x1b" not in said
    assert ("colour.txt" if "\x1b" in extra else f"{extra} is not covered") in said


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    receipt, folder = receipt_for(tmp_path, GOOD), write(tmp_path / "code", GOOD)
    (folder / "pkg/constants.py").unlink()
    code, said = check(receipt, folder)
    assert code == 2
    assert "pkg/constants.py is missing" in said
    code, said = check(receipt, folder / "solution.py")
    assert code == 2
    assert "pkg/constants.py is missing" in said


def _file_link(folder: Path, away: Path) -> None:
    (folder / "solution.py").rename(away)
    (folder / "solution.py").symlink_to(away)


def _folder_link(folder: Path, away: Path) -> None:
    (folder / "pkg").rename(away)
    (folder / "pkg").symlink_to(away)


def _pipe(folder: Path, away: Path) -> None:
    (folder / "solution.py").unlink()
    os.mkfifo(folder / "solution.py")


@pytest.mark.parametrize("change", [_file_link, _folder_link, _pipe])
def test_links_and_pipes_are_no_code_that_a_receipt_vouches_for(
    tmp_path: Path, change: Callable[[Path, Path], None]
) -> None:
    receipt, folder = receipt_for(tmp_path, GOOD), write(tmp_path / "code", GOOD)
    change(folder, tmp_path / "away")
    code, said = check(receipt, folder)
    assert code == 2, said
    assert "not the code" in said


def test_a_single_file_may_be_called_otherwise_but_not_in_a_folder(tmp_path: Path) -> None:
    receipt = receipt_for(tmp_path, {"solution.py": "x = 1\n"})
    folder = write(tmp_path / "code", {"sitecustomize.py": "x = 1\n"})
    assert check(receipt, folder / "sitecustomize.py")[0] == 0
    code, said = check(receipt, folder)
    assert code == 2
    assert "sitecustomize.py is not covered" in said


def test_a_byte_order_mark_changes_no_code(tmp_path: Path) -> None:
    receipt = receipt_for(tmp_path, {"solution.py": "x = 1\n"})
    assert check(receipt, write(tmp_path / "code", {"solution.py": "\ufeffx = 1\n"}))[0] == 0
    assert check(receipt, write(tmp_path / "code", {"solution.py": "x = 1\r\n"}))[0] == 2


def test_an_audit_vouches_for_what_it_judged_in_the_project_or_its_sources(tmp_path: Path) -> None:
    receipt = audit_receipt(tmp_path)
    till = write(tmp_path / "till", {"src/Till.sol": "till", "src/Owner.sol": "owner"})
    assert check(receipt, till)[0] == 0
    assert check(receipt, till / "src")[0] == 0
    write(till, {"test/Till.sol": "test", "lib/Base.sol": "base"})
    assert check(receipt, till)[0] == 0
    write(till, {"lib/Base.sol": "other"})
    assert "lib/Base.sol is other code" in check(receipt, till)[1]
    write(till, {"lib/Base.sol": "base", "foundry.toml": ""})
    assert "foundry.toml is not covered" in check(receipt, till)[1]
    write(till, {"src/Till.sol": "owner", "src/Owner.sol": "till"})
    code, said = check(receipt, till / "src")
    assert code == 2
    assert "src/Owner.sol is other code" in said
