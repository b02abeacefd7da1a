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


def logged(*steps: tuple[float, str, int, str]) -> list[str]:
    written, at = io.StringIO(), [0.0]
    with Bar(Console(file=written, width=40), lambda: at[0]) as bar:
        for second, step, done, says in steps:
            at[0] = second
            bar.show(step, done, 50, says)
    return written.getvalue().splitlines()


def test_a_pipe_sees_nothing_of_a_short_command() -> None:
    assert shown(terminal=False) == ""


def test_a_pipe_sees_a_line_a_minute_with_the_time_left() -> None:
    steps = [(40.0 * number, "training", number, f"loss {9 - number}") for number in range(6)]
    assert logged(*steps) == [
        "training: 2 of 50, loss 7, 80 s so far, about 32 min left",
        "training: 4 of 50, loss 5, 3 min so far, about 31 min left",
    ]


def test_times_in_a_pipe_are_those_of_the_step() -> None:
    steps = [(0.0, "reading", 0, ""), (100.0, "writing", 0, ""), (170.0, "writing", 10, "")]
    assert logged(*steps) == ["writing: 0 of 50, 0 s so far", "writing: 10 of 50, 70 s so far"]


def test_a_name_cannot_write_a_line_of_its_own_into_a_log() -> None:
    (line,) = logged((0.0, "a", 0, ""), (61.0, "a\nError: all is lost\x1b[2J", 1, "b\r\nc"))
    assert line.startswith("a Error: all is lost")
    assert "\x1b" not in line
