"""``acrisol audit`` on real tools, with every report it writes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from api.cli.main import app
from tests.integration.solidity.tools import CONTRACTS, TOOLS, installed, sandbox_for
from verifiers.audit_values import Audit
from verifiers.domain import Status


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Audit]:
    toolchain = installed()
    sandbox_for(toolchain).close()
    folder = tmp_path_factory.mktemp("audit")
    project = folder / "till"
    (project / "src").mkdir(parents=True)
    (project / "foundry.toml").write_text("[profile.default]\n")
    (project / "src/Till.sol").write_text((CONTRACTS / "selfdestruct.sol").read_text())
    reports = [f"--{name}={folder / f'r.{name}'}" for name in ("html", "pdf", "sarif")]
    result = CliRunner().invoke(
        app,
        ["audit", str(project), "--json", "--sandbox", "bubblewrap", "--deadline", "90", *reports],
        env={"ACRISOL_TOOLS": str(TOOLS), "ACRISOL_HOME": str(folder / "home")},
    )
    assert result.exit_code == 1, result.output
    line = next(line for line in result.stdout.splitlines() if line.startswith("{"))
    return folder, Audit.model_validate_json(line)


def test_the_fault_is_found_by_all_and_told_with_its_attack(audited: tuple[Path, Audit]) -> None:
    _, made = audited
    assert made.verdict is Status.FAILED
    run = {check.verifier for check in made.checks}
    assert {"solc", "semgrep", "solidity-patterns", "slither", "mythril"} <= run
    worst = made.blocking[0]
    assert worst.finding.location is not None
    assert worst.finding.location.path == "src/Till.sol"
    assert {"semgrep", "mythril"} <= {name for item in made.blocking for name in item.found_by}
    assert any("The attacker calls close(" in (item.finding.counterexample or "") for item in made.blocking)
    assert made.name == "till"


def test_the_reports_are_files_that_readers_take(audited: tuple[Path, Audit]) -> None:
    folder, made = audited
    assert (folder / "r.pdf").read_bytes().startswith(b"%PDF-")
    assert "<!doctype html>" in (folder / "r.html").read_text().lower()
    log = json.loads((folder / "r.sarif").read_text())
    assert {run["tool"]["driver"]["name"] for run in log["runs"]} == {check.verifier for check in made.checks}
    jsonschema.validate(log, {"required": ["$schema", "runs"], "properties": {"version": {"const": "2.1.0"}}})


def test_its_receipt_is_genuine_and_says_that_it_failed(audited: tuple[Path, Audit]) -> None:
    folder, made = audited
    (folder / "audit.json").write_text(made.model_dump_json())
    result = CliRunner().invoke(
        app, ["receipt", str(folder / "audit.json"), "--code", str(folder / "till/src/Till.sol")]
    )
    assert result.exit_code == 1
    assert "not accepted (failed)" in result.output
