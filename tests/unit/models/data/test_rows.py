"""Rows of files: what cannot be read is counted, what a recipe names wrongly is said beforehand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from models.data.document import Document
from models.data.reading import rows
from models.data.reading.rows import check_rows, read_rows
from models.data.reading.unread import Part, Unread
from models.data.sources import RowsSource
from verifiers.errors import InvalidInput


def source(path: Path, **settings: Any) -> RowsSource:
    return RowsSource.model_validate({"name": "r", "path": path, **settings})


def read(path: Path, **settings: Any) -> list[Document | Unread]:
    return list(read_rows(source(path, **settings), Part(0, 1)))


def test_columns_become_a_document(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = {
        "code": "x = 1",
        "ask": "Set x.",
        "meta": {"repo": "a/b", "licenses": ["MIT", "ISC"]},
        "lang": "Python",
        "n": 7,
        "tests": ["assert x", "assert x == 1"],
    }
    path.write_text(json.dumps(row) + "\n")
    columns = {
        "text": "code",
        "prompt": "ask",
        "repository": "meta.repo",
        "license": "meta.licenses",
        "language": "lang",
        "id": "n",
        "tests": "tests",
    }
    (document,) = read(path, columns=columns, method="task")
    assert document == Document(
        id="r/7",
        text="x = 1",
        source="r",
        repository="a/b",
        license="MIT AND ISC",
        language="python",
        prompt="Set x.",
        method="task",
        metadata={"encoding": "utf-8", "tests": "assert x\nassert x == 1"},
    )


def test_bad_rows_are_counted_and_do_not_end_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_MAX_LINE", 100)
    lines = [
        '{"text": "good"}',
        "{",
        "[1]",
        '{"text": 3}',
        '{"text": "  "}',
        '{"text": "\\ud800"}',
        "",
        '{"text": "' + "x" * 200 + '"}',
        "\xff\xfe",
        "[" * 90,
        '{"text": "last"}',
    ]
    path = tmp_path / "rows.jsonl"
    path.write_bytes("\n".join(lines).encode("latin-1"))
    found = read(path)
    assert [item.text for item in found if isinstance(item, Document)] == ["good", "last"]
    assert [item.reason for item in found if isinstance(item, Unread)] == [
        "no JSON",
        "no JSON object",
        "no text",
        "no text",
        "no valid Unicode",
        "row too long",
        "no JSON",
        "no JSON",
    ]


def test_deep_nesting_does_not_end_anything(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": ' + "[" * 100_000 + "\n" + '{"text": "b"}\n')
    assert [item.text for item in read(path) if isinstance(item, Document)] == ["b"]


def test_damaged_gzip_gives_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    whole = gzip.compress(b'{"text": "a"}\n' * 3)
    path.write_bytes(whole + b"\x1f\x8b garbage")
    found = read(path)
    assert len([item for item in found if isinstance(item, Document)]) == 3
    assert found[-1] == Unread("damaged file")


def test_parts_of_few_files_share_rows_and_of_many_share_files(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.jsonl").write_text("".join(f'{{"text": "{name}{i}"}}\n' for i in range(3)))

    def texts(of: int) -> list[list[str]]:
        parts = [read_rows(source(tmp_path), Part(rank, of)) for rank in range(of)]
        return [[item.text for item in part if isinstance(item, Document)] for part in parts]

    assert texts(2) == [["a0", "a1", "a2", "c0", "c1", "c2"], ["b0", "b1", "b2"]]
    assert texts(4) == [["a0", "b1", "c2"], ["a1", "b2"], ["a2", "c0"], ["b0", "c1"]]


def test_a_limit_counts_over_all_files(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text('{"text": "x"}\n' * 3)
    parts = [list(read_rows(source(tmp_path, limit=4), Part(rank, 2))) for rank in range(2)]
    assert [len(part) for part in parts] == [2, 2]


def test_ids_name_file_and_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "x"}\n{"text": "y"}\n')
    assert [item.id for item in read(path) if isinstance(item, Document)] == [
        "r/rows.jsonl:1",
        "r/rows.jsonl:2",
    ]


@pytest.mark.parametrize(
    ("content", "settings", "said"),
    [
        ('{"code": "x"}\n', {}, r"sources\.r\.columns\.text: no row has a column 'text'.*There are: code"),
        (
            '{"text": "x"}\n',
            {"columns": {"license": "spdx"}},
            r"columns\.license: no row has a column 'spdx'",
        ),
        ("", {}, r"sources\.r: holds no rows"),
        ("not json\n", {}, r"sources\.r: holds no rows"),
    ],
)
def test_a_wrong_column_is_said_beforehand(
    tmp_path: Path, content: str, settings: dict[str, Any], said: str
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content)
    with pytest.raises(InvalidInput, match=said):
        check_rows(source(path, **settings))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"sources\.r\.path: .*none\.jsonl is not there"):
        check_rows(source(tmp_path / "none.jsonl"))
    (tmp_path / "data.csv").write_text("a,b")
    with pytest.raises(InvalidInput, match="no JSONL or Parquet"):
        check_rows(source(tmp_path / "data.csv"))


def test_files_of_one_name_do_not_share_ids(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.jsonl").write_text('{"text": "x"}\n')
    ids = [item.id for item in read(tmp_path) if isinstance(item, Document)]
    assert ids == ["r/a/train.jsonl:1", "r/b/train.jsonl:1"]


def test_of_several_licences_all_have_to_be_met(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    lists = [["MIT"], ["MIT OR ISC", "GPL-3.0-only"], [], "MIT"]
    path.write_text("".join(json.dumps({"text": "x", "spdx": each}) + "\n" for each in lists))
    found = [item.license for item in read(path, columns={"license": "spdx"}) if isinstance(item, Document)]
    assert found == ["MIT", "(MIT OR ISC) AND GPL-3.0-only", "", "MIT"]
