"""The bar of long commands."""

from __future__ import annotations

import io

from rich.console import Console

from api.cli.bar import Bar


def shown(*, terminal: bool) -> str:
    written = io.StringIO()
    console = Console(file=written, force_terminal=terminal, width=160)
    with Bar(console) as bar:
        bar.show("lines of [/] \x1b[2Jout", 3, 12, "[bold]2 solved, 1 not[/bold]")
        bar._progress.refresh()
    return written.getvalue()


def test_a_terminal_sees_the_step_and_its_figures_as_they_are_written() -> None:
    text = shown(terminal=True)
    assert "lines of [/]" in text
    assert "3/12" in text
    assert "[bold]2 solved, 1 not[/bold]" in text
    assert "\x1b[2J" not in text


def test_a_pipe_sees_nothing() -> None:
    assert shown(terminal=False) == ""
