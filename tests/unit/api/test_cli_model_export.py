"""What ``acrisol model export`` and ``merge`` show."""

from __future__ import annotations

import io

from rich.console import Console

from api.cli.model_export import show
from models.training.export.agreement import Agreement


def _shown(width: int) -> str:
    agreement = Agreement(
        subject="[/x]",
        reference="[/best] on [red]base",
        prompts=1,
        tokens=100,
        same=98,
        widest_tie=0,
        worst=0.02,
        mean=0.001,
        effect=0.4,
        tolerance=0.1,
        mean_tolerance=0.1,
    )
    out = io.StringIO()
    show(Console(file=out, width=width), [agreement], as_json=False)
    return out.getvalue()


def test_a_folders_name_is_no_markup() -> None:
    assert "[/best] on [red]base" in _shown(200)


def test_numbers_are_whole_in_a_narrow_window() -> None:
    said = _shown(20)
    assert "98 of 100 places" in said
    assert "0.001000 on average (allowed 0.1)" in said
    assert said.endswith("training moved them by 0.4000\n")
