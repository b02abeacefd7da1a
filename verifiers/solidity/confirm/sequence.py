"""Symbolic execution's transactions as an attack. Pure."""

from __future__ import annotations

from verifiers.solidity.confirm.plan import Call, Plan
from verifiers.solidity.confirm.target import Target
from verifiers.solidity.exploring.sequences import Role, TransactionSequence

ATTACKER = "ATTACKER"
_WHO = {Role.DEPLOYER: "owner", Role.ATTACKER: ATTACKER, Role.SOMEBODY: "bob"}
_MOST_WEI = 50 * 10**18  # what the people can pay


def plan_of(sequence: TransactionSequence, target: Target) -> tuple[Plan, str] | None:
    """The script, and the constructor's arguments as Solidity; None where it cannot be carried out.

    Args:
        sequence: What was found; its first step is the deployment.
        target: What is attacked.
    """
    first, *rest = sequence.steps
    fits = sequence.contract == target.name and sequence.path == target.path
    if not (first.creates and fits and rest) or any(step.value > _MOST_WEI for step in rest):
        return None
    calls = tuple(
        Call(_WHO[step.caller], step.value, f'hex"{step.calldata[2:]}"')
        for step in rest
        if step.caller in _WHO
    )
    if len(calls) != len(rest):
        return None
    plan = Plan(preludes=(), strikes=calls, moves=(), readings=(), globals=())
    return plan, f'bytes(hex"{first.calldata[2:]}")'
