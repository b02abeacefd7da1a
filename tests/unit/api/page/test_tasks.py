from __future__ import annotations

from typing import Any

import pytest

from api.deps import Services
from api.page import tasks
from api.page.attempts import Choice, Progress
from tests.fakes import FakeBroker
from tests.integration.page import seeds
from tests.unit.api.page.conftest import Visit, key_of, owner_of
from verifiers.domain import CodingTask, OutcomeStatus
from worker.access import Scope
from worker.errors import StoreUnavailable
from worker.states import JobState
from worker.store import feedback, jobs
from worker.store.database import Database
from worker.store.records import Job


def test_without_a_key_a_browser_is_sent_to_sign_in_and_back(visit: Visit) -> None:
    answer = visit().get("/tasks/new?like=x")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/tasks/new%3Flike%3Dx"
    form = visit().get(answer.headers["location"])
    assert 'value="/tasks/new?like=x"' in form.text


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"]
)
def test_signing_in_leads_nowhere_else(visit: Visit, database: Database, wanted: str) -> None:
    answer = visit().post("/sign-in", data={"key": key_of(database, "one"), "next": wanted})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_wrong_key_is_told_on_the_form(visit: Visit) -> None:
    answer = visit().post("/sign-in", data={"key": "acr_wrong"})
    assert answer.status_code == 401
    assert "This key is not good here" in answer.text
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_session(visit: Visit, database: Database) -> None:
    browser = visit(key_of(database, "one"))
    cookies = dict(browser.cookies)
    assert browser.post("/sign-out").status_code == 303
    browser.cookies.update(cookies)
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_no_other_site_can_have_anything_done(visit: Visit, database: Database, site: str) -> None:
    browser = visit(key_of(database, "one"))
    owner = owner_of(database, key_of(database, "one"))
    job_id = seeds.queued(database, owner)
    for path in (
        "/tasks",
        f"/tasks/{job_id}/cancel",
        f"/tasks/{job_id}/delete",
        "/keys",
        "/webhooks",
        "/sign-out",
    ):
        answer = browser.post(path, data={"instruction": "x"}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403, path
    assert jobs.summary(database, job_id).state is JobState.QUEUED
    assert len(jobs.page(database, 10).jobs) == 1


def test_a_task_goes_in_by_form_with_its_files(visit: Visit, database: Database, broker: FakeBroker) -> None:
    browser = visit(key_of(database, "one"))
    answer = browser.post(
        "/tasks",
        data={
            "instruction": "Do it.",
            "language": "rust",
            "tests.files.0.path": "tests/a.rs",
            "tests.files.0.content": "#[test]\r\nfn a() {}\r\n",
            "budget.attempts": "2",
            "policy.block_severity": "high",
        },
        files=[("files", ("helper.rs", b"pub fn h() {}\n")), ("files", ("more.rs", b"pub fn m() {}\n"))],
    )
    assert answer.status_code == 303, answer.text
    job_id = answer.headers["location"].removeprefix("/tasks/")
    task = jobs.get(database, job_id, "one").task
    assert (task.language, task.budget.attempts, task.policy.block_severity) == ("rust", 2, "high")
    assert [file.path for file in task.files] == ["helper.rs", "more.rs"]
    assert task.tests is not None
    assert task.tests.files[0].content == "#[test]\nfn a() {}\n"
    assert broker.woken == [job_id]


def test_a_form_with_a_fault_comes_back_as_it_was_with_the_fault_at_its_field(
    visit: Visit, database: Database
) -> None:
    browser = visit(key_of(database, "one"))
    wrong = {"instruction": "Keep \u200b this.", "budget.seconds": "soon", "tests.files.0.path": "test_x.py"}
    wrong["tests.files.0.content"] = "def test_x(:\n"
    answer = browser.post("/tasks", data=wrong)
    assert answer.status_code == 422
    assert "Keep \u200b this." in answer.text  # not as a number: it is sent again
    assert "def test_x(:" in answer.text
    assert 'id="budget.seconds" name="budget.seconds" type="text" value="soon"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    del wrong["budget.seconds"]
    answer = browser.post("/tasks", data=wrong)  # what only the check of the tests finds
    assert answer.status_code == 422
    assert "tests.files.0.content" in answer.text
    binary = browser.post("/tasks", data={"instruction": "x"}, files={"files": ("a.bin", b"\xff\xfe\x00")})
    assert binary.status_code == 422
    assert "is not UTF-8 text" in binary.text
    assert jobs.page(database, 10).jobs == ()


def test_a_task_can_be_submitted_again(visit: Visit, database: Database) -> None:
    secret = key_of(database, "one")
    job_id = seeds.queued(database, owner_of(database, secret))
    form = visit(secret).get(f"/tasks/new?like={job_id}").text
    assert "Write a function double(number)." in form
    assert "from solution import double" in form


def test_another_tenant_s_task_is_not_there(visit: Visit, database: Database) -> None:
    job_id = seeds.queued(database, owner_of(database, key_of(database, "one")))
    stranger = visit(key_of(database, "two", Scope.READ, Scope.SUBMIT))
    assert "Nothing yet" in stranger.get("/").text
    for path in (f"/tasks/{job_id}", f"/tasks/{job_id}/live", f"/tasks/new?like={job_id}"):
        assert stranger.get(path).status_code == 404, path
    for action in ("cancel", "delete", "feedback"):
        answer = stranger.post(f"/tasks/{job_id}/{action}", data={"verdict": "accepted"})
        assert answer.status_code == 404, action
    assert stranger.post(f"/queue/{job_id}/replay").status_code == 404
    assert jobs.summary(database, job_id).state is JobState.QUEUED


def test_who_may_only_read_sees_no_button_and_cannot_press_it(visit: Visit, database: Database) -> None:
    job_id = seeds.queued(database, owner_of(database, key_of(database, "one")))
    reader = visit(key_of(database, "one", Scope.READ))
    for path in ("/", f"/tasks/{job_id}", "/audits", "/batches", "/webhooks", "/queue"):
        page = reader.get(path)
        assert page.status_code == 200, path
        actions = page.text.count('method="post"') - page.text.count('action="/sign-out"')
        assert actions == 0, path
        assert 'href="/keys"' not in page.text
    assert reader.post(f"/tasks/{job_id}/cancel").status_code == 403
    assert reader.get("/tasks/new").status_code == 403
    refused = reader.get("/keys")
    assert refused.status_code == 403
    assert "lacks the scope" in refused.text


def test_lists_are_filtered_searched_and_turned_over(visit: Visit, database: Database) -> None:
    secret = key_of(database, "one")
    owner = owner_of(database, secret)
    for number in range(31):
        seeds.queued(database, owner, CodingTask(instruction=f"Task number {number}."))
    seeds.broken(database, owner, "It broke.", CodingTask(instruction="Something else.", language="go"))
    browser = visit(secret)
    first = browser.get("/").text
    assert first.count('href="/tasks/0') == 30
    (older,) = [part.split('"')[0] for part in first.split('rel="next" href="')[1:]]
    assert browser.get(older.replace("&amp;", "&")).text.count('href="/tasks/0') == 2
    for query in ("state=error", "language=go", "text=ELSE", "state=error&language=&text="):
        assert browser.get(f"/?{query}").text.count('href="/tasks/0') == 1, query
    assert browser.get("/?state=nonsense").status_code == 422


def test_feedback_is_kept_and_shown(visit: Visit, database: Database) -> None:
    secret = key_of(database, "one")
    owner = owner_of(database, secret)
    job_id = seeds.ended(database, owner, seeds.outcome(OutcomeStatus.SOLVED, seeds.FIRST, seeds.SECOND))
    browser = visit(secret)
    given = {"verdict": "rejected", "comment": "Too <b>slow</b>.", "consent": "true"}
    given |= {"corrected.0.path": "solution.py", "corrected.0.content": "double = float\n"}
    answer = browser.post(f"/tasks/{job_id}/feedback", data=given, files={"corrected": ("", b"")})
    assert answer.status_code == 303
    (kept,) = feedback.listing(database, job_id).feedback
    assert (kept.verdict, kept.consent, kept.corrected is not None) == ("rejected", True, True)
    assert "Too &lt;b&gt;slow&lt;/b&gt;." in browser.get(f"/tasks/{job_id}").text
    assert browser.post(f"/tasks/{job_id}/feedback", data={"verdict": "so so"}).status_code == 422
    assert browser.post(f"/tasks/{job_id}/delete").status_code == 303
    assert browser.get(f"/tasks/{job_id}").status_code == 404


def test_a_dead_task_is_sent_back(visit: Visit, database: Database, broker: FakeBroker) -> None:
    secret = key_of(database, "one")
    job_id = seeds.dead(database, owner_of(database, secret), "5 workers in a row died.")
    browser = visit(secret)
    assert "5 workers in a row died." in browser.get("/queue").text
    assert browser.post(f"/queue/{job_id}/replay").status_code == 303
    assert jobs.summary(database, job_id).state is JobState.QUEUED
    assert broker.woken == [job_id]
    assert browser.post(f"/queue/{job_id}/replay").status_code == 409


def test_errors_are_pages_for_people_and_problems_for_programs(
    visit: Visit, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = visit(key_of(database, "one"))
    for path in ("/nowhere", "/tasks/none", "/audits/none", "/batches/none", "/webhooks/none"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        program = browser.get(path, headers={"Accept": "application/json"})
        assert program.headers["content-type"] == "application/problem+json", path
    assert browser.get("/v1/tasks/none").headers["content-type"] == "application/problem+json"

    def broken(*_: object) -> None:
        raise StoreUnavailable("The database does not answer.", "Start it.")

    monkeypatch.setattr("api.page.tasks.jobs.page", broken)
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "The database does not answer." in answer.text


def test_what_goes_wrong_with_a_part_of_a_page_is_not_put_into_it(visit: Visit, database: Database) -> None:
    part = {"HX-Request": "true"}
    unknown = visit().get("/queue", headers=part)
    assert (unknown.status_code, unknown.headers["hx-refresh"], unknown.text) == (401, "true", "")
    missing = visit(key_of(database, "one")).get("/tasks/none/live", headers=part)
    assert (missing.status_code, missing.headers["hx-reswap"], missing.text) == (404, "none", "")


def test_every_page_has_the_strict_policy_and_is_not_kept(visit: Visit, database: Database) -> None:
    answer = visit(key_of(database, "one")).get("/")
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_assets_are_kept_under_an_address_that_changes_with_them(visit: Visit) -> None:
    page = visit().get("/sign-in").text
    loaded = [part.split('"')[0] for part in page.split('"/static/')[1:]]
    assert {name.rpartition("/")[2] for name in loaded} >= {"page.css", "htmx.js", "hx-sse.js"}
    for name in loaded:
        answer = visit().get(f"/static/{name}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert visit().get("/static/0/page.css").headers["cache-control"] == "no-cache"
    assert visit().get("/static/0/..%2f..%2fapp.py").status_code == 404


def test_a_page_that_is_watched_is_made_anew_only_where_something_has_changed(
    services: Services, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = owner_of(database, key_of(database, "one"))
    job = jobs.submit(database, CodingTask(instruction="Add."), 5, owner)
    made: list[Job] = []
    real = tasks.shown

    def counted(given: Services, job: Job, progress: Progress, choice: Choice) -> dict[str, Any]:
        made.append(job)
        return real(given, job, progress, choice)

    monkeypatch.setattr(tasks, "shown", counted)
    look = tasks._Look(services, jobs.get(database, job.id), owner, Choice())
    assert look()[0] is not None
    assert look() == (None, False)
    assert len(made) == 1


def test_one_key_watches_no_more_than_so_many_pages(
    visit: Visit, services: Services, database: Database
) -> None:
    secret = key_of(database, "one")
    owner, browser = owner_of(database, secret), visit(secret)
    job = jobs.submit(database, CodingTask(instruction="Add."), 5, owner)
    jobs.cancel(database, job.id, owner.sees)
    for _ in range(25):  # each ends at once and gives its place free
        assert browser.get(f"/tasks/{job.id}/live").status_code == 200
    for _ in range(20):
        services.watched.take(owner)
    assert browser.get(f"/tasks/{job.id}/live").status_code == 429
