"""Audits by HTTP as a user has them made: real Redis, worker, sandbox, compiler, forge and scanners."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from api.cli.main import app
from tests.e2e.test_service import environment as environment
from tests.e2e.test_service import serving
from tests.integration.service.processes import wait_for
from tests.integration.solidity.tools import TOOLS, installed
from verifiers.audit_values import Audit

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.26;\n"
TILL = f"""{HEAD}
contract Till {{
    address public keeper = msg.sender;

    function pay() external payable {{}}

    function hand(address keeper_) external {{
        keeper = keeper_;
    }}

    function close() external {{
        require(msg.sender == keeper);
        payable(keeper).transfer(address(this).balance);
    }}
}}
"""
TEST = f"""{HEAD}
import {{Test}} from "forge-std/Test.sol";
import {{Till}} from "../src/Till.sol";

contract TillTest is Test {{
    function test_only_the_keeper_hands_it_on() public {{
        Till till = new Till();
        vm.prank(address(0xBAD));
        vm.expectRevert();
        till.hand(address(0xBAD));
    }}

    function test_takes_ether() public {{
        Till till = new Till();
        till.pay{{value: 1 ether}}();
        assertEq(address(till).balance, 1 ether);
    }}
}}
"""
BODY = {
    "name": "till",
    "files": [{"path": "src/Till.sol", "content": TILL}],
    "tests": {"files": [{"path": "test/Till.t.sol", "content": TEST}]},
    "deadline_s": 180,  # an idle machine takes ten seconds
}


def ended(client: httpx.Client, audit_id: str) -> Any:
    address = f"/v1/audits/{audit_id}"
    wait_for("the audit ends", lambda: client.get(address).json()["state"] not in ("queued", "running"), 200)
    return client.get(address).json()


def test_a_project_is_audited_with_its_tests_and_its_report_is_there_in_every_form(
    environment: dict[str, str], tmp_path: Path
) -> None:
    installed()
    with serving(environment | {"ACRISOL_TOOLS": str(TOOLS)}, tmp_path) as (_, client):
        accepted = client.post("/v1/audits", json=BODY)
        assert accepted.status_code == 202, accepted.text
        address = accepted.headers["location"]
        assert client.get(f"{address}/report.html").status_code == 409
        job = ended(client, accepted.json()["id"])
        assert (job["state"], job["verdict"], job["deliveries"], job["error"]) == (
            "audited",
            "failed",
            1,
            None,
        )
        audit = Audit.model_validate(job["audit"])
        ends = {test.name: test.status for test in audit.tests if test.origin == "given"}
        assert ends == {"test_only_the_keeper_hands_it_on": "failed", "test_takes_ether": "passed"}
        assert [file.path for file in audit.coverage] == ["src/Till.sol"], audit.unmeasured
        assert {row.name for row in audit.gas[0].functions} >= {"pay()", "hand(address)"}
        kinds = [item["event"]["kind"] for item in client.get(f"{address}/events").json()["events"]]
        assert (kinds[0], kinds[-1], kinds.count("outcome")) == ("started", "outcome", 1)
        assert kinds.count("verdict") == len(audit.verdicts)
        page = client.get(f"{address}/report.html")
        assert "test_only_the_keeper_hands_it_on" in page.text
        assert "sandbox" in page.headers["content-security-policy"]
        assert client.get(f"{address}/report.pdf", timeout=120).content.startswith(b"%PDF-")
        results = client.get(f"{address}/report.sarif").json()["runs"]
        assert {run["tool"]["driver"]["name"] for run in results} >= {"slither", "solidity-tests"}
        (tmp_path / "audit.json").write_bytes(client.get(f"{address}/report.json").content)
    (tmp_path / "Till.sol").write_text(TILL)
    receipt = CliRunner().invoke(
        app, ["receipt", str(tmp_path / "audit.json"), "--code", str(tmp_path / "Till.sol")]
    )
    assert receipt.exit_code == 1, receipt.output  # genuine, and not accepted
    assert json.loads((tmp_path / "audit.json").read_text())["verdict"] == "failed"


def test_an_upload_that_leads_out_of_the_project_is_refused(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with serving(environment, tmp_path) as (_, client):
        answer = client.post("/v1/audits", json={"files": [{"path": "../../etc/x.sol", "content": TILL}]})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "files.0.path"
        huge = {"files": [{"path": "A.sol", "content": "x" * 5_000_000}]}
        assert client.post("/v1/audits", json=huge).status_code == 413
        assert client.get("/v1/audits").json()["audits"] == []
