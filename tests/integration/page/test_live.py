"""What somebody sees who stays on a page while a worker is at work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.integration.page import seeds
from tests.integration.page.conftest import Site, signed_in
from tests.requirements import require
from verifiers.domain import OutcomeStatus
from worker.store import claims

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(240)]
_PATIENCE_MS = 60_000


def test_attempts_and_the_outcome_come_in_without_a_reload(browser: Browser, site: Site) -> None:
    job_id = seeds.queued(site.database, site.owner)
    with browser.new_context(base_url=site.url) as context:
        context.set_default_timeout(_PATIENCE_MS)
        expect.set_options(timeout=_PATIENCE_MS)
        page = signed_in(context, site)
        page.goto(f"/tasks/{job_id}")
        page.evaluate("window.same = true")
        expect(page.get_by_text("It waits for a worker.")).to_be_visible()
        claim = seeds.taken(site.database, job_id)
        seeds.happen(site.database, claim, seeds.FIRST)
        expect(page.get_by_text("eval runs whatever text it is given.")).to_be_visible()
        page.get_by_text("2 of 2 tests passed").click()
        expect(page.get_by_text("test_double.py::test_one")).to_be_visible()
        seeds.happen(site.database, claim, seeds.attempt(2, seeds.BETTER, sample=2))
        expect(page.get_by_role("link", name="2.2", exact=True)).to_be_visible()
        expect(page.get_by_text("test_double.py::test_one")).to_be_visible()  # what was opened stays open
        end = seeds.outcome(OutcomeStatus.SOLVED, seeds.FIRST, seeds.SECOND)
        assert claims.finish(site.database, claim, end)
        expect(page.get_by_text("What the accepted code rests on")).to_be_visible()
        assert page.evaluate("window.same")
        page.get_by_role("link", name="Difference to 1.1").click()
        expect(page.locator("tr.went")).to_contain_text("eval(f'{number} * 2')")
        expect(page.locator("tr.came")).to_contain_text("return number * 2")


def test_a_batch_moves_on_and_a_list_of_tasks_too(browser: Browser, site: Site) -> None:
    batch_id = seeds.batch(site.database, site.owner, state="in_progress", total=10, completed=3)
    with browser.new_context(base_url=site.url) as context:
        expect.set_options(timeout=_PATIENCE_MS)
        page = signed_in(context, site)
        page.goto(f"/batches/{batch_id}")
        expect(page.get_by_text("3 of 10 lines have ended.")).to_be_visible()
        seeds.move(site.database, batch_id, completed=9, failed=1, state="completed")
        expect(page.get_by_text("9 of 10 lines have a result, 1 an error.")).to_be_visible()
        page.goto("/?state=queued")
        job_id = seeds.queued(site.database, site.owner)
        expect(page.locator(f"a[href='/tasks/{job_id}']")).to_be_visible()


def test_who_is_signed_out_elsewhere_is_led_to_the_form_and_back(browser: Browser, site: Site) -> None:
    with browser.new_context(base_url=site.url) as context:
        context.set_default_timeout(_PATIENCE_MS)
        page = signed_in(context, site)
        page.goto("/queue")
        elsewhere = context.new_page()
        elsewhere.goto("/models")
        elsewhere.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in?next=/queue")


def test_a_task_submitted_by_form_is_seen_to_its_end_by_a_real_worker(
    browser: Browser, tmp_path: Path
) -> None:
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    named = {key: value for key, value in os.environ.items() if not key.startswith(("ACRISOL_", "REDIS_"))}
    environment = named | {"ACRISOL_HOME": str(tmp_path), "ACRISOL_PORT": "0", "ACRISOL_CONCURRENCY": "1"}
    command = [sys.executable, "-m", "tests.integration.service.serve_scripted"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with browser.new_context(base_url=url) as context:
                context.set_default_timeout(_PATIENCE_MS)
                expect.set_options(timeout=_PATIENCE_MS)
                page = context.new_page()
                page.goto("/tasks/new")
                page.get_by_label("API key").fill((tmp_path / "api-key").read_text())
                page.get_by_role("main").get_by_role("button", name="Sign in").click()
                page.get_by_label("What should the code do?").fill("sleep 1")
                page.get_by_role("button", name="Submit").click()
                page.wait_for_url(re.compile("/tasks/[0-9a-f-]{36}$"))
                page.evaluate("window.same = true")
                expect(page.get_by_text("Done by process")).to_be_visible()
                expect(page.get_by_role("region", name="Outcome")).to_contain_text("Solved")
                assert page.evaluate("window.same")
        finally:
            process.terminate()
