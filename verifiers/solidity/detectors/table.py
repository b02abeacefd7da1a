"""All detectors."""

from __future__ import annotations

from verifiers.solidity.detectors import (
    approval_race,
    arithmetic,
    array_length,
    authority,
    block_time,
    blocked_payment,
    changed_payout,
    costly_loop,
    destroy,
    foreign_code,
    front_run_answer,
    front_run_choice,
    origin,
    randomness,
    reentrancy,
    short_address,
    stale_hash,
    storage_pointer,
    unchecked_call,
    withdrawal,
)
from verifiers.solidity.detectors.detector import Detector

DETECTORS: tuple[Detector, ...] = (
    reentrancy.DETECTOR,
    authority.DETECTOR,
    withdrawal.DETECTOR,
    destroy.DETECTOR,
    foreign_code.DETECTOR,
    origin.DETECTOR,
    storage_pointer.DETECTOR,
    array_length.DETECTOR,
    arithmetic.DETECTOR,
    randomness.DETECTOR,
    stale_hash.DETECTOR,
    unchecked_call.DETECTOR,
    blocked_payment.DETECTOR,
    front_run_answer.DETECTOR,
    front_run_choice.DETECTOR,
    changed_payout.DETECTOR,
    approval_race.DETECTOR,
    short_address.DETECTOR,
    costly_loop.DETECTOR,
    block_time.DETECTOR,
)
