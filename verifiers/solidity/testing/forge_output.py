"""What ``forge test --json`` says, as values. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from verifiers.domain import Value

MAX_TEXT = 2000
_MAX_STEPS = 40
_MAX_LOGS = 50
_STATUS = {"Success": "passed", "Failure": "failed", "Skipped": "skipped"}
_KINDS = {"Unit": "unit", "Fuzz": "fuzz", "Invariant": "invariant", "Table": "fuzz"}


class ForgeCase(Value):
    """What became of one test.

    Attributes:
        path: The test's file.
        contract: Its contract.
        name: The function's name, without parameters; ``setUp`` where that failed, and nothing else ran.
        signature: The name with the parameters' types.
        kind: What it is.
        status: How it ended.
        reason: Why it failed or was skipped, in the runner's words; may hold the contract's own.
        counterexample: The arguments, or the calls in order, that make it fail; empty if there are none.
        gas: Used by a unit test; the median of a fuzz test's runs; None where it is not known.
        runs: Of a fuzz or invariant test; 1 for a unit test.
        logs: What the test logged.
    """

    path: str
    contract: str
    name: str
    signature: str
    kind: Literal["unit", "fuzz", "invariant"] = "unit"
    status: Literal["passed", "failed", "skipped"]
    reason: str = ""
    counterexample: str = ""
    gas: int | None = None
    runs: int = 1
    logs: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Names it in verdicts: ``test/Vault.t.sol:VaultTest.test_withdraw``."""
        return f"{self.path}:{self.contract}.{self.name}"


def parse(stdout: str) -> tuple[ForgeCase, ...] | None:
    """The cases of a report; None if there is no report in it.

    Args:
        stdout: Events, one a line, and the report as the last line.
    """
    suites = report(stdout)
    return None if suites is None else tuple(_cases(suites))


def report(stdout: str) -> dict[str, Any] | None:
    """The report itself, suite -> results; None if there is none."""
    lines = [line for line in stdout.splitlines() if line.strip()]
    if not lines:
        return None
    try:
        suites = json.loads(lines[-1])
    except (ValueError, RecursionError):
        return None
    if not isinstance(suites, dict) or "event" in suites:
        return None
    if not all(isinstance(suite, dict) and "test_results" in suite for suite in suites.values()):
        return None
    return suites


def _cases(suites: Mapping[str, Any]) -> Iterator[ForgeCase]:
    for suite, results in suites.items():
        path, _, contract = suite.rpartition(":")
        for signature, result in results["test_results"].items():
            kind = next(iter(result.get("kind") or {"Unit": {}}))
            facts = (result.get("kind") or {}).get(kind) or {}
            gas = facts.get("gas", facts.get("median_gas"))
            yield ForgeCase(
                path=path,
                contract=contract,
                name=signature.partition("(")[0],
                signature=signature,
                kind=_KINDS.get(kind, "unit"),
                status=_STATUS.get(str(result.get("status")), "failed"),
                reason=str(result.get("reason") or "")[:MAX_TEXT],
                counterexample=counterexample(result.get("counterexample"), signature)[:MAX_TEXT],
                gas=gas if isinstance(gas, int) else None,
                runs=int(facts.get("runs") or 0) if kind != "Unit" else 1,
                logs=tuple(str(line)[:MAX_TEXT] for line in (result.get("decoded_logs") or ())[:_MAX_LOGS]),
            )


def counterexample(found: object, signature: str) -> str:
    """Arguments of one call, or the calls of a sequence in words; empty if there is none."""
    if not isinstance(found, dict):
        return ""
    if isinstance(single := found.get("Single"), dict):
        name = signature.partition("(")[0]
        return f"{name}({single.get('raw_args') or single.get('args') or single.get('calldata') or ''})"
    sequence = found.get("Sequence")
    steps = sequence[-1] if isinstance(sequence, list) and sequence else []
    if not isinstance(steps, list):
        return ""
    lines = [f"{number}. {_step(step)}" for number, step in enumerate(steps[:_MAX_STEPS], 1)]
    if len(steps) > _MAX_STEPS:
        lines.append(f"... and {len(steps) - _MAX_STEPS} more")
    return "\n".join(lines)


def _step(step: object) -> str:
    if not isinstance(step, dict):
        return "?"
    contract = str(step.get("contract_name") or step.get("addr") or "?").rpartition(":")[2]
    if step.get("func_name"):
        call = f"{contract}.{step['func_name']}({step.get('raw_args') or step.get('args') or ''})"
    else:
        call = f"{contract} with {step.get('calldata')}"
    value = f" with {int(str(step['value']), 0)} wei" if step.get("value") not in (None, "0x0", 0) else ""
    return f"{step.get('sender')} calls {call}{value}"
