"""Mythril, imported: about a second of work, which a process that forks for each job does once.

Nothing is solved here: the solver keeps threads for its time-outs, which no fork would have.
"""

from __future__ import annotations

from .engine import load_mythril

MYTHRIL = load_mythril()
