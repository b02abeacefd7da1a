from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.chat import Completion, Message, prompt_digest
from models.errors import ModelMissing, ModelUnavailable
from models.recorded import RecordedModel, RecordingModel
from tests.fakes import ScriptedModel
from verifiers.domain import Sampling, Usage
from verifiers.errors import InvalidInput


def says(*contents: str) -> tuple[Message, ...]:
    return tuple(Message(role="user", content=content) for content in contents)


def recorded(tmp_path: Path, *rows: object) -> RecordedModel:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return RecordedModel(path)


def texts(model: RecordedModel | RecordingModel, messages: tuple[Message, ...], n: int = 1) -> list[str]:
    return [sample.text for sample in model.complete(messages, Sampling(), n, 1).samples]


def test_rows_without_a_key_answer_in_their_order(tmp_path: Path) -> None:
    model = recorded(tmp_path, {"completions": ["a"]}, {"completions": ["b"]})
    assert [texts(model, says("x")), texts(model, says("x"))] == [["a"], ["b"]]


def test_the_digest_comes_before_the_longest_text_and_that_before_no_key(tmp_path: Path) -> None:
    asked = says("please add two numbers", "it failed")
    rows = [
        {"completions": ["any"]},
        {"completions": ["add"], "contains": "add"},
        {"completions": ["add and failed"], "contains": ["add", "it failed"]},
        {"completions": ["digest"], "digest": prompt_digest(asked)},
        {"completions": ["subtract"], "contains": "subtract"},
    ]
    model = recorded(tmp_path, *rows)
    assert [texts(model, asked)[0] for _ in range(4)] == ["digest", "add and failed", "add", "any"]


def test_a_row_gives_what_it_has(tmp_path: Path) -> None:
    model = recorded(tmp_path, {"completions": ["a", "b"], "repeat": True})
    assert texts(model, says("x"), 1) == ["a"]
    assert texts(model, says("x"), 4) == ["a", "b"]


def test_used_rows_are_told_apart_from_missing_ones(tmp_path: Path) -> None:
    model = recorded(tmp_path, {"completions": ["a"], "contains": "add"})
    texts(model, says("add"))
    with pytest.raises(ModelUnavailable, match="line 1") as used:
        texts(model, says("add"))
    assert "repeat" in used.value.hint
    with pytest.raises(ModelUnavailable, match=prompt_digest(says("other"))):
        texts(model, says("other"))


def test_tokens_are_recorded_or_estimated(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    model = recorded(tmp_path, {"completions": ["a" * 8], "usage": usage}, {"completions": ["a" * 8]})
    first, second = (model.complete(says("x" * 12), Sampling(), 1, 1) for _ in range(2))
    assert (first.usage, first.usage_estimated) == (Usage(**usage), False)
    assert (second.usage, second.usage_estimated) == (Usage(prompt_tokens=3, completion_tokens=2), True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 2 is not JSON"),
        ("\xff", "line 2"),
        ("[]", "line 2"),
        ("{}", "line 2: completions"),
        ('{"completions": []}', "line 2: completions"),
        ('{"completions": [1]}', r"line 2: completions\.0"),
        ('{"completions": ["a"], "digest": "xyz"}', "line 2: digest"),
        ('{"completions": ["a"], "contains": [""]}', "line 2: .*empty text"),
        ('{"completions": ["a"], "contains": "a", "digest": "' + "0" * 64 + '"}', "line 2: .*keep one"),
        ('{"completions": ["a"], "promt": "a"}', "line 2: promt"),
        ("[" * 100_000, "line 2 is not JSON"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_malformed_row_is_named(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"completions": ["a"]}\n' + line.encode("latin-1") + b"\n")
    with pytest.raises(InvalidInput, match=words) as caught:
        RecordedModel(path)
    assert caught.value.field == "model"


def test_no_rows_and_no_file_are_errors(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n\n")
    with pytest.raises(InvalidInput, match="holds no rows"):
        RecordedModel(tmp_path / "empty.jsonl")
    with pytest.raises(ModelMissing, match="cannot be read"):
        RecordedModel(tmp_path / "none.jsonl")
    with pytest.raises(ModelMissing, match="cannot be read"):
        RecordedModel(tmp_path)


def test_a_recording_answers_as_its_model_did(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    recording = RecordingModel(ScriptedModel([["a", "b"], ["c"]]), path)
    assert (recording.name, recording.endpoint) == ("scripted", "scripted")
    drawn = [
        recording.complete(says("one"), Sampling(), 2, 1),
        recording.complete(says("two"), Sampling(), 1, 1),
    ]
    replayed = RecordedModel(path)
    again = [replayed.complete(says(text), Sampling(), n, 1) for text, n in (("two", 1), ("one", 2))]
    assert again == drawn[::-1]


def test_finish_reasons_survive_a_recording(tmp_path: Path) -> None:
    model = recorded(tmp_path, {"completions": [{"text": "a", "finish_reason": "refusal"}]})
    completions = model.complete(says("x"), Sampling(), 1, 1)
    assert completions.samples == (Completion(text="a", finish_reason="refusal"),)


def test_a_recording_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    model = RecordingModel(ScriptedModel([["a"]]), tmp_path)
    with pytest.raises(ModelUnavailable, match="cannot be written"):
        texts(model, says("x"))


def test_n_of_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        texts(recorded(tmp_path, {"completions": ["a"]}), says("x"), 0)
