from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import evaluate_juliet, evaluate_run, evaluate_shards
from api.cli.evaluate import app
from api.cli.evaluate_report import summary_of
from models.evaluation.generations import read_generations
from models.evaluation.juliet import UNDECIDED, Case
from models.evaluation.plan import Plan, Ready, prepared, with_recorded
from models.evaluation.run import run
from models.evaluation.sources import Recorded
from tests.unit.models.evaluation.judging import WordExaminer, problem
from tests.unit.models.evaluation.juliet_tree import plant
from verifiers.domain import Language
from worker.evaluation import DONE

RUNNER = CliRunner()


def suite(folder: Path, count: int = 3) -> Path:
    path = folder / "suite.jsonl"
    path.write_text("".join(problem(f"T/{number}").model_dump_json() + "\n" for number in range(count)))
    return path


def recorded(folder: Path, *rows: tuple[str, str]) -> Path:
    path = folder / "answers.jsonl"
    path.write_text("".join(json.dumps({"task_id": name, "answer": text}) + "\n" for name, text in rows))
    return path


def judge(plan: Plan, examiner: WordExaminer) -> Ready:
    assert plan.generations is not None
    ready = prepared(plan, "file")
    source = Recorded(read_generations(plan.generations, ready.every))
    ready, numbers = with_recorded(ready, source)
    run(plan.out, ready.manifest, ready.mine, numbers, source, examiner, clients=1, judges=1)
    return ready


def asked(monkeypatch: pytest.MonkeyPatch, *options: str) -> Plan:
    """The plan that a command line comes to."""
    plans: list[Plan] = []
    monkeypatch.setattr(evaluate_run, "carry_out", lambda plan, on_progress: plans.append(plan))
    RUNNER.invoke(app, ["run", *options])
    return plans[0]


def test_recorded_answers_that_were_not_come_to_yet_are_missing(tmp_path: Path) -> None:
    rows = [("T/0", "right 1"), ("T/0", "right 2"), ("T/1", "right 3"), ("T/2", "wrong")]
    answers = recorded(tmp_path, *rows)
    plan = Plan(suite=str(suite(tmp_path)), out=tmp_path / "run", generations=answers)
    judge(plan, WordExaminer())
    assert summary_of(plan.out, None).complete
    for name in ("generations.jsonl", "results.jsonl"):
        lines = (plan.out / name).read_bytes().splitlines(keepends=True)
        (plan.out / name).write_bytes(b"".join(lines[:1]))
    broken_off = summary_of(plan.out, None)
    assert (broken_off.complete, broken_off.answers, broken_off.missing) == (False, 1, 3)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (["--loop", "--temperature", "0.2"], "temperature"),
        (["--loop", "--seed", "0"], "seed"),
        (["--attempts", "4"], "attempts"),
        (["--generations", "a.jsonl", "--model", "embedded"], "model"),
        (["--generations", "a.jsonl", "-n", "10"], "samples"),
        (["--max-tokens", "0"], "max_tokens"),
    ],
)
def test_an_option_that_would_decide_nothing_is_refused(
    tmp_path: Path, options: list[str], field: str
) -> None:
    done = RUNNER.invoke(app, ["run", str(suite(tmp_path)), "--out", str(tmp_path / "run"), *options])
    assert done.exit_code == 2
    assert f"Error: {field}:" in done.stderr


def test_a_small_model_has_as_many_tokens_without_the_loop_as_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small.gguf"
    small.write_bytes(b"GGUF")
    for mode in ([], ["--loop"]):
        plan = asked(monkeypatch, "mbpp", "--out", str(tmp_path / "run"), "--model", str(small), *mode)
        assert plan.sampling.max_tokens == 256
    more = asked(monkeypatch, "mbpp", "--out", "x", "--model", str(small), "--loop", "--max-tokens", "300")
    assert evaluate_run.settings_of(more).max_tokens == 300


def test_a_scan_begins_only_where_its_rates_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate_juliet, "open_examiner", lambda settings: pytest.fail("it was begun"))
    out = tmp_path / "nowhere" / "rates.json"
    done = RUNNER.invoke(app, ["juliet", str(plant(tmp_path)), "--out", str(out)])
    assert (done.exit_code, "rates.json cannot be written" in done.stderr) == (2, True)


def test_one_broken_scan_does_not_end_the_others() -> None:
    case = Case(name="x", cwe="CWE-1", language=Language.C, files=(("x.c", "broken"),))
    assert evaluate_juliet._scan(WordExaminer(), case) == UNDECIDED  # type: ignore[arg-type]


def test_a_comparison_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    answers = recorded(tmp_path, *[(f"T/{number}", "right") for number in range(3)])
    plan = Plan(suite=str(suite(tmp_path)), out=tmp_path / "run", generations=answers)
    judge(plan, WordExaminer())
    (plan.out / "compare.json").mkdir()
    done = RUNNER.invoke(app, ["compare", str(plan.out), str(plan.out)])
    assert (done.exit_code, "cannot be written" in done.stderr) == (2, True)


def test_a_shards_plan_holds_whole_paths_and_the_model_that_was_meant_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("model.jsonl", "adapter.gguf", "suite.jsonl"):
        (tmp_path / name).write_text("")
    monkeypatch.setenv("ACRISOL_MODEL", "model.jsonl")
    monkeypatch.setenv("ACRISOL_ADAPTER", "adapter.gguf")
    part = evaluate_shards.part_of(Plan(suite="suite.jsonl", out=Path("run")), 2, 3)
    assert (part.shard, part.out) == ("2/3", tmp_path / "run" / "shard-2-of-3")
    assert (part.suite, part.model) == (str(tmp_path / "suite.jsonl"), str(tmp_path / "model.jsonl"))
    assert part.adapter == str(tmp_path / "adapter.gguf")
    (tmp_path / "embedded").mkdir()
    packaged = Plan(suite="mbpp", out=Path("run"), model="embedded")
    assert evaluate_shards.part_of(packaged, 1, 3).model == "embedded"


def test_a_password_in_a_models_address_is_refused_before_a_plan_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "memory://")
    out = tmp_path / "run"
    options = ["--out", str(out), "--model", "http://user:secret@host/v1", "--shards", "2"]
    done = RUNNER.invoke(app, ["run", str(suite(tmp_path)), *options])
    assert (done.exit_code, "carries a user name or password" in done.stderr) == (2, True)
    assert not out.exists()


def test_what_is_waited_for_is_read_once(tmp_path: Path) -> None:
    answers = recorded(tmp_path, ("T/0", "right 1"), ("T/1", "wrong"), ("T/2", "right 2"))
    plan = Plan(suite=str(suite(tmp_path)), out=tmp_path / "run", generations=answers)
    seen = evaluate_shards.Seen(plan.out)
    assert (seen.drawn, seen.judged, seen.passed) == (0, 0, 0)
    judge(plan, WordExaminer())
    path = plan.out / "results.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    seen.look()
    assert (seen.drawn, seen.judged, seen.passed) == (3, 2, 1)
    kept = whole[: -len(whole.splitlines(keepends=True)[-1])]
    path.write_bytes(b"x" * len(kept) + whole[len(kept) :])  # what was read is not read again
    seen.look()
    assert (seen.drawn, seen.judged, seen.passed) == (3, 3, 2)


def test_shards_are_waited_for_and_merged_and_a_run_that_is_there_is_told_how_to_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def done_at_once(queue: object, plans: Sequence[Plan]) -> None:
        for each in plans:
            judge(each, WordExaminer())
            (each.out / DONE).touch()

    monkeypatch.setenv("REDIS_URL", "memory://")
    monkeypatch.setattr(evaluate_shards, "enqueue", done_at_once)
    answers = recorded(tmp_path, ("T/0", "right"), ("T/1", "wrong"), ("T/2", "right 2"))
    options = ["--out", str(tmp_path / "run"), "--generations", str(answers), "--shards", "2"]
    command = ["run", str(suite(tmp_path)), *options]
    done = RUNNER.invoke(app, command)
    assert done.exit_code == 0, done.output
    whole = summary_of(tmp_path / "run", None)
    assert (whole.complete, whole.answers, whole.run.shard) == (True, 3, "")
    again = RUNNER.invoke(app, command)
    assert (again.exit_code, "acrisol evaluate report" in again.stderr) == (2, True)


def test_suites_are_listed_with_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "humaneval").mkdir()
    (tmp_path / "humaneval" / "HumanEval.jsonl.gz").touch()
    monkeypatch.setenv("ACRISOL_SUITES", str(tmp_path))
    said = RUNNER.invoke(app, ["suites"], env={"COLUMNS": "40"}).output
    assert "  humaneval/HumanEval.jsonl.gz found\n" in said
    assert "  mbpp/mbpp.jsonl missing\n" in said
    assert f"looked for in {tmp_path}." in said


def test_a_wrong_file_of_answers_is_named_as_what_it_was_given_as(tmp_path: Path) -> None:
    answers = tmp_path / "answers.jsonl"
    answers.write_text("[]\n")
    given = ["run", str(suite(tmp_path)), "--generations", str(answers), "--out", str(tmp_path / "run")]
    said = " ".join(RUNNER.invoke(app, given).output.split())
    assert f"generations: {answers} line 1 is not a JSON object." in said
