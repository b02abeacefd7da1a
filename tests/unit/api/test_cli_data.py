"""``acrisol data``: a slip is named with its field, and rows are made of consenting tasks alone."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.data import app
from models.data.rows import PreferenceRow, TrainingRow
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
from worker.access import LOCAL
from worker.store import claims, feedback, jobs
from worker.store.database import open_database
from worker.store.feedback import FeedbackRequest, FeedbackVerdict

RUNNER = CliRunner()


def test_steps_are_listed_with_what_they_do() -> None:
    answer = RUNNER.invoke(app, ["steps"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0
    assert "near-duplicates" in answer.output
    assert "ngram, buckets, hashes" in answer.output


def test_a_slip_in_a_recipe_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("sources: [{kind: folder, name: a, path: .}]\nsteps: [langauge]\n")
    answer = RUNNER.invoke(app, ["prepare", str(recipe), "-o", str(tmp_path / "out")])
    assert answer.exit_code == 2
    assert "r.yaml: steps.0: there is no step 'langauge'." in answer.stderr
    assert "Did you mean 'language'?" in answer.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(find_spec("datatrove") is not None, reason="datatrove is installed")
def test_without_the_engine_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("sources: [{kind: folder, name: a, path: .}]\n")
    answer = RUNNER.invoke(app, ["prepare", str(recipe), "-o", str(tmp_path / "out")])
    assert answer.exit_code == 3
    assert "scripts/install-lab" in answer.stderr


@pytest.mark.parametrize("content", [None, b"{}", b"not json", b'{"name": "\\ud800"}', b"\xff\xfe"])
def test_no_card_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "card.json").write_bytes(content)
    answer = RUNNER.invoke(app, ["card", str(tmp_path)])
    assert answer.exit_code == 2
    assert "Try:" in answer.stderr


def solved(home: Path) -> None:
    """A task that was solved at the second attempt, once with consent and once without."""
    database = open_database(f"sqlite:///{home}/acrisol.db")
    for consent in (True, False):
        job_id = jobs.submit(database, CodingTask(instruction=f"Write f, {consent}."), 5).id
        held = claims.claim(database, job_id, "w", 30)
        assert held is not None
        attempts = tuple(
            Attempt(
                number=number,
                candidate=Candidate(files=(SourceFile(path="solution.py", content=f"x = {number}\n"),)),
                verdicts=(Verdict(verifier="tests", status=status, summary="..."),),
            )
            for number, status in ((1, Status.FAILED), (2, Status.PASSED))
        )
        outcome = Outcome(status=OutcomeStatus.SOLVED, reason="...", solution=attempts[1], attempts=attempts)
        claims.finish(database, held, outcome)
        said = FeedbackRequest(verdict=FeedbackVerdict.ACCEPTED, consent=consent)
        feedback.give(database, job_id, said, LOCAL)
    database.close()


def test_rows_are_made_of_tasks_with_consent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACRISOL_HOME", str(tmp_path))
    solved(tmp_path)
    output = tmp_path / "rows"
    answer = RUNNER.invoke(app, ["from-outcomes", "-o", str(output)])
    assert answer.exit_code == 0, answer.stderr
    assert "1 tasks with consent gave 3 rows" in answer.output
    rows = [TrainingRow.model_validate_json(line) for line in (output / "sft.jsonl").read_text().splitlines()]
    (pair,) = (output / "preferences.jsonl").read_text().splitlines()
    assert [row.origin.method for row in rows] == ["outcome", "repair"]
    assert PreferenceRow.model_validate(json.loads(pair)).reason == "tests"
    assert all(
        "Write f, True." in row.prompt[-1].content or "Write f, True." in row.prompt[1].content
        for row in rows
    )


def test_rows_are_written_anew_so_that_what_is_gone_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACRISOL_HOME", str(tmp_path))
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "sft.jsonl").write_text("deleted since\n")
    answer = RUNNER.invoke(app, ["from-outcomes", "-o", str(tmp_path / "rows")])
    assert answer.exit_code == 0, answer.stderr
    assert (tmp_path / "rows" / "sft.jsonl").read_text() == ""


def test_a_folder_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACRISOL_HOME", str(tmp_path))
    (tmp_path / "file").write_text("")
    answer = RUNNER.invoke(app, ["from-outcomes", "-o", str(tmp_path / "file" / "rows")])
    assert answer.exit_code == 3
    assert "cannot be written" in answer.stderr
