"""What ``acrisol model export`` and ``merge`` show."""

from __future__ import annotations

import io

from rich.console import Console

from api.cli.model_export import show
from models.training.export.agreement import Agreement


def test_a_folders_name_is_no_markup() -> None:
    agreement = Agreement(
        subject="[/x]",
        reference="[/best] on [red]base",
        prompts=1,
        tokens=100,
        same=100,
        widest_tie=0,
        worst=0,
        mean=0,
        tolerance=0.1,
        mean_tolerance=0.1,
    )
    out = io.StringIO()
    show(Console(file=out, width=200), [agreement], as_json=False)
    assert "[/best] on [red]base" in out.getvalue()
