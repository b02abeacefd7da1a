"""All detectors."""

from __future__ import annotations

from verifiers.solidity.detectors import (
    array_length,
    authority,
    block_time,
    blocked_payment,
    costly_loop,
    destroy,
    foreign_code,
    origin,
    randomness,
    reentrancy,
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
    randomness.DETECTOR,
    stale_hash.DETECTOR,
    unchecked_call.DETECTOR,
    blocked_payment.DETECTOR,
    costly_loop.DETECTOR,
    block_time.DETECTOR,
)
