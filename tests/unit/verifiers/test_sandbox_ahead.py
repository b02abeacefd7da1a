"""What is started ahead, without a sandbox: each is handed out once, and no more wait than may."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.ahead import StartedAhead
from verifiers.sandbox.protocol import Job, Limits
from verifiers.sandbox.running import End


class Stream:
    def write(self, data: bytes) -> bool:
        return False

    def read(self) -> bytes:
        return b""

    def close(self) -> None:
        pass


class Program:
    """Looks like a started job."""

    stdin = stdout = stderr = Stream()

    def __init__(self, job: Job, alive: bool = True) -> None:
        self.job = job
        self.alive = alive
        self.done: list[str] = []
        self.wall_s = 0.0

    def is_alive(self) -> bool:
        return self.alive

    def allow(self, wall_s: float) -> None:
        self.wall_s = wall_s

    def wait(self) -> End:
        self.done.append("waited")
        return End(0, False, False, 0.0, None, None, "")

    def kill(self) -> None:
        self.done.append("killed")

    def release(self) -> None:
        self.done.append("released")


class Host:
    def __init__(self) -> None:
        self.started: list[Program] = []
        self.is_down = False
        self.stillborn = False

    def start(self, job: Job) -> Program:
        if self.is_down:
            raise SandboxUnavailable("no processes left")
        program = Program(job, alive=not self.stillborn)
        self.started.append(program)
        return program


@pytest.fixture
def host() -> Host:
    return Host()


def job(name: str = "a", stdin: bytes = b"", wall_s: float = 10.0, **rest: object) -> Job:
    made = Job(environment="tools", argv=(name,), ahead=(name, "--ahead"), stdin=stdin)
    return made.model_copy(update={"limits": Limits(wall_s=wall_s), **rest})


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    assert holds()


def test_the_first_finds_nothing_and_the_next_is_started(host: Host) -> None:
    ahead = StartedAhead(host.start, later_s=0.0)
    assert ahead.take(job(stdin=b"secret", wall_s=3)) is None
    until(lambda: ahead.waiting() == 1)
    (program,) = host.started
    assert program.job.argv == ("a", "--ahead")
    assert program.job.stdin == b""  # nothing of who asked
    assert program.job.ahead is None
    taken = ahead.take(job(stdin=b"other", wall_s=7))
    assert taken is program
    assert program.wall_s == 7
    assert not program.done
    ahead.close()


def test_each_is_handed_out_once(host: Host) -> None:
    ahead = StartedAhead(host.start, spare=3, later_s=0.0)
    taken = []
    for _ in range(20):
        found = ahead.take(job())
        if found:
            taken.append(found)
        else:
            time.sleep(0.01)
    assert len(taken) > 3
    assert len(set(map(id, taken))) == len(taken)
    ahead.close()


@pytest.mark.parametrize(
    "other",
    [
        job("b"),
        job(environment="others"),
        job(env={"A": "1"}),
        job(files={"a": b"1"}),
        job(limits=Limits(memory_bytes=2**30)),
        job(ahead=("a", "--otherwise")),
    ],
)
def test_none_serves_a_job_of_another_kind(host: Host, other: Job) -> None:
    ahead = StartedAhead(host.start, later_s=0.0)
    ahead.take(job())
    until(lambda: ahead.waiting() == 1)
    assert ahead.take(other) is None
    assert ahead.take(job(wall_s=1)) is host.started[0]
    ahead.close()


def test_the_next_waits_until_the_one_taken_has_had_the_processor(host: Host) -> None:
    ahead = StartedAhead(host.start, spare=1, later_s=0.3)
    ahead.take(job())
    until(lambda: ahead.waiting() == 1)
    begin = time.monotonic()
    assert ahead.take(job())
    until(lambda: len(host.started) == 2)
    assert time.monotonic() - begin >= 0.3
    ahead.close()


def test_no_more_wait_than_may_and_the_oldest_kinds_go(host: Host) -> None:
    ahead = StartedAhead(host.start, spare=2, most_spare=3, later_s=0.0)
    for name in "abcd":
        ahead.take(job(name))
    until(lambda: len(host.started) == 4)
    until(lambda: bool(host.started[0].done))
    assert ahead.waiting() == 3
    assert [program.done for program in host.started] == [["killed", "waited", "released"], [], [], []]
    ahead.close()
    assert all(program.done == ["killed", "waited", "released"] for program in host.started)


def test_the_dead_are_not_handed_out_and_their_kind_is_given_up(host: Host) -> None:
    host.stillborn = True
    ahead = StartedAhead(host.start, spare=1, later_s=0.0)
    for _ in range(10):
        assert ahead.take(job()) is None
        time.sleep(0.02)
    assert len(host.started) == 3
    assert all(program.done for program in host.started)
    ahead.close()


def test_what_nobody_asks_for_is_ended(host: Host) -> None:
    ahead = StartedAhead(host.start, idle_s=0.1, later_s=0.0)
    ahead.take(job())
    until(lambda: bool(host.started))
    until(lambda: ahead.waiting() == 0)
    until(lambda: host.started[0].done == ["killed", "waited", "released"])
    ahead.close()


def test_a_host_that_can_start_nothing_costs_nothing_but_the_head_start(host: Host) -> None:
    host.is_down = True
    ahead = StartedAhead(host.start, later_s=0.0)
    assert ahead.take(job()) is None
    time.sleep(0.05)
    host.is_down = False
    assert ahead.take(job()) is None
    until(lambda: ahead.waiting() >= 1)
    ahead.close()
    ahead.close()
    assert ahead.take(job()) is None


def test_a_job_that_names_no_program_to_start_ahead_starts_none(host: Host) -> None:
    ahead = StartedAhead(host.start)
    assert ahead.take(Job(environment="tools", argv=("a",))) is None
    assert not host.started
    ahead.close()
    with pytest.raises(ValidationError, match="NUL"):
        Job(environment="tools", argv=("a",), ahead=("a\0",))


def test_a_fork_leaves_what_waits_to_the_process_that_started_it(host: Host) -> None:
    ahead = StartedAhead(host.start, later_s=0.0)
    ahead.take(job())
    until(lambda: ahead.waiting() == 1)
    pid = os.fork()
    if not pid:
        code = 1
        try:
            taken = ahead.take(job())
            ahead.close()
            code = 0 if taken is None and host.started[0].done == ["released"] else 2
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert ahead.take(job()) is host.started[0]
    assert not host.started[0].done
    ahead.close()
