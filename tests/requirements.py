"""Skipping what this machine lacks, and failing instead where CI promised to have it."""

from __future__ import annotations

import os

import pytest


def require(name: str, present: bool, how: str) -> None:
    """Skip the calling test unless ``present``; fail it where ``ACRISOL_REQUIRE`` names the service.

    Args:
        name: The service's name as in ``ACRISOL_REQUIRE`` (comma-separated).
        present: Whether it is there.
        how: What would install it.
    """
    if present:
        return
    promised = os.environ.get("ACRISOL_REQUIRE", "").split(",")
    if name in promised:
        pytest.fail(f"{name} is required here but missing: {how}", pytrace=False)
    pytest.skip(f"{name} is missing: {how}")
