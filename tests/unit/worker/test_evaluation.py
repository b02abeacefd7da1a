from __future__ import annotations

from pathlib import Path

import pytest
from celery import Celery

from models.evaluation.plan import Plan
from models.evaluation.run import RunBusy
from verifiers.errors import InvalidInput, ToolFailed
from worker.app import build_app
from worker.errors import BrokerUnavailable
from worker.evaluation import DONE, FAILED, PLAN, QUEUE, RUN_SHARD, enqueue, register


def plan(tmp_path: Path, shard: str) -> Plan:
    return Plan(suite="humaneval", data=tmp_path, out=tmp_path / shard.replace("/", "of"), shard=shard)


def memory() -> Celery:
    return build_app("memory://", {"polling_interval": 0.01})


def test_a_message_leads_to_the_plan_in_the_shards_folder(tmp_path: Path) -> None:
    app, seen = memory(), list[Plan]()

    def run_shard(wanted: Plan) -> None:
        seen.append(wanted)

    register(app, tmp_path, run_shard)
    plans = [plan(tmp_path, f"{place}/2") for place in (1, 2)]
    enqueue(app, plans)
    with app.connection_for_read() as connection:
        queue = connection.SimpleQueue(QUEUE)
        messages = [queue.get(timeout=10) for _ in plans]
    for message in messages:
        assert message.headers["task"] == RUN_SHARD
        app.tasks[RUN_SHARD](*message.payload[0])
    assert seen == plans
    assert all((each.out / DONE).exists() for each in plans)


def test_what_goes_wrong_is_left_in_the_shards_folder_until_it_goes_well(tmp_path: Path) -> None:
    app, broken = memory(), [True]

    def run_shard(wanted: Plan) -> None:
        if broken.pop():
            raise ToolFailed("The sandbox is gone.")

    register(app, tmp_path, run_shard)
    one = plan(tmp_path, "1/2")
    enqueue(app, [one])
    app.tasks[RUN_SHARD](str(one.out))
    assert "sandbox is gone" in (one.out / FAILED).read_text()
    assert not (one.out / DONE).exists()
    broken.append(False)
    app.tasks[RUN_SHARD](str(one.out))
    assert not (one.out / FAILED).exists()
    assert (one.out / DONE).exists()


def test_a_message_that_comes_twice_does_not_end_the_shard_that_another_worker_is_at(tmp_path: Path) -> None:
    def busy(wanted: Plan) -> None:
        raise RunBusy("out", "another process works on the run.")

    app, one = memory(), plan(tmp_path, "1/2")
    register(app, tmp_path, busy)
    enqueue(app, [one])
    app.tasks[RUN_SHARD](str(one.out))
    assert not (one.out / DONE).exists()
    assert not (one.out / FAILED).exists()


def test_an_internal_error_is_left_in_the_folder_too_or_its_run_would_wait_for_ever(tmp_path: Path) -> None:
    def full(wanted: Plan) -> None:
        raise OSError(28, "No space left on device")

    app, one = memory(), plan(tmp_path, "1/2")
    register(app, tmp_path, full)
    enqueue(app, [one])
    with pytest.raises(OSError, match="No space"):
        app.tasks[RUN_SHARD](str(one.out))
    assert "OSError" in (one.out / FAILED).read_text()
    assert not (one.out / DONE).exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "1of2").write_text("in the way")
    with pytest.raises(InvalidInput, match="1of2 cannot be written"):
        enqueue(memory(), [plan(tmp_path, "1/2")])


def test_a_message_gets_nothing_run_but_what_stands_in_the_shared_folder(tmp_path: Path) -> None:
    app, root, elsewhere = memory(), tmp_path / "runs", tmp_path / "elsewhere"
    register(app, root, lambda wanted: pytest.fail(f"{wanted.out} was run"))
    outside, inside = plan(elsewhere, "1/2"), plan(root, "1/2")
    enqueue(app, [outside, inside])
    (root / "link").symlink_to(outside.out)
    (root / "copy").mkdir()
    (root / "copy" / PLAN).write_text(outside.model_dump_json())  # of another folder than the one it is in
    (root / "bad").mkdir()
    (root / "bad" / PLAN).write_text("{}")
    places = [
        outside.out,
        root / "link",
        root / "copy",
        root / "bad",
        root / "none",
        f"{root}/../elsewhere/1of2",
    ]
    for place in (*map(str, places), inside.model_dump_json(), "\0", "", "x" * 10_000):
        app.tasks[RUN_SHARD](place)
    assert not list(elsewhere.rglob(FAILED))


def test_a_queue_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BrokerUnavailable, match="REDIS_URL"):
        enqueue(build_app("redis://127.0.0.1:1/0"), [plan(tmp_path, "1/2")])
