"""``acrisol model`` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from models.serving import running
from tests.unit.models.serving.conftest import FakeServer
from tests.unit.models.serving.made import write_adapter, write_model, write_run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ACRISOL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ACRISOL_TOOLS", str(tmp_path / "tools"))
    write_model(tmp_path / "smol")
    for number, name in enumerate(("one", "two")):
        write_adapter(tmp_path / name, fill=number)
    return tmp_path / "home"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["model", *arguments], env={"COLUMNS": "200"})


def good(*arguments: str) -> Result:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result


def add_all(folder: Path) -> None:
    good("add", str(folder / "smol"), "--license", "Apache-2.0")
    good("add", str(folder / "one"), "--base", "smol")
    good("add", str(folder / "two"), "--base", "smol", "--name", "second")


def test_from_a_folder_to_a_rollback(tmp_path: Path) -> None:
    assert "There are none" in good("list").output
    add_all(tmp_path)
    assert (
        "one is live and will be served from the next start on (before: no adapter)"
        in good("use", "one").output
    )
    good("use", "second")
    assert "one is live" in good("rollback").output
    shown = good("list").output
    assert "one (live)" in shown
    assert "second (live)" not in shown
    contents = json.loads(good("list", "--json").output)
    assert [entry["name"] for entry in contents["entries"]] == ["smol", "one", "second"]
    assert "rollback one" in good("show", "one").output
    assert json.loads(good("show", "one", "--json").output)["rank"] == 2
    good("remove", "second")
    assert run("show", "second").exit_code == 2


@pytest.mark.parametrize(
    ("code", "says", "arguments"),
    [
        (2, "not taken: 'adapter_model.bin' is a pickle", "add {two} --base smol --name third"),
        (2, "name: There is no model or adapter called 'nobody'", "use nobody"),
        (2, "base: There is nothing to go back to", "rollback"),
        (3, "No model server runs here", "status"),
        (2, "value: input should be less than or equal to 1", "score one --suite mbpp --value 5"),
        (2, "run: There is no recipe.yaml", "promote --run {two}"),
        (3, "vLLM is not installed here", "serve --model smol"),
        (2, "vllm: is no command line", "serve --model smol --vllm 'x"),
        (2, "extra: has --trust-remote-code", "serve --dry-run --model smol --vllm --trust-remote-code"),
        (2, "model: one is an adapter", "serve --dry-run --model one"),
        (2, "dtype: input should be", "serve --dry-run --model smol --dtype int3"),
        (2, "max_rank: is 12", "serve --dry-run --model smol --max-rank 12"),
        (2, "adapter: 'three' is neither", "serve --dry-run --model smol --adapter three"),
    ],
)
def test_errors_are_a_sentence_and_an_exit_code(tmp_path: Path, code: int, says: str, arguments: str) -> None:
    add_all(tmp_path)
    (tmp_path / "two" / "adapter_model.bin").write_bytes(b"pickle")
    result = run(*arguments.format(two=tmp_path / "two").split())
    assert result.exit_code == code, result.output
    assert says in " ".join(result.output.split())


def test_the_command_is_printed_without_vllm_being_there(tmp_path: Path) -> None:
    folder = str(tmp_path / "smol")
    shown = good(
        "serve", "--dry-run", "--model", folder, "--adapter", str(tmp_path / "one"), "--device", "cpu"
    )
    assert f"--model {folder}" in shown.output
    assert f"{tmp_path}/tools/vllm/bin/python" in shown.output
    assert running.server_key(tmp_path / "home" / "models") not in shown.output
    contents = json.loads(good("list", "--json").output)
    assert [entry["name"] for entry in contents["entries"]] == ["smol", "one"]  # both are registered by that
    assert contents["history"] == []
    assert "--model" in good("serve", "--dry-run").output  # the only model there is


def test_a_folder_is_known_by_another_name(tmp_path: Path) -> None:
    good("add", str(tmp_path / "smol"), "--name", "other")
    assert "--served-model-name other" in good("serve", "--dry-run", "--model", str(tmp_path / "smol")).output
    assert len(json.loads(good("list", "--json").output)["entries"]) == 1


def test_a_larger_adapter_makes_room(tmp_path: Path) -> None:
    add_all(tmp_path)
    good("add", str(write_adapter(tmp_path / "big", rank=20)), "--base", "smol")
    assert "--max-lora-rank 32" in good("serve", "--dry-run", "--model", "smol").output


def test_a_runs_folder_gives_the_name(tmp_path: Path) -> None:
    add_all(tmp_path)
    write_run(tmp_path / "mbpp-3", tmp_path / "smol", 0.4, fill=5)
    good("add", str(tmp_path / "mbpp-3" / "best"), "--base", "smol")
    assert run("show", "mbpp-3").exit_code == 0


def test_a_run_is_promoted_once_there_is_a_score_to_beat(tmp_path: Path) -> None:
    add_all(tmp_path)
    write_run(tmp_path / "better", tmp_path / "smol", 0.4, fill=5)
    refused = run("promote", "--run", str(tmp_path / "better"))
    assert refused.exit_code == 2
    assert "acrisol model use better" in refused.output
    good("score", "smol", "--suite", "mbpp", "--value", "0.1", "--problems", "20")
    promoted = good("promote", "--run", str(tmp_path / "better")).output
    assert "40.0% against 10.0% of smol" in promoted
    assert "mbpp pass@1 10.0% of 20" in good("list").output


def test_an_evaluations_report_becomes_scores(tmp_path: Path) -> None:
    add_all(tmp_path)
    estimate = {"value": 0.2, "low": 0.15, "high": 0.26, "over": 2, "method": "bootstrap"}
    run_of = {
        "suite": "mbpp",
        "split": "test",
        "problems": 2,
        "problems_digest": "0",
        "source": "x",
        "samples": 1,
    }
    counts = [{"id": name, "samples": 1, "passed": 0} for name in "ab"]
    summary = {
        "run": run_of,
        "complete": True,
        "answers": 2,
        "missing": 0,
        "undecided": 0,
        "problems": counts,
    }
    summary |= {"pass_at": {"1": estimate, "10": estimate}, "secure_pass": estimate}
    report = tmp_path / "report.json"
    report.write_text(json.dumps(summary))
    said = good("score", "one", "--evaluation", str(tmp_path)).output
    assert f"{tmp_path} measured x." in " ".join(said.split())
    both = run("score", "one", "--evaluation", str(tmp_path), "--suite", "mbpp", "--value", "0.9")
    assert both.exit_code == 2
    assert "excludes --suite and --value" in both.output
    scores = json.loads(good("show", "one", "--json").output)["scores"]
    assert [(score["suite"], score["metric"], score["problems"]) for score in scores] == [
        ("mbpp test", "pass@1", 2),
        ("mbpp test", "pass@10", 2),
        ("mbpp test", "secure-pass", 2),
    ]
    for change, says in (
        ({"complete": False, "missing": 1}, "1 answers are missing"),
        ({"pass_at": {"1": estimate | {"value": 7}}}, "not from 0 to 1"),
        ({"pass_at": 5}, "is not a report"),
    ):
        report.write_text(json.dumps(summary | change))
        refused = run("score", "one", "--evaluation", str(tmp_path))
        assert (refused.exit_code, says in refused.output) == (2, True), refused.output
    assert "What was measured?" in run("score", "one", "--suite", "mbpp").output


def test_a_server_that_runs_follows(tmp_path: Path, home: Path) -> None:
    add_all(tmp_path)
    folder = home / "models"
    fake = FakeServer(tmp_path / "server", running.server_key(folder))
    try:
        with running.only_one(folder):
            running.announce(folder, fake.reached.server.model_copy(update={"base": "smol"}))
            assert "answers to the name 'live'" in good("use", "one").output
            assert "one" in fake.api.names()
            good("rollback")
            assert "no longer served" in good("remove", "one").output
            assert "one" not in fake.api.names()
    finally:
        fake.close()
    assert running.find(folder) is None


def test_a_relative_path_is_the_folder_that_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in "xy":
        write_model(tmp_path / place / "ckpt")
    monkeypatch.chdir(tmp_path / "x")
    good("add", "ckpt", "--name", "first")
    assert "--served-model-name first" in good("serve", "--dry-run", "--model", "ckpt").output
    monkeypatch.chdir(tmp_path / "y")
    assert f"--model {tmp_path / 'y' / 'ckpt'}" in good("serve", "--dry-run", "--model", "ckpt").output


def test_a_run_of_a_relative_path_finds_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good("add", "smol")
    write_run(tmp_path / "run", Path("smol"), 0.4, fill=5)
    assert "run is live" in good("promote", "--run", "run", "--force").output


def test_what_is_removed_is_said_though_the_server_does_not_answer(tmp_path: Path, home: Path) -> None:
    add_all(tmp_path)
    folder = home / "models"
    with running.only_one(folder):
        gone = running.RunningServer(url="http://127.0.0.1:1", base="smol", max_rank=16, pid=1)
        running.announce(folder, gone)
        result = run("remove", "one")
    assert (result.exit_code, "one is removed" in result.output) == (3, True), result.output
