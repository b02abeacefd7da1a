"""A store with something in every state that a page shows, as workers and people would have left it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import update

from verifiers.audit_values import Audit, AuditedFinding, AuditRequest, Check
from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Event,
    Finding,
    Location,
    Outcome,
    OutcomeStatus,
    Severity,
    SourceFile,
    Status,
    TestSuite,
    Verdict,
)
from worker.access import Caller
from worker.batches.lines import Endpoint
from worker.store import audits, claims, events, feedback, files, jobs
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.batches import batches
from worker.store.database import Database
from worker.store.feedback import FeedbackRequest, FeedbackVerdict
from worker.store.records import Claim
from worker.store.schema import batches as batch_rows
from worker.store.schema import jobs as job_rows
from worker.store.schema import webhook_deliveries
from worker.store.webhooks import endpoints

CODE = "def double(number):\n    return eval(f'{number} * 2')\n"
BETTER = "def double(number):\n    return number * 2\n"


def attempt(number: int, code: str, *findings: Finding, sample: int = 1) -> Attempt:
    """An attempt that a scanner has looked at; good without findings."""
    status = Status.FAILED if findings else Status.PASSED
    tests = Verdict(
        verifier="python-tests",
        status=Status.PASSED,
        summary="2 of 2 tests passed",
        evidence={"passed": ["test_double.py::test_one", "test_double.py::test_two"], "judging": "apart"},
        tool="python 3.11, pytest 9.2",
        duration_s=0.2,
    )
    scan = Verdict(
        verifier="semgrep",
        status=status,
        summary=f"{len(findings)} findings",
        findings=findings,
        tool="semgrep",
    )
    candidate = Candidate(files=(SourceFile(path="solution.py", content=code),), model="scripted")
    return Attempt(number=number, sample=sample, candidate=candidate, verdicts=(tests, scan))


EVAL = Finding(
    rule="python.eval",
    message="eval runs whatever text it is given.",
    fix="Compute the value.",
    severity=Severity.HIGH,
    cwe="CWE-95",
    location=Location(path="solution.py", line=2),
)
FIRST, SECOND = attempt(1, CODE, EVAL), attempt(2, BETTER)
TASK = CodingTask(
    instruction="Write a function double(number).",
    tests=TestSuite(files=(SourceFile(path="test_double.py", content="from solution import double\n"),)),
)


def queued(database: Database, owner: Caller, task: CodingTask = TASK) -> str:
    """A task that waits."""
    return jobs.submit(database, task, 1e9, owner).id


def taken(database: Database, job_id: str) -> Claim:
    """What a worker does first."""
    claim = claims.claim(database, job_id, "worker-1@host:4711", 1e9)
    assert claim is not None
    return claim


def happen(database: Database, claim: Claim, *attempts: Attempt) -> None:
    """The events of some attempts."""
    for each in attempts:
        place = {"attempt": each.number, "sample": each.sample}
        told = [("candidate", each.candidate), *(("verdict", verdict) for verdict in each.verdicts)]
        assert events.append(database, claim, Event(kind="attempt_started", attempt=each.number))
        for kind, value in told:
            event = Event(kind=kind, data=value.model_dump(mode="json"), **place)
            assert events.append(database, claim, event)


def ended(database: Database, owner: Caller, outcome: Outcome, task: CodingTask = TASK) -> str:
    """A task with an outcome."""
    job_id = queued(database, owner, task)
    claim = taken(database, job_id)
    happen(database, claim, *outcome.attempts)
    assert claims.finish(database, claim, outcome)
    return job_id


def broken(database: Database, owner: Caller, error: str, task: CodingTask = TASK) -> str:
    """A task that ended without an outcome."""
    job_id = queued(database, owner, task)
    assert claims.fail(database, taken(database, job_id), error)
    return job_id


def dead(database: Database, owner: Caller, error: str) -> str:
    """A task that too many workers died of."""
    job_id = queued(database, owner)
    with database.begin() as connection:
        connection.execute(
            update(job_rows).where(job_rows.c.id == job_id).values(state="dead", error=error, finished_at=1e9)
        )
    return job_id


def outcome(status: OutcomeStatus, *attempts: Attempt, reason: str = "Said by a test.") -> Outcome:
    """An outcome; a solved one rests on the last attempt."""
    solution = attempts[-1] if status is OutcomeStatus.SOLVED else None
    return Outcome(status=status, reason=reason, solution=solution, attempts=attempts)


def audited(database: Database, owner: Caller, *findings: Finding, name: str = "Purse") -> str:
    """An audit that has ended."""
    file = SourceFile(path="Purse.sol", content="contract Purse {}\n")
    job_id = audits.submit(database, AuditRequest(files=(file,), name=name), 1e9, owner).id
    found = tuple(
        AuditedFinding(id=f"A-{number}", finding=each, found_by=("slither",), blocks=True)
        for number, each in enumerate(findings, start=1)
    )
    said = findings[0].message if findings else "Nothing."
    audit = Audit(
        name=name,
        verdict=Status.FAILED if findings else Status.PASSED,
        reason=said,
        acrisol="0",
        started_at=datetime.now(UTC),
        duration_s=1,
        deadline_s=60,
        scope=(),
        checks=(Check(verifier="slither", status=Status.INCOMPLETE, summary=said, gaps=(said,), tool=said),),
        findings=found,
    )
    assert claims.finish_audit(database, taken(database, job_id), audit)
    return job_id


def batch(database: Database, owner: Caller, name: str = "tasks.jsonl", **values: object) -> str:
    """A batch with these columns."""
    kept = files.store(database, [b'{"custom_id": "1", "body": {}}\n'], name, owner)
    made = batches.create(database, kept.id, Endpoint.TASKS, {"run": name}, owner)
    move(database, made.id, **values)
    return made.id


def move(database: Database, batch_id: str, **values: object) -> None:
    """Change a batch's columns."""
    with database.begin() as connection:
        connection.execute(update(batch_rows).where(batch_rows.c.id == batch_id).values(values))


def webhook(database: Database, owner: Caller, url: str, said: str) -> str:
    """A webhook with a delivery that was refused."""
    made = endpoints.create(database, url, (), owner).webhook
    with database.begin() as connection:
        data = {"id": said, "state": "solved"}
        delivery = endpoints.insert_delivery(
            connection, made.id, "job", owner.tenant, "task.solved", data, 1e9
        )
        connection.execute(
            update(webhook_deliveries)
            .where(webhook_deliveries.c.id == delivery)
            .values(state="given_up", attempts=3, last_status=503, last_error=said)
        )
    return made.id


def site(database: Database, owner: Caller) -> dict[str, str]:
    """The addresses of pages in every state, by name."""
    paths = {
        "tasks": "/",
        "refused": f"/tasks/{ended(database, owner, outcome(OutcomeStatus.REFUSED))}",
        "error": f"/tasks/{broken(database, owner, 'The model does not answer. Start it.')}",
        "exhausted": f"/tasks/{ended(database, owner, outcome(OutcomeStatus.EXHAUSTED, FIRST))}",
        "solved": f"/tasks/{ended(database, owner, outcome(OutcomeStatus.SOLVED, FIRST, SECOND))}",
        "queued": f"/tasks/{queued(database, owner)}",
        "new-task": "/tasks/new",
        "audits": "/audits",
        "audit": f"/audits/{audited(database, owner, EVAL)}",
        "new-audit": "/audits/new",
        "batches": "/batches",
        "batch-running": f"/batches/{batch(database, owner, state='in_progress', total=9, completed=4)}",
        "batch-failed": f"/batches/{batch(database, owner, state='failed', finished_at=1e9)}",
        "queue": "/queue",
        "models": "/models",
        "webhooks": "/webhooks",
        "webhook": f"/webhooks/{webhook(database, owner, 'https://hooks.example.org/in', 'refused')}",
        "keys": "/keys",
        "key-log": "/keys/log",
        "missing": "/nowhere",
    }
    running = queued(database, owner)
    happen(database, taken(database, running), FIRST, attempt(2, BETTER, sample=2))
    dead(database, owner, "5 workers in a row died.")
    keys.create(database, KeyRequest(name="CI", tenant="other", expires_in_s=1e6, per_minute=60), owner)
    difference = f"{paths['solved']}?attempt=2.1&against=1.1"
    return {**paths, "running": f"/tasks/{running}", "difference": difference}


def hostile(database: Database, owner: Caller, texts: Sequence[str], paths: Sequence[str]) -> dict[str, str]:
    """The same with hostile text wherever a person, a model or a tool can put some."""
    everything = "\n".join(texts)
    found = tuple(
        Finding(
            rule=text[:200],
            message=text,
            fix=text,
            severity=Severity.HIGH,
            cwe=text[:20],
            counterexample=text,
            location=Location(path="solution.py", line=number),
        )
        for number, text in enumerate(texts, start=1)
    )
    code = "".join(text.replace("\n", " ").replace("\r", " ") + "\n" for text in texts)
    judged = attempt(1, code, *found, *(each.model_copy(update={"location": None}) for each in found))
    named = tuple(SourceFile(path=path, content=text) for path, text in zip(paths, texts, strict=False))
    candidate = Candidate(files=(*judged.candidate.files, *named), model=everything)
    verdicts = tuple(
        verdict.model_copy(
            update={
                "verifier": texts[number],
                "summary": everything,
                "tool": everything,
                "evidence": {text: [text, {text: text}] for text in texts} | {"passed": list(texts)},
            }
        )
        for number, verdict in enumerate(judged.verdicts)
    )
    bad = judged.model_copy(update={"candidate": candidate, "verdicts": verdicts, "feedback": everything})
    asked = "".join(char for char in everything if char.isprintable() or char == "\n")
    task = CodingTask(instruction=asked, files=named, tests=TestSuite(files=named))
    end = outcome(OutcomeStatus.EXHAUSTED, bad, attempt(2, BETTER), reason=everything)
    tasks = [ended(database, owner, end, task), broken(database, owner, everything, task)]
    said = FeedbackRequest(verdict=FeedbackVerdict.REJECTED, comment=asked, corrected=named)
    feedback.give(database, tasks[0], said, owner)
    for text in texts:
        queued(database, owner, CodingTask(instruction=text.strip()))
    running = queued(database, owner, task)
    happen(database, taken(database, running), bad)
    dead(database, owner, everything)
    for text in texts[:15]:
        shown = "".join(char for char in text if char.isprintable())[:120]
        keys.create(database, KeyRequest(name=shown), owner)
    url = f"https://hooks.example.org/?{texts[0]}{texts[10]}"
    error = '{"code": "x", "message": "<script>alert(1)</script><img src=x onerror=alert(1)>"}'
    failed = batch(database, owner, name=texts[3], state="failed", error=error, finished_at=1e9)
    return {
        "tasks": "/",
        "ended": f"/tasks/{tasks[0]}",
        "difference": f"/tasks/{tasks[0]}?attempt=2.1&against=1.1",
        "chosen": f"/tasks/{tasks[0]}?attempt=1.1",
        "hostile choice": f"/tasks/{tasks[0]}?attempt=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&against=%3Cimg",
        "broken": f"/tasks/{tasks[1]}",
        "running": f"/tasks/{running}",
        "resubmitted": f"/tasks/new?like={tasks[0]}",
        "audit": f"/audits/{audited(database, owner, *found, name=texts[3][:200])}",
        "batch": f"/batches/{failed}",
        "batches": "/batches",
        "webhooks": "/webhooks",
        "webhook": f"/webhooks/{webhook(database, owner, url, everything)}",
        "queue": "/queue",
        "keys": "/keys",
        "sign-in": "/sign-in?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "missing": "/%3Cscript%3Ealert(1)%3C/script%3E",
        "missing task": "/tasks/%3Cimg%20src=x%20onerror=alert(1)%3E",
    }
