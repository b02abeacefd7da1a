"""Hostile text wherever a person, a model or a tool can put some: nothing of it comes alive in a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Request

from tests.integration.page.conftest import Site, signed_in
from tests.integration.page.payloads import PAYLOADS

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(240)]

_OURS = re.compile(r"/static/[0-9a-f]{12}/(htmx|hx-sse)\.js")
_HTMX = re.compile(r"#list|every 4s|outerMorph|innerMorph|end|/[a-z/0-9-]*(\?[^\"<>]*)?")
_NEVER = frozenset(
    {"iframe", "object", "embed", "base", "style", "img", "video", "math", "template", "audio"}
)
_CAME = """addEventListener("htmx:after:sse:message", () => {
    document.documentElement.dataset.came = 1
}, true)"""


class Elements(HTMLParser):
    """What a browser would make of a page's bytes, and what of that may not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _NEVER or (tag == "script" and not _OURS.fullmatch(given.get("src", ""))):
            self.wrong.append(f"<{tag} {given}>")
        for name, value in given.items():
            hypermedia = name.startswith(("hx-", "data-hx-", "sse-"))
            leads = name in ("href", "src", "action", "formaction")
            if (
                name.startswith("on")
                or name in ("style", "srcdoc")
                or (hypermedia and name != "hx-ignore" and not _HTMX.fullmatch(value))
                or (leads and not re.match(r"/(?!/)|\?|#", value))
            ):
                self.wrong.append(f"{tag} {name}={value!r}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_at_least_thirty_ways_are_tried() -> None:
    assert len(set(PAYLOADS)) >= 30


def test_as_bytes_no_page_holds_an_element_or_attribute_that_the_text_wanted(hostile_site: Site) -> None:
    with httpx.Client(base_url=hostile_site.url, headers={"Accept": "text/html"}, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {hostile_site.key}"
        for name, path in hostile_site.paths.items():
            answer = client.get(path)
            assert answer.status_code in (200, 404), name
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy, name
            assert "unsafe" not in policy, name
            elements = Elements()
            elements.feed(answer.text)
            assert elements.wrong == [], name
            if name in (
                "ended",
                "chosen",
                "difference",
                "running",
                "broken",
                "tasks",
            ):  # it is shown, as text
                assert "<script>window.pwned=1" in "".join(elements.text), name
                assert "{{ 7*7 }}" in "".join(elements.text), name


def test_events_of_a_hostile_run_hold_nothing_that_lives_and_end_where_we_end_them(
    hostile_site: Site,
) -> None:
    client = httpx.Client(base_url=hostile_site.url, headers={"Authorization": f"Bearer {hostile_site.key}"})
    with client, client.stream("GET", f"{hostile_site.paths['running']}/live", timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = []
        for line in answer.iter_lines():
            if not line and lines:
                break
            lines.append(line)
    assert {line.partition(":")[0] for line in lines} == {"data"}
    elements = Elements()
    elements.feed("\n".join(line.removeprefix("data: ") for line in lines))
    assert elements.wrong == []
    assert "<script>window.pwned=1" in "".join(elements.text)


def test_in_a_browser_nothing_runs_asks_or_loads(browser: Browser, hostile_site: Site) -> None:
    alive: list[str] = []

    def on_request(request: Request) -> None:
        if not request.url.startswith(f"{hostile_site.url}/"):
            alive.append(f"asked {request.url}")

    def on_dialog(dialog: Dialog) -> None:
        alive.append(f"said {dialog.message}")
        dialog.dismiss()

    def on_console(message: ConsoleMessage) -> None:
        # What the policy refuses was there to be refused.
        if message.type == "error" and "404" not in message.text:
            alive.append(f"{page.url}: {message.text}")

    with browser.new_context(base_url=hostile_site.url) as context:
        page = signed_in(context, hostile_site)
        page.on("request", on_request)
        page.on("dialog", on_dialog)
        page.on("console", on_console)
        page.on("pageerror", lambda error: alive.append(str(error)))
        page.add_init_script(_CAME)
        for name, path in hostile_site.paths.items():
            page.goto(path)
            page.mouse.move(200, 300)
            if name == "running":  # what comes by events is morphed into the page
                page.wait_for_selector("html[data-came]", state="attached", timeout=60_000)
            assert page.evaluate("window.pwned") is None, name
            assert page.locator("script:not([src^='/static/']), iframe, img").count() == 0, name
            assert page.locator("[hx-get], [hx-sse\\:connect], [data-hx-get]").count() <= 1, name
    assert alive == []
