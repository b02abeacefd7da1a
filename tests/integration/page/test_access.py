"""Nobody is shut out: axe-core, phones, the keyboard, no JavaScript."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser

from tests.integration.page.conftest import PHONE, WIDE, Site, signed_in

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(240)]


_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
_RUN = """async rules => (await axe.run({preload: false, resultTypes: ["violations"], ...rules})).violations
    .filter(each => ["serious", "critical"].includes(each.impact))
    .map(each => [each.id, each.nodes.map(node => node.html + " " + node.failureSummary)])"""
_CONTRAST = {"runOnly": ["color-contrast"]}  # what is light and what is dark differ in nothing else

_ALIKE = {"refused", "queued", "audits", "batch-failed"}  # the same templates and colours as others


def test_axe_finds_no_serious_fault_light_or_dark_and_nothing_scrolls_sideways(
    browser: Browser, site: Site
) -> None:
    wrong: dict[str, object] = {}
    with browser.new_context(base_url=site.url, viewport=WIDE, bypass_csp=True) as context:
        page = signed_in(context, site)
        paths = {name: path for name, path in site.paths.items() if name not in _ALIKE}
        for name, path in {**paths, "sign-in": "/sign-in"}.items():
            page.goto(path, wait_until="domcontentloaded")
            page.emulate_media(color_scheme="light")
            page.evaluate(_AXE)
            wrong[name] = page.evaluate(_RUN, {})
            page.emulate_media(color_scheme="dark")
            wrong[f"{name} in the dark"] = page.evaluate(_RUN, _CONTRAST)
            page.set_viewport_size(PHONE)
            wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            wrong[f"{name} on a phone"] = f"{wider} px too wide" if wider > 0 else ""
            page.set_viewport_size(WIDE)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_everything_is_reached_by_tab_and_the_first_stop_leads_to_the_content(
    browser: Browser, site: Site
) -> None:
    with browser.new_context(base_url=site.url, viewport=WIDE) as context:
        page = signed_in(context, site)
        page.goto(site.paths["exhausted"])
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        wanted = page.evaluate(_REACHABLE)
        page.goto(site.paths["exhausted"])
        reached = set()
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        assert len(reached) >= wanted


_REACHABLE = """[...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(each => each.checkVisibility()).length"""


def test_without_javascript_everything_is_there_and_forms_work(browser: Browser, site: Site) -> None:
    with browser.new_context(base_url=site.url, java_script_enabled=False) as context:
        page = signed_in(context, site)
        page.goto(site.paths["running"])
        assert page.locator("meta[http-equiv=refresh]").count() == 1
        assert page.get_by_text("eval runs whatever text it is given.").count() == 0  # the other sample
        page.get_by_role("link", name="1.1", exact=True).click()
        assert page.get_by_text("eval runs whatever text it is given.").is_visible()
        page.goto("/tasks/new")
        page.get_by_label("What should the code do?").fill("Write a function half(number).")
        page.get_by_role("button", name="Submit").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Write a function half(number)."
        page.get_by_role("button", name="Cancel").click()
        assert page.get_by_text("Cancelled before a worker took it up.").is_visible()
