"""Every attack on bubblewrap: none succeeds. None is a straw man: without a sandbox each does.

Those on containers are in a file of their own, so that two processes can share the work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from benchmarks.attacks import ATTACKS, Attack
from benchmarks.attacks.bait import Bait, bait
from benchmarks.attacks.execute import attack, without_defence
from verifiers.sandbox.protocol import Sandbox

_TRIES = 20


@pytest.fixture(scope="module")
def laid() -> Iterator[Bait]:
    with bait() as what:
        yield what


@pytest.mark.parametrize("sandbox", ["bubblewrap", "warm"], indirect=True)
@pytest.mark.parametrize("what", ATTACKS, ids=lambda what: what.name)
def test_the_attack_fails(sandbox: Sandbox, laid: Bait, what: Attack) -> None:
    seen = attack(sandbox, what, laid)
    assert what.was_tried(seen), seen.result
    assert not what.got_out(seen), seen


@pytest.mark.skipif(os.getuid() != 0, reason="without a sandbox they run as root")
@pytest.mark.parametrize("what", [what for what in ATTACKS if not what.unproven], ids=lambda what: what.name)
def test_the_attack_succeeds_where_nothing_stops_it(laid: Bait, what: Attack) -> None:
    seen = without_defence(what, laid)
    for _ in range(_TRIES - 1):  # some are races, won now and then
        if what.got_out(seen):
            break
        seen = without_defence(what, laid)
    assert what.got_out(seen), seen


def test_each_attack_has_a_name_of_its_own() -> None:
    assert len({what.name for what in ATTACKS}) == len(ATTACKS)
