"""What stands here needs torch and its kin, and is run in the lab's environment: ``scripts/test tests/lab``."""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("torch") is None:
    collect_ignore_glob = ["*.py"]
