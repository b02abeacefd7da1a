"""The data pipeline on datatrove's own executor: same bytes, whatever the workers and whoever kills it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from models.data.card import Card
from models.data.document import Document
from models.data.prepare import Progress, prepare
from models.data.reading.hub import check_hub, read_hub
from models.data.reading.rows import check_rows, read_rows
from models.data.reading.unread import Part, Unread
from models.data.recipe import Recipe
from models.data.rows import TrainingRow
from models.data.sources import HubSource, RowsSource
from models.evaluation.suites import read_suite
from verifiers.errors import InvalidInput, ToolFailed

FUNCTION = """def {name}(values, limit):
    chosen = []
    for position, value in enumerate(values):
        if value > limit and position % {number} == 0:
            chosen.append(value * {number})
    total = sum(chosen)
    print("the total of {name} is", total, "after", len(values), "values")
    return total, chosen, [value for value in values if value not in chosen]
"""
PLANTED = {
    "task_id": "Own/0",
    "prompt": 'def spread(values):\n    """The largest minus the smallest of all values that there are."""\n',
    "canonical_solution": "    return max(values) - min(values)\n",
    "test": "def check(candidate):\n    assert candidate([3, 1, 2]) == 2\n",
    "entry_point": "spread",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve packages with duplicates, near duplicates, a planted problem and what cannot be read."""
    root = tmp_path_factory.mktemp("corpus")
    code = root / "code"
    for number in range(12):
        package = code / f"package{number:02d}"
        package.mkdir(parents=True)
        words = " ".join(f"w{number}x{place}" for place in range(40))
        (package / "own.py").write_text(f"# {words}\n" + FUNCTION.format(name=f"f{number}", number=number))
        (package / "app.js").write_text(f"// {words}\nfunction f{number}(a) {{ return a + {number} }}\n")
    shutil.copy(code / "package00" / "own.py", code / "package05" / "copy.py")
    near = (code / "package01" / "own.py").read_text().replace("after", "since")
    (code / "package06" / "near.py").write_text(near)
    (code / "package07" / "leak.py").write_text(PLANTED["prompt"] + PLANTED["canonical_solution"])
    (code / "package08" / "broken.py").symlink_to("/etc/passwd")
    (code / "package08" / "noise.xyzzy").write_text("?")
    (root / "suite.jsonl").write_text(json.dumps(PLANTED) + "\n")
    rows = [
        {
            "text": f"def g{n}():\n    return {n}\n",
            "ask": f"Write g{n}.",
            "repo": f"r{n % 6}",
            "tests": [f"assert g{n}() == {n}"],
        }
        for n in range(20)
    ]
    (root / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "not json\n")
    return root


def recipe(corpus: Path, **changes: Any) -> Recipe:
    columns = {"text": "text", "prompt": "ask", "repository": "repo", "tests": "tests"}
    rows = {"kind": "rows", "name": "rows", "path": corpus / "rows.jsonl", "columns": columns}
    return Recipe.model_validate(
        {
            "name": "small",
            "shards": 3,
            "sources": [
                {"kind": "folder", "name": "code", "path": corpus / "code", "repositories": "children"},
                rows | {"language": "python", "method": "task", "license": "MIT"},
            ],
            "steps": [
                "language",
                {"step": "decontamination", "suites": [str(corpus / "suite.jsonl")]},
                "exact-duplicates",
                "near-duplicates",
                {"step": "language-balance", "most": 0.8},
            ],
            "split": {"validation": 0.2, "test": 0.2},
            **changes,
        }
    )


def contents(folder: Path) -> dict[str, bytes]:
    """All that does not tell the time."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "report.json"}


@pytest.fixture(scope="module")
def made(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "data"
    assert prepare(recipe(corpus), folder, workers=1) is not None
    return folder


def test_the_card_tells_what_each_step_did(made: Path) -> None:
    card = Card.model_validate_json((made / "card.json").read_text())
    flows = {report.step: report.flow for report in card.steps}
    assert flows["read code"].documents_out == 28  # the link is not even listed
    assert flows["read rows"].dropped == {"no JSON": 1}
    assert flows["language"].dropped == {"unknown language": 1}
    assert flows["decontamination"].dropped == {"shares text with an evaluation problem": 1}
    assert flows["exact-duplicates"].dropped == {"equal to another": 1}
    assert flows["near-duplicates"].dropped == {"much like another": 1}
    assert flows["language-balance"].dropped.keys() <= {"language has too much"}
    for before, after in zip(card.steps[2:], card.steps[3:], strict=False):
        assert before.flow.documents_out == after.flow.documents_in
    written = [file.rows for file in card.files if ".problems." not in file.file]
    assert sum(written) == flows["write"].documents_out == sum(card.splits.values())
    assert (made / "card.md").read_text().startswith("# small\n")


def test_rows_are_rows_and_repositories_stay_whole(made: Path) -> None:
    where: dict[str, set[str]] = {}
    for split in ("train", "validation", "test"):
        for line in (made / f"{split}.jsonl").read_text().splitlines():
            row = TrainingRow.model_validate_json(line)
            assert row.origin.license == "MIT"
            where.setdefault(f"r{int(row.prompt[-1].content[7:-1]) % 6}", set()).add(split)
        for line in (made / f"{split}.text.jsonl").read_text().splitlines():
            package = json.loads(line)["origin"]["id"].split("/")[1]
            where.setdefault(package, set()).add(split)
    assert all(len(splits) == 1 for splits in where.values())
    assert PLANTED["canonical_solution"] not in "".join(
        json.loads(line)["text"]
        for path in made.glob("*.text.jsonl")
        for line in path.read_text().splitlines()
    )


def test_tasks_with_tests_are_problems_to_sample(made: Path) -> None:
    problems = read_suite(made / "train.problems.jsonl")
    rows = [json.loads(line) for line in (made / "train.jsonl").read_text().splitlines()]
    assert [problem.reference for problem in problems] == [
        row["completion"][0]["content"].removeprefix("```python\n").removesuffix("```") for row in rows
    ]
    assert problems[0].task.tests is not None
    assert "assert g" in problems[0].task.tests.files[0].content


def test_nothing_is_left_of_what_was_dropped(made: Path) -> None:
    assert not (made / ".work").exists()


def test_two_workers_and_a_kill_change_no_byte(corpus: Path, made: Path, tmp_path: Path) -> None:
    """The engine is killed in its second pass; what was completed before is not done again."""
    folder = tmp_path / "data"

    class Killed(Exception):
        pass

    def kill(progress: Progress) -> None:
        if progress.stage >= 3:
            raise Killed

    with pytest.raises(Killed):
        prepare(recipe(corpus), folder, workers=2, on_progress=kill)
    assert not (folder / "card.json").exists()
    first_pass = folder / ".work" / "segments" / "00" / "00000.jsonl"
    before = first_pass.stat().st_mtime_ns
    seen: list[int] = []

    def look(progress: Progress) -> None:
        seen.append(first_pass.stat().st_mtime_ns if first_pass.exists() else before)

    prepare(recipe(corpus), folder, workers=2, on_progress=look)
    assert set(seen) == {before}
    assert contents(folder) == contents(made)


def test_a_folder_that_holds_something_is_not_written_over(corpus: Path, made: Path) -> None:
    with pytest.raises(InvalidInput, match="holds a data set already"):
        prepare(recipe(corpus), made)
    assert (made / "card.json").exists()
    assert not (made / ".work").exists()


def test_made_afresh_nothing_of_the_old_is_left(corpus: Path, tmp_path: Path) -> None:
    for name in ("card.json", "test.text.jsonl", "notes.txt"):
        (tmp_path / name).write_text("old")
    small = recipe(corpus, steps=[], shards=1, output={"code": False, "prompts": "plain"})
    assert prepare(small, tmp_path, fresh=True) is not None
    assert not (tmp_path / "test.text.jsonl").exists()
    assert (tmp_path / "notes.txt").read_text() == "old"
    assert not (tmp_path / ".work").exists()


def test_an_unfinished_run_of_another_recipe_is_not_gone_on_with(corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    empty = recipe(corpus).sources[0].model_copy(update={"include": ("*.zig",)})
    wrong = recipe(corpus).model_copy(update={"sources": (empty,)})
    with pytest.raises(InvalidInput, match=r"sources\.code: .* holds no file that matches"):
        prepare(wrong, folder)
    with pytest.raises(InvalidInput, match="unfinished run of another recipe"):
        prepare(recipe(corpus), folder)


def test_a_suite_that_is_missing_is_said_before_anything_runs(corpus: Path, tmp_path: Path) -> None:
    steps = [{"step": "decontamination", "suites": [str(tmp_path / "none.jsonl")]}]
    with pytest.raises(InvalidInput):
        prepare(recipe(corpus, steps=steps), tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_killed_worker_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    """Datatrove's pool would wait for it for ever."""
    killed: list[int] = []
    texts = [" ".join(f"word{n}x{place}" for place in range(1000)) for n in range(3000)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    source = {"kind": "rows", "name": "rows", "path": tmp_path / "rows.jsonl"}
    long = Recipe.model_validate({"sources": [source], "steps": ["near-duplicates"], "shards": 4})

    def kill(progress: Progress) -> None:
        if not killed and progress.done >= 10:
            killed.extend(_workers(tmp_path / "data"))
            for worker in killed:
                os.kill(worker, signal.SIGKILL)

    with pytest.raises(ToolFailed, match="A worker was killed") as raised:
        prepare(long, tmp_path / "data", workers=2, on_progress=kill)
    assert killed
    assert "goes on where this stopped" in raised.value.hint


def _workers(folder: Path) -> list[int]:
    """Processes under the engine of a folder that work on shards."""
    parents, names = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat, line = (
                (entry / "stat").read_text(),
                (entry / "cmdline").read_bytes().decode("utf-8", "replace"),
            )
        except OSError:
            continue
        parents[int(entry.name)] = int(stat.rsplit(")", 1)[1].split()[1])
        names[int(entry.name)] = line
    engines = {
        pid for pid, line in names.items() if "models.data.engine.process" in line and str(folder) in line
    }
    servers = {pid for pid, line in names.items() if "forkserver" in line and parents[pid] in engines}
    return [pid for pid, parent in parents.items() if parent in servers]


def test_a_dataset_is_streamed_by_its_name(corpus: Path, tmp_path: Path) -> None:
    """With a folder in place of a name of the hub, which no machine of ours reaches."""
    dataset = tmp_path / "dataset"
    dataset.mkdir()
    for shard in range(2):
        lines = [json.dumps({"code": f"x = {shard}{n}", "repo": "a/b"}) + "\n" for n in range(3)]
        (dataset / f"train-{shard}.jsonl").write_text("".join(lines))
    columns = {"text": "code", "repository": "repo"}
    source = HubSource.model_validate({"name": "hub", "dataset": str(dataset), "columns": columns})
    check_hub(source)

    def texts(of: int, **settings: Any) -> list[str]:
        changed = source.model_copy(update=settings)
        parts = [list(read_hub(changed, Part(rank, of))) for rank in range(of)]
        return sorted(item.text for part in parts for item in part if isinstance(item, Document))

    everything = [f"x = {shard}{n}" for shard in range(2) for n in range(3)]
    assert texts(1) == texts(2) == texts(4) == everything
    assert len(texts(3, limit=4)) == 4
    with pytest.raises(InvalidInput, match=r"columns\.text: no row has a column 'content'"):
        check_hub(
            source.model_copy(update={"columns": source.columns.model_copy(update={"text": "content"})})
        )


def test_code_that_comes_with_a_dataset_is_not_run(tmp_path: Path) -> None:
    dataset = tmp_path / "evil"
    dataset.mkdir()
    (dataset / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').write('x')\n")
    with pytest.raises(InvalidInput, match=r"sources\.hub\.dataset: .* cannot be opened"):
        check_hub(HubSource(name="hub", dataset=str(dataset)))
    assert not (tmp_path / "ran").exists()


def test_parquet_is_streamed_and_damage_is_counted(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"text": ["a", "b", None], "license": [["MIT"], ["MIT", "ISC"], []]})
    parquet.write_table(table, tmp_path / "rows.parquet")
    source = RowsSource.model_validate(
        {"name": "p", "path": tmp_path / "rows.parquet", "columns": {"license": "license"}}
    )
    check_rows(source)
    first, second, third = read_rows(source, Part(0, 1))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.license, second.license, third) == ("MIT", "MIT AND ISC", Unread("no text"))
    whole = (tmp_path / "rows.parquet").read_bytes()
    (tmp_path / "rows.parquet").write_bytes(whole[: len(whole) // 2])
    assert list(read_rows(source, Part(0, 1))) == [Unread("damaged file")]


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands that look like Slurm's and run each task of a job at once."""
    folder = tmp_path / "slurm"
    folder.mkdir()
    (folder / "sbatch").write_text(
        '#!/bin/bash\nscript="${@: -1}"\necho "$@" >> ' + str(folder / "calls") + "\n"
        "last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\).*/\\1/p' \"$script\")\n"
        "for rank in $(seq 0 $last); do\n"
        '  SLURM_ARRAY_TASK_ID=$rank SLURM_NODELIST=here SLURM_JOB_ID=7 bash "$script" >&2 || exit 1\n'
        'done\necho "Submitted batch job 7"\n'
    )
    (folder / "scontrol").write_text("#!/bin/bash\necho here\n")
    (folder / "squeue").write_text(f"#!/bin/bash\ncat {folder / 'queue'}\n")
    for command in ("sbatch", "scontrol", "squeue"):
        (folder / command).chmod(0o755)
    (folder / "merge_stats").symlink_to("/bin/true")  # datatrove's own sums, which nobody reads
    monkeypatch.setenv("PATH", f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}")
    return folder


def test_jobs_that_slurm_still_has_are_not_submitted_again(corpus: Path, slurm: Path, tmp_path: Path) -> None:
    options = {"partition": "cpu", "time": "1:00:00", "with_srun": False}
    execution = {"on": "slurm", "options": options}
    on_slurm = recipe(corpus, steps=["language"], shards=2, execution=execution)
    (slurm / "sbatch").write_text(f'#!/bin/bash\necho "$@" >> {slurm}/calls\necho "Submitted batch job 7"\n')
    assert prepare(on_slurm, tmp_path / "data") is None
    submitted = (slurm / "calls").read_text()
    (slurm / "queue").write_text("7 cpu small PD\n")
    with pytest.raises(InvalidInput, match=r"job 7 .* still waits or runs"):
        prepare(on_slurm, tmp_path / "data")
    assert (slurm / "calls").read_text() == submitted
    (slurm / "queue").unlink()
    with pytest.raises(ToolFailed, match=r"2 of 2 shards of .* were not completed") as caught:
        prepare(on_slurm, tmp_path / "data")  # it has ended, and nothing is there
    assert "stages/00-pass; the same command goes on" in caught.value.hint
    assert (slurm / "calls").read_text() == submitted
    assert prepare(on_slurm, tmp_path / "data") is None
    assert (slurm / "calls").read_text() != submitted


def test_jobs_find_this_program_and_end_where_one_before_them_failed(
    corpus: Path, slurm: Path, tmp_path: Path
) -> None:
    (slurm / "sbatch").write_text(f'#!/bin/bash\ncat "${{@: -1}}" >> {slurm}/scripts\necho "job 7"\n')
    options = {"partition": "cpu", "time": "1:00:00", "sbatch_args": {"account": "lab"}}
    for name, more in (("ours", {}), ("theirs", {"env_command": "module load python"})):
        execution = {"on": "slurm", "options": options | more}
        prepare(recipe(corpus, steps=["language"], shards=2, execution=execution), tmp_path / name)
        script = (slurm / "scripts").read_text()
        assert {"#SBATCH --kill-on-invalid-dep=yes", "#SBATCH --account=lab"} <= set(script.splitlines())
        assert (f"export PATH={Path(sys.executable).parent}:$PATH" in script) == (name == "ours")
        (slurm / "scripts").unlink()


def test_the_same_recipe_runs_on_slurm(corpus: Path, slurm: Path, tmp_path: Path) -> None:
    options = {"partition": "cpu", "time": "1:00:00", "with_srun": False}
    on_slurm = recipe(corpus, steps=["language"], shards=2, execution={"on": "slurm", "options": options})
    folder, here = tmp_path / "data", tmp_path / "here"
    assert prepare(on_slurm, folder, workers=2) is None
    jobs = [line for line in (slurm / "calls").read_text().splitlines() if "RUN_OFFSET" in line]
    assert ["--dependency=afterok:7" in line for line in jobs] == [False, True]
    assert prepare(on_slurm, folder, workers=2) is not None  # all is done, the rest is removed
    assert not (folder / ".work").exists()
    prepare(recipe(corpus, steps=["language"], shards=2), here)
    assert (folder / "train.jsonl").read_bytes() == (here / "train.jsonl").read_bytes()
