"""Attacks on a sandbox, each with a test: none may succeed, and without a sandbox each does."""

from benchmarks.attacks.attack import Attack, Seen
from benchmarks.attacks.files import FILES
from benchmarks.attacks.kernel import KERNEL
from benchmarks.attacks.network import NETWORK
from benchmarks.attacks.resources import RESOURCES
from benchmarks.attacks.returned import RETURNED

ATTACKS: tuple[Attack, ...] = (*RESOURCES, *FILES, *NETWORK, *KERNEL, *RETURNED)

__all__ = ["ATTACKS", "Attack", "Seen"]
