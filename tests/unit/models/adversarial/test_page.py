"""The page: whole by itself, and deaf to what a model writes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from models.adversarial.evaluation import report_on
from models.adversarial.page import page, told
from models.adversarial.trials import Draw
from tests.unit.models.adversarial.examples import INSECURE, SECURE, attack, twin
from tests.unit.models.adversarial.test_evaluation import state

HOSTILE = "```python\neval('</pre><script>alert(1)</script>{{ 7*7 }}')\n```"
CASES = (attack(0), attack(1), twin())


class Seen(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def shown() -> str:
    before = state("before", [(CASES[0], [INSECURE]), (CASES[1], [INSECURE]), (CASES[2], [SECURE])])
    after = state("after", [(CASES[0], [HOSTILE]), (CASES[1], [SECURE]), (CASES[2], [SECURE])])
    return page(report_on(CASES, Draw(), [before, after]), CASES, after)


def test_it_needs_nothing_else_and_runs_nothing() -> None:
    seen = Seen(shown())
    assert {tag for tag, _ in seen.tags}.isdisjoint({"script", "link", "img", "iframe", "object", "form"})
    assert not [attrs for _, attrs in seen.tags if {"src", "href", "style", "onclick"} & set(attrs)]
    policy = next(attrs["content"] for tag, attrs in seen.tags if "http-equiv" in attrs)
    assert policy is not None
    assert "default-src 'none'" in policy


def test_what_a_model_wrote_is_text() -> None:
    seen = Seen(shown())
    assert any("<script>alert(1)</script>{{ 7*7 }}" in words for words in seen.words)


def test_bars_are_as_long_as_their_shares() -> None:
    bars = re.findall(r'<rect class="state-(\d)" x="230" y="\d+" width="([\d.]+)"', shown())
    assert bars[:2] == [("0", "400.0"), ("1", "200.0")]  # attack success 2 of 2, then 1 of 2


def test_a_number_is_told_with_its_interval() -> None:
    report = report_on(CASES[:1], Draw(), [state("a", [(CASES[0], [SECURE])])])
    assert told(report.states[0].sides[0].success) == "0.0% (0.0-79.3), n=1"
    assert told(None) == "-"
