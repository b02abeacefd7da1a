"""What a shard's documents become: rows by split, and marked code apart from what is to be learnt."""

from __future__ import annotations

import json
from pathlib import Path

from models.data.counting import read_flow
from models.data.document import Document
from models.data.engine.publishing import WriteRows
from models.data.recipe import Output, Split


def written(folder: Path, *documents: Document, code: bool = True) -> dict[str, list[dict[str, object]]]:
    """The rows by the name of their file."""
    write = WriteRows(
        folder=folder / "rows",
        flow=folder / "flow",
        split=Split(validation=0, test=0),
        output=Output(prompts="plain", code=code),
        seed=0,
        frames={},
    )
    write(documents, 0, 1)
    files = sorted((folder / "rows").glob("*/00000.jsonl"))
    rows = {file.parent.name: [json.loads(line) for line in file.read_text().splitlines()] for file in files}
    return {name: lines for name, lines in rows.items() if lines}


CODE = Document(id="s/a", text="x = 1", source="s", language="python")
TASK = CODE.model_copy(
    update={"id": "s/b", "prompt": "Set x.", "method": "task", "metadata": {"tests": "assert x == 1"}}
)


def test_code_answers_and_problems_have_files_of_their_own(tmp_path: Path) -> None:
    rows = written(tmp_path, CODE, TASK)
    assert rows.keys() == {"train", "train.text", "train.problems"}
    assert rows["train.problems"][0]["origin"] == "s/b"
    flow = read_flow(tmp_path / "flow")
    assert (flow.documents_in, flow.documents_out, flow.counts) == (2, 2, {"train": 2, "with tests": 1})
    rest = written(tmp_path / "rest", CODE, TASK, code=False)
    assert "train.text" not in rest
    assert read_flow(tmp_path / "rest" / "flow").dropped == {"without a prompt": 1}


def test_code_that_is_marked_as_weak_is_not_among_what_is_to_be_learnt(tmp_path: Path) -> None:
    weak = [
        each.model_copy(update={"metadata": each.metadata | {"weaknesses": ["CWE-78"]}})
        for each in (CODE, TASK)
    ]
    rows = written(tmp_path, *weak)
    assert rows.keys() == {"train.weak"}
    assert [row["origin"]["weaknesses"] for row in rows["train.weak"]] == [["CWE-78"]] * 2  # type: ignore[index]
