"""What a judge of pytest files or doctests begins with; imported ahead by interpreters that are kept."""

from __future__ import annotations

from . import judge, run_doctest, run_pytest  # noqa: F401
