"""The adapter that changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

from models.serving.adapters import look_over
from models.serving.blank import write_blank
from tests.unit.models.serving.made import write_model


def test_what_a_killed_process_of_the_same_number_has_left_is_no_obstacle(tmp_path: Path) -> None:
    """In a container each start has the same process id."""
    (tmp_path / f"blank.{os.getpid()}").mkdir()
    assert write_blank(write_model(tmp_path / "base"), tmp_path / "blank")
    assert look_over(tmp_path / "blank").rank == 1
