"""Good code passes when it is judged apart, whatever style it is written and tested in."""

from __future__ import annotations

import pytest

from tests.integration.execution import cases
from verifiers.domain import Status


@pytest.mark.parametrize("name", cases.names("honest"))
def test_good_code_passes_apart(judge, name):
    verdict = judge(*cases.load("honest", name))
    assert verdict.status is Status.PASSED, (verdict.summary, [f.message for f in verdict.findings])
    assert verdict.evidence["judging"] == "apart"
    assert verdict.evidence["counts"]["missing"] == 0
