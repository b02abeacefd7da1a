"""Parsing beside other threads: CPython 3.11 ends some of them with a SystemError."""

from __future__ import annotations

import ast
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from agent.extraction.python_source import parse as parse_answer
from verifiers.execution import parsing
from verifiers.execution.parsing import Unparsable, parse


def test_threads_parse_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = most = 0

    class Slow:
        @staticmethod
        def parse(source: str, path: str) -> ast.Module:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            time.sleep(0.002)
            inside -= 1
            return ast.parse(source, path)

    monkeypatch.setattr(parsing, "ast", Slow)
    with ThreadPoolExecutor(8) as pool:
        trees = list(pool.map(lambda number: parse(f"x = {number}", "x.py"), range(40)))
        answers = list(pool.map(parse_answer, ["x = 1"] * 8))
    assert most == 1
    assert all([*trees, *answers])


@pytest.mark.parametrize("source", ["(" * 500, "x = \x00", "9" * 5000, "-" * 100_000 + "1"])
def test_hostile_text_is_unparsable(source: str) -> None:
    with pytest.raises(Unparsable):
        parse(source, "x.py")
    assert parse_answer(source) is None
