from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.fakes import FakeClock
from verifiers.domain import CodingTask, Language, Outcome, OutcomeStatus, SourceFile, TestSuite
from worker.access import LOCAL
from worker.errors import JobNotFound, StoreUnavailable
from worker.states import JobState
from worker.store import claims, events, jobs
from worker.store.database import Database, open_database
from worker.store.reading import Filters
from worker.store.schema import jobs as jobs_table

ON_BOTH = True


def test_a_submitted_job_comes_back_whole(database: Database, clock: FakeClock) -> None:
    task = CodingTask(
        instruction="\n  Sort a list, größtes zuerst.\nMore.",
        tests=TestSuite(files=(SourceFile(path="test_it.py", content="assert True\n"),)),
    )
    summary = jobs.submit(database, task, 5)
    job = jobs.get(database, summary.id)
    assert job.task == task
    assert (job.state, job.deliveries, job.outcome, job.error) == (JobState.QUEUED, 0, None, None)
    assert job.title == "Sort a list, größtes zuerst."
    assert job.created_at.timestamp() == clock()


def test_a_job_survives_reopening_the_file(tmp_path: Path, task: CodingTask) -> None:
    url = f"sqlite:///{tmp_path}/deep/er/jobs.db"
    first = open_database(url)
    job_id = jobs.submit(first, task, 5).id
    first.close()
    again = open_database(url)
    assert jobs.get(again, job_id).task == task
    again.close()


@pytest.mark.parametrize("job_id", ["", "nonsense", "' OR 1=1 --", "\x00", "a" * 5000])
def test_an_unknown_id_is_not_found(database: Database, job_id: str) -> None:
    with pytest.raises(JobNotFound, match="no task with the id"):
        jobs.get(database, job_id)
    with pytest.raises(JobNotFound):
        jobs.cancel(database, job_id)


def test_pages_go_from_new_to_old_without_gaps(
    database: Database, clock: FakeClock, task: CodingTask
) -> None:
    ids = []
    for _ in range(7):
        ids.append(jobs.submit(database, task, 5).id)
        clock.turn(1)
    seen, cursor = [], None
    for _ in range(3):
        page = jobs.page(database, 3, cursor)
        seen += [job.id for job in page.jobs]
        cursor = page.next_cursor
    assert seen == ids[::-1]
    assert cursor is None


def test_pages_can_be_of_some_states(database: Database, task: CodingTask) -> None:
    taken, waiting = jobs.submit(database, task, 5).id, jobs.submit(database, task, 5).id
    claims.claim(database, taken, "w", 30)
    assert [job.id for job in jobs.page(database, 9, states={JobState.RUNNING}).jobs] == [taken]
    assert [job.id for job in jobs.page(database, 9, states={JobState.QUEUED}).jobs] == [waiting]
    assert jobs.page(database, 9, states={JobState.ERROR}).jobs == ()


def test_a_queued_job_is_cancelled_at_once(database: Database, task: CodingTask) -> None:
    job_id = jobs.submit(database, task, 5).id
    job = jobs.cancel(database, job_id)
    assert job.state is JobState.CANCELLED
    assert job.outcome is not None
    assert job.outcome.status is OutcomeStatus.CANCELLED
    assert claims.claim(database, job_id, "w", 30) is None
    assert [e.event.kind for e in events.read(database, job_id).events] == ["outcome"]


def test_cancelling_twice_or_too_late_changes_nothing(database: Database, task: CodingTask) -> None:
    job_id = jobs.submit(database, task, 5).id
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    claims.finish(database, held, Outcome(status=OutcomeStatus.SOLVED, reason="Good."))
    before = jobs.get(database, job_id)
    assert jobs.cancel(database, job_id) == before
    assert before.state is JobState.SOLVED


def test_a_title_is_one_short_line() -> None:
    assert jobs.title_of("\n\n  short \nlong") == "short"
    assert len(jobs.title_of("x" * 5000)) == 120
    assert jobs.title_of(" \n ") == ""


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("sqlite:///:memory:", "cannot be shared"),
        ("sqlite://", "cannot be shared"),
        ("not a url", "not a database"),
        ("nosuchdb://host/x", "not a database"),
        ("sqlite:////proc/no/jobs.db", "folder cannot be made"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_in_one_sentence(url: str, word: str) -> None:
    with pytest.raises(StoreUnavailable, match=word) as caught:
        open_database(url)
    assert caught.value.hint


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").write_bytes(os.urandom(8192))
    with pytest.raises(StoreUnavailable, match="not a database"):
        open_database(f"sqlite:///{tmp_path}/jobs.db")


def test_an_error_of_the_database_does_not_repeat_the_task(database: Database) -> None:
    row = jobs.new_row(1.0, Language.PYTHON, "t", CodingTask(instruction="secret words"), 5, LOCAL)
    wrong = insert(jobs_table).values(row | {"wake_at": None})
    with pytest.raises(StoreUnavailable, match="wake_at") as caught, database.begin() as connection:
        connection.execute(wrong)
    assert "secret" not in str(caught.value)


def test_a_listing_shows_what_fits_all_filters(database: Database, clock: FakeClock) -> None:
    ids = {}
    for text, language in (("Add 50% to a", "python"), ("Sort LISTS", "go"), ("add_b", "python")):
        ids[text] = jobs.submit(database, CodingTask(instruction=text, language=language), 5).id
        clock.turn(60)
    began = datetime.fromtimestamp(clock() - 180, UTC)

    def found(**filters: object) -> set[str]:
        page = jobs.page(database, 9, filters=Filters.model_validate(filters))
        return {job.title for job in page.jobs}

    assert found() == set(ids)
    assert found(language="go") == {"Sort LISTS"}
    assert found(text="ADD") == {"Add 50% to a", "add_b"}
    assert found(text="%") == {"Add 50% to a"}, "no wildcard"
    assert found(text="_") == {"add_b"}
    assert found(text="\x00") == set()
    minute = timedelta(seconds=60)
    assert found(since=began + minute) == {"Sort LISTS", "add_b"}
    assert found(until=began + minute) == {"Add 50% to a"}
    assert found(since=began + minute, until=began + 2 * minute, text="sort") == {"Sort LISTS"}
    assert found(since="0001-01-01T00:00:00Z", until="9999-12-31T23:59:59Z") == set(ids)
    jobs.page(database, 9, cursor="\x00")  # no such cursor was given out, but it breaks nothing
    first = jobs.page(database, 1, filters=Filters(language=Language.PYTHON))
    second = jobs.page(database, 1, first.next_cursor, filters=Filters(language=Language.PYTHON))
    assert [first.jobs[0].title, second.jobs[0].title] == ["add_b", "Add 50% to a"]
    assert second.next_cursor is None
