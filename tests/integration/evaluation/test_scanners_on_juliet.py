"""The real scanners on a tiny tree in Juliet's layout, through the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from typer.testing import CliRunner

from api.cli.evaluate import app
from models.evaluation.juliet import ANY
from tests.requirements import require
from tests.unit.models.evaluation.juliet_tree import plant


def test_scanners_find_the_bad_parts_and_alarm_where_the_good_part_is_bad_too(tmp_path: Path) -> None:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    out = tmp_path / "rates.json"
    done = CliRunner().invoke(app, ["juliet", str(plant(tmp_path / "suite")), "--out", str(out)])
    assert done.exit_code == 0, done.output
    rates = json.loads(out.read_text())
    copies, commands = rates[ANY]["CWE-120"], rates[ANY]["CWE-78"]
    assert (copies["cases"], copies["found"]["value"], copies["alarms"]["value"]) == (2, 1.0, 0.5)
    assert (commands["cases"], commands["found"]["value"], commands["alarms"]["value"]) == (1, 1.0, 0.0)
    assert "semgrep" in rates
