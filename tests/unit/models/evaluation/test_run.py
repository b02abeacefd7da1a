from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from models.evaluation.results import (
    GENERATIONS,
    RESULTS,
    Generation,
    Log,
    Manifest,
    read_results,
)
from models.evaluation.run import Progress, RunBusy, problems_digest, run, shard_of
from models.evaluation.shards import merge
from models.examining import Problem
from tests.unit.models.evaluation.judging import WordExaminer, problem
from verifiers.errors import InvalidInput, SandboxUnavailable, ToolFailed

PROBLEMS = tuple(problem(f"T/{number}") for number in range(4))


class Answers:
    """Answers by problem and sample; remembers what it was asked for."""

    def __init__(self, default: str = "right", **special: str) -> None:
        self.asked: list[tuple[str, int]] = []
        self._default = default
        self._special = special

    def answers(self, problem: Problem, numbers: Sequence[int]) -> Iterator[Generation]:
        for number in numbers:
            self.asked.append((problem.id, number))
            name = f"{problem.id.replace('/', '')}_{number}"
            text = self._special.get(name, f"{self._default} {name}")
            if text == "unreachable":
                raise SandboxUnavailable("The model is gone.")
            yield Generation(problem=problem.id, sample=number, answer=text)


def manifest(samples: int = 2, shard: str = "", scan: bool = True) -> Manifest:
    return Manifest(
        suite="t",
        problems=len(PROBLEMS),
        problems_digest=problems_digest(PROBLEMS),
        source="m",
        samples=samples,
        shard=shard,
        scan=scan,
    )


def go(
    folder: Path,
    source: Answers,
    examiner: WordExaminer,
    samples: int = 2,
    shard: str = "",
    scan: bool = True,
) -> list[Progress]:
    seen: list[Progress] = []
    mine = shard_of(PROBLEMS, shard)
    numbers = {each.id: range(1, samples + 1) for each in mine}
    run(
        folder,
        manifest(samples, shard, scan),
        mine,
        numbers,
        source,
        examiner,
        on_progress=seen.append,
    )
    return seen


def test_every_answer_is_judged_and_written_down(tmp_path: Path) -> None:
    examiner = WordExaminer()
    seen = go(tmp_path, Answers(T1_1="wrong", T2_2="right insecure"), examiner)
    assert seen[-1] == Progress(drawn=8, judged=8, passed=7, total=8)
    found = read_results(tmp_path)
    assert len(found) == 8
    assert not found["T/1", 1].passed
    assert (found["T/2", 2].passed, found["T/2", 2].clean) == (True, False)
    judged = found["T/2", 2].judged
    assert judged is not None
    assert judged.attempt.verdicts[0].evidence == {}
    assert set(examiner.scans) == {True}


def test_without_scans_nothing_is_said_about_security(tmp_path: Path) -> None:
    examiner = WordExaminer()
    go(tmp_path, Answers("right insecure"), examiner, scan=False)
    assert {result.clean for result in read_results(tmp_path).values()} == {None}


def test_the_same_answer_is_judged_once_for_a_problem_also_after_a_restart(tmp_path: Path) -> None:
    special = {f"T{place}_{number}": "right" for place in range(4) for number in (1, 2, 3)}
    examiner = WordExaminer()
    go(tmp_path, Answers(**special), examiner, samples=3)
    assert len(examiner.judged) == 4
    lines = (tmp_path / RESULTS).read_bytes().splitlines(keepends=True)
    (tmp_path / RESULTS).write_bytes(b"".join(lines[:-2]))
    again = WordExaminer()
    go(tmp_path, Answers(**special), again, samples=3)
    assert len(again.judged) <= 1
    assert len(read_results(tmp_path)) == 12


@pytest.mark.parametrize("keep", [0, 1, 5, 8])
@pytest.mark.parametrize("tail", [b"", b'{"problem": "T/'])
def test_a_run_goes_on_where_it_was_killed(tmp_path: Path, keep: int, tail: bytes) -> None:
    go(tmp_path, Answers(), WordExaminer())
    whole = read_results(tmp_path)
    for name, kept in ((GENERATIONS, min(keep + 1, 8)), (RESULTS, keep)):
        lines = (tmp_path / name).read_bytes().splitlines(keepends=True)
        (tmp_path / name).write_bytes(b"".join(lines[:kept]) + tail)
    source, examiner = Answers(), WordExaminer()
    go(tmp_path, source, examiner)
    assert read_results(tmp_path) == whole
    assert len(source.asked) == 8 - min(keep + 1, 8)
    assert len(examiner.judged) == 8 - keep


def test_a_broken_tool_leaves_an_answer_open_and_a_second_start_asks_again(tmp_path: Path) -> None:
    go(tmp_path, Answers(T0_1="right broken"), WordExaminer())
    found = read_results(tmp_path)["T/0", 1]
    assert found.judged is None
    assert "crashed" in found.error
    assert not found.passed

    class Mended(WordExaminer):
        def judge(self, task, answer, *, scan=True):  # type: ignore[no-untyped-def]
            return super().judge(task, answer.replace("broken", ""), scan=scan)

    source, examiner = Answers(), Mended()
    go(tmp_path, source, examiner)
    assert source.asked == []
    assert len(examiner.judged) == 1
    assert read_results(tmp_path)["T/0", 1].passed


@pytest.mark.parametrize("text", ["gone", "unreachable"])
def test_without_a_sandbox_or_a_model_the_run_stops_and_keeps_what_it_has(tmp_path: Path, text: str) -> None:
    with pytest.raises(SandboxUnavailable):
        go(tmp_path, Answers(T3_2=text), WordExaminer())
    go(tmp_path, Answers(T3_2="right"), WordExaminer()) if text == "unreachable" else None
    assert ("T/3", 2) not in read_results(tmp_path) or text == "unreachable"


@pytest.mark.parametrize(
    "change", [{"samples": 3}, {"source": "other"}, {"scan": False}, {"problems_digest": "x"}]
)
def test_another_run_does_not_go_on_in_the_folder(tmp_path: Path, change: dict[str, object]) -> None:
    go(tmp_path, Answers(), WordExaminer())
    other = manifest().model_copy(update=change)
    with pytest.raises(InvalidInput, match=f"its {next(iter(change))} is"):
        run(tmp_path, other, PROBLEMS, {each.id: [1] for each in PROBLEMS}, Answers(), WordExaminer())


def test_two_processes_do_not_work_on_one_folder(tmp_path: Path) -> None:
    busy, free = threading.Event(), threading.Event()

    class Waiting(WordExaminer):
        def judge(self, task, answer, *, scan=True):  # type: ignore[no-untyped-def]
            busy.set()
            assert free.wait(30)
            return super().judge(task, answer, scan=scan)

    first = threading.Thread(target=go, args=(tmp_path, Answers(), Waiting()))
    first.start()
    assert busy.wait(30)
    with pytest.raises(RunBusy, match="another process"):
        go(tmp_path, Answers(), WordExaminer())
    free.set()
    first.join()
    assert len(read_results(tmp_path)) == 8


def test_shards_cover_all_problems_once_and_merge_into_the_whole(tmp_path: Path) -> None:
    go(tmp_path / "whole", Answers(), WordExaminer())
    parts = []
    for place in (1, 2, 3):
        parts.append(tmp_path / f"part{place}")
        go(parts[-1], Answers(), WordExaminer(), shard=f"{place}/3")
    assert merge(tmp_path / "merged", parts) == manifest()
    assert read_results(tmp_path / "merged") == read_results(tmp_path / "whole")
    for wrong, said in (
        (parts[:2], "lack the shard 3/3"),
        ([*parts, parts[0]], "twice"),
        ([tmp_path / "whole"], "not the shards"),
        ([], "missing"),
    ):
        with pytest.raises(InvalidInput, match=said):
            merge(tmp_path / "other", wrong)
    go(tmp_path / "longer", Answers(), WordExaminer(), samples=3, shard="3/3")
    with pytest.raises(InvalidInput, match="another run"):
        merge(tmp_path / "other", [*parts[:2], tmp_path / "longer"])
    with pytest.raises(InvalidInput, match="holds a run already"):
        merge(tmp_path / "merged", parts)


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "1/9", "-1/2", f"1/{'9' * 5000}"])
def test_a_wrong_shard_is_named(shard: str) -> None:
    with pytest.raises(InvalidInput, match="is no shard"):
        shard_of(PROBLEMS, shard)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / RESULTS).mkdir()
    with pytest.raises(InvalidInput, match=r"results\.jsonl cannot be read"):
        read_results(tmp_path)


def test_a_damaged_line_in_the_middle_is_named_and_not_skipped(tmp_path: Path) -> None:
    go(tmp_path, Answers(), WordExaminer())
    lines = (tmp_path / RESULTS).read_bytes().splitlines(keepends=True)
    (tmp_path / RESULTS).write_bytes(lines[0] + b"{}\n" + b"".join(lines[2:]))
    with pytest.raises(InvalidInput, match="line 2 is damaged"):
        go(tmp_path, Answers(), WordExaminer())


def test_a_full_disk_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="/dev/full cannot be written"), Log(Path("/dev/full")) as log:
        log.append(Generation(problem="x", sample=1))


def test_a_folder_that_cannot_be_locked_is_not_called_busy(tmp_path: Path) -> None:
    go(tmp_path, Answers(), WordExaminer())
    (tmp_path / "lock").unlink()
    (tmp_path / "lock").mkdir()
    with pytest.raises(InvalidInput, match="cannot be written") as caught:
        go(tmp_path, Answers(), WordExaminer())
    assert not isinstance(caught.value, RunBusy)


def test_a_run_that_is_stopped_draws_no_more_than_it_has_begun(tmp_path: Path) -> None:
    class Slow(Answers):
        def answers(self, problem: Problem, numbers: Sequence[int]) -> Iterator[Generation]:
            for each in super().answers(problem, numbers):
                yield each
                time.sleep(0.05)

    def stop(progress: Progress) -> None:
        if progress.judged:
            raise KeyboardInterrupt

    source = Slow()
    numbers = {each.id: range(1, 2 if each is PROBLEMS[0] else 101) for each in PROBLEMS}
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, manifest(100), PROBLEMS, numbers, source, WordExaminer(), on_progress=stop)
    assert len(source.asked) < 50


def test_answers_that_differ_in_their_first_blanks_are_not_the_same(tmp_path: Path) -> None:
    examiner = WordExaminer()
    go(tmp_path, Answers(T0_1="    a = 1\n    b = 2", T0_2="a = 1\n    b = 2"), examiner)
    assert len(examiner.judged) == 8


def test_two_that_begin_at_once_do_not_mix(tmp_path: Path) -> None:
    busy, free = threading.Event(), threading.Event()

    class Waiting(WordExaminer):
        def judge(self, task, answer, *, scan=True):  # type: ignore[no-untyped-def]
            busy.set()
            assert free.wait(30)
            return super().judge(task, answer, scan=scan)

    first = threading.Thread(target=go, args=(tmp_path, Answers(), Waiting()))
    first.start()
    assert busy.wait(30)
    (tmp_path / "run.json").unlink()  # as if the second had looked before the first wrote it
    with pytest.raises(RunBusy):
        go(tmp_path, Answers(), WordExaminer(), samples=3)
    assert not (tmp_path / "run.json").exists()
    free.set()
    first.join()


def test_a_merge_that_was_broken_off_begins_anew(tmp_path: Path) -> None:
    parts = [tmp_path / f"part{place}" for place in (1, 2)]
    for place, part in enumerate(parts, 1):
        go(part, Answers(), WordExaminer(), shard=f"{place}/2")
    merge(tmp_path / "merged", parts)
    (tmp_path / "merged" / "run.json").unlink()
    merge(tmp_path / "merged", parts)
    for name in (GENERATIONS, RESULTS):
        assert len((tmp_path / "merged" / name).read_bytes().splitlines()) == 8


@pytest.mark.parametrize("shard", ["1/x", "1/999999999999", f"1/{'9' * 5000}", "/", "1/0"])
def test_shards_of_a_hostile_run_are_refused_at_once(tmp_path: Path, shard: str) -> None:
    go(tmp_path / "part", Answers(), WordExaminer(), shard="1/2")
    path = tmp_path / "part" / "run.json"
    path.write_text(path.read_text().replace("1/2", shard))
    with pytest.raises(InvalidInput, match="shard"):
        merge(tmp_path / "merged", [tmp_path / "part"])
