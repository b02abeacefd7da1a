"""Models learn from a task only where its last feedback consents, and only while it is kept."""

from __future__ import annotations

from tests.fakes import FakeClock
from verifiers.domain import CodingTask, Outcome, OutcomeStatus, SourceFile
from worker.access import LOCAL
from worker.store import claims, feedback, jobs, removal
from worker.store.database import Database
from worker.store.feedback import FeedbackRequest, FeedbackVerdict
from worker.store.training import ended_tasks

ON_BOTH = True


def ended(database: Database, name: str = "task") -> str:
    job_id = jobs.submit(database, CodingTask(instruction=name), 5).id
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    claims.finish(database, held, Outcome(status=OutcomeStatus.EXHAUSTED, reason="..."))
    return job_id


def say(database: Database, job_id: str, *, consent: bool, accepted: bool = True) -> None:
    verdict = FeedbackVerdict.ACCEPTED if accepted else FeedbackVerdict.REJECTED
    files = None if accepted else (SourceFile(path="a.py", content="x = 1"),)
    said = FeedbackRequest(verdict=verdict, consent=consent, corrected=files)
    feedback.give(database, job_id, said, LOCAL)


def ids(database: Database, tenant: str | None = None) -> list[str]:
    return [task.id for task in ended_tasks(database, tenant)]


def test_only_with_consent(database: Database) -> None:
    silent, refusing, agreeing = (ended(database, name) for name in ("a", "b", "c"))
    say(database, refusing, consent=False)
    say(database, agreeing, consent=True, accepted=False)
    (found,) = ended_tasks(database)
    assert (found.id, found.task.instruction, found.outcome.reason) == (agreeing, "c", "...")
    assert found.said.accepted is False
    assert found.said.corrected == (SourceFile(path="a.py", content="x = 1"),)
    assert silent not in ids(database)


def test_consent_can_be_taken_back(database: Database, clock: FakeClock) -> None:
    job_id = ended(database)
    say(database, job_id, consent=True)
    assert ids(database) == [job_id]
    clock.turn(1)
    say(database, job_id, consent=False)
    assert ids(database) == []


def test_what_was_deleted_is_not_learnt(database: Database) -> None:
    job_id = ended(database)
    say(database, job_id, consent=True)
    removal.remove(database, job_id, LOCAL, lambda gone: None)
    assert ids(database) == []


def test_tenants_are_apart(database: Database) -> None:
    job_id = ended(database)
    say(database, job_id, consent=True)
    assert ids(database, LOCAL.tenant) == [job_id]
    assert ids(database, "another") == []


def test_more_than_a_page(database: Database) -> None:
    wanted = [ended(database, str(number)) for number in range(105)]
    for job_id in wanted:
        say(database, job_id, consent=True)
    assert sorted(ids(database)) == sorted(wanted)
