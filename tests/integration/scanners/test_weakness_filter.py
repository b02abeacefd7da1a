"""The data step ``weaknesses`` with the real scanners: many files, one of them hostile, in one run each."""

from __future__ import annotations

from models.data.document import Document
from models.data.filters.weaknesses import WeaknessFilter
from models.data.step import Dropped, Kept
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.bandit import BanditVerifier
from verifiers.scanners.semgrep import SemgrepVerifier

CLEAN = "def add(a, b):\n    return a + b\n"
WEAK = "import subprocess\n\n\ndef run(order):\n    return subprocess.call(order, shell=True)\n"


def _document(number: int, text: str, language: str = "python") -> Document:
    return Document(id=str(number), text=text, source="s", path=f"{number}.py", language=language)


def test_weak_files_are_told_from_clean_ones_in_one_batch(sandbox: Sandbox) -> None:
    documents = [_document(number, WEAK if number % 10 == 3 else CLEAN) for number in range(20)]
    documents.append(_document(20, "def broken(:\n"))
    documents.append(_document(21, "eval(location.hash.slice(1));\n", "javascript"))
    scanners = (SemgrepVerifier(sandbox), BanditVerifier(sandbox))
    done = WeaknessFilter().judged(documents, scanners)
    weak = [number for number, result in enumerate(done) if result == Dropped("weakness")]
    assert weak == [3, 13, 21]
    assert done[20] == Dropped("not scanned")
    assert sum(isinstance(result, Kept) for result in done) == 18


def test_what_not_to_write_is_marked_by_its_weakness(sandbox: Sandbox) -> None:
    (done,) = WeaknessFilter(found="mark").judged([_document(0, WEAK)], (SemgrepVerifier(sandbox),))
    assert isinstance(done, Kept)
    assert done.documents[0].metadata["weaknesses"] == ["CWE-78"]
