"""Back-pressure, whose containers are whose, and what a container says of its end."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.docker import isolation_of
from verifiers.sandbox.docker_container import program_text
from verifiers.sandbox.docker_owner import is_gone, owner
from verifiers.sandbox.docker_streams import AttachedSource, MarkedSource, read_account
from verifiers.sandbox.slots import Load, Slots, load

MARK = b"0123456789abcdef\n"


def test_no_more_than_the_slots_are_held() -> None:
    slots, running, most, lock = Slots(3, 10), 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        with slots.take():
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(30)))
    assert (most, running) == (3, 0)


def test_who_came_first_is_served_first_also_if_it_wants_more() -> None:
    slots, order = Slots(2, 10), list[str]()
    first = slots.take()
    first.__enter__()

    def want(name: str, count: int) -> None:
        with slots.take(count):
            order.append(name)

    pair = threading.Thread(target=want, args=("pair", 2))
    pair.start()
    time.sleep(0.05)
    single = threading.Thread(target=want, args=("single", 1))
    single.start()
    time.sleep(0.05)
    assert order == [], "one slot is free, but it is the pair's turn"
    first.__exit__(None, None, None)
    pair.join()
    single.join()
    assert order == ["pair", "single"]


def test_who_waits_too_long_is_turned_away_and_the_next_is_served() -> None:
    slots = Slots(1, 0.1)
    with slots.take(), pytest.raises(SandboxUnavailable, match="busy"), slots.take():
        pass
    with slots.take():
        pass


def test_more_than_there_are_is_refused_at_once() -> None:
    with pytest.raises(SandboxUnavailable, match="most_running"), Slots(1, 60).take(2):
        pass


def test_what_is_handed_on_is_given_back_by_somebody_else() -> None:
    slots = Slots(2, 0.05)
    with slots.take(2) as held:
        held.hand_on()
    with slots.take():
        with pytest.raises(SandboxUnavailable), slots.take():
            pass
        slots.give(1)
        with slots.take():
            pass


def test_a_process_knows_itself_and_the_dead_and_not_the_foreign() -> None:
    assert is_gone(owner()) is False
    child = subprocess.Popen(["true"])
    child.wait()
    place = owner().rsplit("/", 2)[0]
    assert is_gone(f"{place}/{child.pid}/1") is True
    assert is_gone(f"{place}/{os.getpid()}/1") is True, "the id was used again"
    assert is_gone("another-machine/1/2/3") is None
    assert is_gone("") is None


class Chunks(AttachedSource):
    def __init__(self, *chunks: bytes) -> None:
        self._chunks = list(chunks)

    def read(self) -> bytes:
        return self._chunks.pop(0) if self._chunks else b""


def drained(source: MarkedSource) -> bytes:
    data = b""
    while more := source.read():
        data += more
    return data


ACCOUNT = b"7\n0m0.00s 0m0.00s\n0m1.50s 0m0.25s\npeak 4096\n.\n"


@pytest.mark.parametrize("step", [1, 3, 16, 1000])
def test_only_what_lies_between_the_marks_is_passed_on(step: int) -> None:
    whole = MARK + b"said" + MARK[:-1] + b"x\nend" + MARK + ACCOUNT
    source = MarkedSource(Chunks(*(whole[at : at + step] for at in range(0, len(whole), step))), MARK, None)
    assert drained(source) == b"said" + MARK[:-1] + b"x\nend"
    assert source.started_at is not None
    assert source.ended_at is not None
    assert source.account == ACCOUNT[:-3].decode()
    assert source.closed.is_set()


def test_a_stream_that_breaks_off_has_no_end() -> None:
    source = MarkedSource(Chunks(MARK, b"half"), MARK, None)
    assert drained(source) == b"half"
    assert (source.ended_at, source.account, source.ended.is_set()) == (None, None, True)


def test_what_is_no_start_is_passed_on_as_the_engines_words() -> None:
    source = MarkedSource(Chunks(b"tar: no space\n"), MARK, None)
    assert drained(source) == b"tar: no space\n"
    assert source.started_at is None


@pytest.mark.parametrize(
    ("said", "code", "usage"),
    [
        ("7\n0m0.00s 0m0.00s\n1m1.50s 0m0.25s\npeak 4096", 7, {"cpu_s": 61.75, "peak": 4096}),
        ("0\nx\ny\ncpu_ns 2500000000\nkilled 1", 0, {"cpu_s": 2.5, "cpu_ns": 2.5e9, "killed": 1}),
        ("0\nx\ny\ncpu_us 1500000\nkilled nonsense", 0, {"cpu_s": 1.5, "cpu_us": 1.5e6}),
        ("", 137, {}),
    ],
)
def test_an_account_is_read(said: str, code: int, usage: dict[str, float]) -> None:
    assert read_account(said) == (code, usage)


def test_a_programs_text_says_its_length_and_quotes_its_words() -> None:
    text = program_text(("echo", "a'b", "$HOME\n"), {"A": "b c"}, 512, "mark", ())
    size, _, rest = text.partition(b"\n")
    assert int(size) == len(rest)
    assert b"""env -i 'A=b c' echo 'a'"'"'b' '$HOME\n' """ in rest
    assert b"head -c 512 | tar -xf -" in rest
    assert rest.endswith(b"exit 0\n")


INFO: dict[str, Any] = {"ServerVersion": "24.0", "CgroupVersion": "2", "DefaultRuntime": "runc"}


def test_the_isolation_names_what_is_not_limited() -> None:
    assert isolation_of(INFO, None) == "docker 24.0 (runc, seccomp, cgroup v2)"
    weak = isolation_of({**INFO, "MemoryLimit": False, "PidsLimit": False, "SwapLimit": True}, None)
    assert weak == "docker 24.0 (runc, seccomp, cgroup v2, no memory limit, no process limit)"
    gvisor = isolation_of({**INFO, "Runtimes": {"safe": {"path": "/usr/bin/runsc"}}}, "safe")
    assert "gVisor kernel" in gvisor
    assert "no limit of processes" in gvisor


def test_the_load_of_all_slots_of_this_process_is_told() -> None:
    before = load()
    slots = Slots(3, wait_s=5)
    with slots.take(2):
        assert slots.load == Load(most=3, taken=2, waiting=0)
        assert (load().most, load().taken) == (before.most + 3, before.taken + 2)
    assert slots.load == Load(most=3)
