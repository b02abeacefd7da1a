"""Acrisol's own version."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def acrisol_version() -> str:
    """The installed version, or ``unknown`` where the package metadata is missing."""
    try:
        return version("acrisol")
    except PackageNotFoundError:
        return "unknown"
