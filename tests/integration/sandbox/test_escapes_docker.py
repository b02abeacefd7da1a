"""Every attack on containers, under runc and under gVisor: none succeeds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.attacks import ATTACKS, Attack
from benchmarks.attacks.bait import Bait, bait
from benchmarks.attacks.execute import attack
from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.protocol import Sandbox

pytestmark = pytest.mark.docker
# One that reads the descriptors of the processes above it may read away what it has said itself.
_TRIES = 5


@pytest.fixture(scope="module")
def laid() -> Iterator[Bait]:
    with bait() as what:
        yield what


@pytest.mark.parametrize("sandbox", ["docker", "runsc"], indirect=True)
@pytest.mark.parametrize("what", ATTACKS, ids=lambda what: what.name)
def test_the_attack_fails(sandbox: Sandbox, laid: Bait, what: Attack, is_gvisor: bool) -> None:
    if is_gvisor and what.is_granted_by_gvisor:
        pytest.skip("gVisor's own kernel does it, for the sandbox alone")
    for _ in range(_TRIES):
        try:
            seen = attack(sandbox, what, laid)
        except SandboxUnavailable:
            if (
                is_gvisor
            ):  # breaks as a whole where its limits on the host end it: nothing is said of the code
                return
            raise
        assert not what.got_out(seen), seen
        if what.was_tried(seen):
            return
    pytest.fail(f"never tried to its end: {seen.result}")
