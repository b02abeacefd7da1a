"""What stands here needs torch and its kin; ``scripts/test tests/lab`` runs it in the lab's environment."""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("torch") is None:
    collect_ignore_glob = ["*.py"]
