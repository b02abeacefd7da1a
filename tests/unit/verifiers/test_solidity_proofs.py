"""What Halmos reports becomes a verdict that claims no more than was shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from verifiers.domain import Status
from verifiers.sandbox.protocol import ExecResult
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.testing.code_origin import Origins
from verifiers.solidity.testing.proof_output import parse
from verifiers.solidity.testing.proofs import judge
from verifiers.solidity.testing.test_ids import ExpectedTest, Kind
from verifiers.solidity.testing.test_layout import Layout

LAYOUT = Layout(project=Project(sources={}), tests={}, given={}, candidate=frozenset())


def expected(signature: str = "check_sum(uint256)") -> ExpectedTest:
    return ExpectedTest(
        path="test/T.t.sol", contract="T", name=signature.partition("(")[0], signature=signature,
        selector="00000000", kind=Kind.PROPERTY, defined_in="test/T.t.sol",
    )  # fmt: skip


def result(**ends: Any) -> dict[str, Any]:
    usual = {"kind": "result", "contract": "test/T.t.sol:T", "name": "check_sum(uint256)", "exitcode": 0}
    return {**usual, "paths": [3, 2, 1], "bounded": 0, "models": [], **ends}


def verdict(*lines: dict[str, Any], can_call: bool = True, timed_out: bool = False, **test: str) -> Any:
    said = "\n".join(map(json.dumps, ({"kind": "start", "version": "0.3.3"}, *lines)))
    end = ExecResult(
        exit_code=0, stdout=said.encode(), stderr=b"", timed_out=timed_out, out_of_memory=False,
        truncated=False, wall_s=1.0, cpu_s=1.0, memory_peak_bytes=1, isolation="none",
    )  # fmt: skip
    origins = Origins(units=(), names={}, can_call=can_call)
    return judge(LAYOUT, [expected(**test)], origins, parse(said), end, shared=False)


MODEL = {"valid": True, "values": [["to", "address", "255"], ["amount", "uint256", "7"]]}


@pytest.mark.parametrize(
    ("ends", "status", "said"),
    [
        ({}, Status.PASSED, "1 of 1 properties proved"),
        ({"bounded": 1}, Status.INCOMPLETE, "rounds of each loop"),
        ({"paths": [3, 0, 3]}, Status.INCOMPLETE, "every input makes it revert"),
        ({"exitcode": 1, "models": [MODEL]}, Status.FAILED, "1 of 1 properties do not hold"),
        ({"exitcode": 1, "models": [{**MODEL, "valid": False}]}, Status.INCOMPLETE, "does not vouch"),
        ({"exitcode": 1}, Status.INCOMPLETE, "does not vouch"),
        ({"exitcode": 2}, Status.INCOMPLETE, "no answer in time"),
        ({"exitcode": 3}, Status.INCOMPLETE, "cannot be executed symbolically"),
        ({"exitcode": 4}, Status.INCOMPLETE, "every input makes it revert"),
        ({"exitcode": 5, "paths": []}, Status.INCOMPLETE, "broke on it"),
        ({"exitcode": 99}, Status.INCOMPLETE, "no answer in time"),
        ({"contract": "src/T.sol:T"}, Status.INCOMPLETE, "not reported"),
        ({"name": "check_other()"}, Status.INCOMPLETE, "not reported"),
        ({"bounded": "none"}, Status.INCOMPLETE, "not reported"),
    ],
)
def test_each_end_of_a_property(ends: dict[str, Any], status: Status, said: str) -> None:
    found = verdict(result(**ends))
    assert (found.status, said in found.summary) == (status, True), found


def test_nothing_reported_is_nothing_proved() -> None:
    assert verdict().status is Status.INCOMPLETE
    assert "time ran out" in verdict(timed_out=True).summary


def test_the_inputs_are_shown() -> None:
    (finding,) = verdict(result(exitcode=1, models=[MODEL])).findings
    assert finding.counterexample == "check_sum(to = 0xff, amount = 7)"


def test_a_cheat_code_of_the_candidates_fails_whatever_was_proved() -> None:
    assert verdict(result(), {"kind": "cheat", "contract": "src/A.sol:A"}).status is Status.FAILED


def test_a_constructors_cheat_code_only_matters_where_the_candidate_calls_anything() -> None:
    line = {"kind": "cheat", "contract": ":"}
    assert verdict(result(), line).status is Status.INCOMPLETE
    assert verdict(result(), line, can_call=False).status is Status.PASSED


def test_bounds_of_inputs_are_told() -> None:
    name = "check_sum(uint256[])"
    found = verdict(result(name=name), signature=name)
    assert (found.status, "up to 2 elements" in found.summary) == (Status.PASSED, True)
