"""Containers that wait, without an engine: each is handed out once, and no more wait than may."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.docker_container import Recipe, Waiting
from verifiers.sandbox.docker_pool import Pool
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.protocol import Limits

PYTHON = Environment(name="python", image="image:1")


def recipe(pids: int = 64) -> Recipe:
    return Recipe.of(PYTHON, Limits(pids=pids))


class Engine:
    """Makes and takes away what looks like containers."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.made: list[Waiting] = []
        self.discarded: list[Waiting] = []
        self.others: list[socket.socket] = []
        self.is_down = False

    def make(self, _: Recipe) -> Waiting:
        if self.is_down:
            raise SandboxUnavailable("the engine is down")
        ours, theirs = socket.socketpair()
        waiting = Waiting(str(next(self._numbers)), ours, ours)
        self.made.append(waiting)
        self.others.append(theirs)
        return waiting

    def discard(self, waiting: Waiting) -> None:
        self.discarded.append(waiting)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    yield made
    for waiting in made.made:
        waiting.close()
    for other in made.others:
        other.close()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    assert holds()


def test_nothing_waits_before_the_second_use(engine: Engine) -> None:
    pool = Pool(engine.make, engine.discard, 2, 4)
    pool.take(recipe())
    pool.start_ahead(recipe())
    time.sleep(0.05)
    assert pool.waiting() == 0
    pool.take(recipe())
    pool.start_ahead(recipe())
    until(lambda: pool.waiting() == 2)
    pool.close()


def test_each_is_handed_out_once(engine: Engine) -> None:
    pool = Pool(engine.make, engine.discard, 3, 8)
    taken: list[str] = []
    lock = threading.Lock()

    def use() -> None:
        for _ in range(20):
            waiting = pool.take(recipe())
            with lock:
                taken.append(waiting.identity)
            pool.start_ahead(recipe())

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.close()
    assert len(taken) == len(set(taken)) == 80
    unused = {waiting.identity for waiting in engine.made} - set(taken)
    assert {waiting.identity for waiting in engine.discarded} == unused


def test_of_too_many_those_of_the_least_used_recipe_go(engine: Engine) -> None:
    pool = Pool(engine.make, engine.discard, 2, 3)
    for pids in (10, 11):
        for _ in range(2):
            pool.take(recipe(pids))
        pool.start_ahead(recipe(pids))
        until(lambda: pool.waiting() >= 2 and not sum(pool._on_the_way.values()))
    assert pool.waiting() == 3
    before = len(engine.made)
    pool.take(recipe(11))
    pool.take(recipe(11))
    assert len(engine.made) == before, "both of the newer recipe still waited"
    pool.close()


def test_one_that_ended_by_itself_is_not_handed_out(engine: Engine) -> None:
    pool = Pool(engine.make, engine.discard, 1, 1)
    pool.take(recipe())
    pool.take(recipe())
    pool.start_ahead(recipe())
    until(lambda: pool.waiting() == 1)
    dead = engine.made[-1]
    engine.others[-1].close()
    assert pool.take(recipe()).identity != dead.identity
    until(lambda: dead in engine.discarded)
    pool.close()


def test_who_asks_is_told_why_there_is_none_and_who_starts_ahead_is_not(engine: Engine) -> None:
    pool = Pool(engine.make, engine.discard, 1, 1)
    pool.take(recipe())
    pool.take(recipe())
    engine.is_down = True
    pool.start_ahead(recipe())
    until(lambda: not sum(pool._on_the_way.values()))
    with pytest.raises(SandboxUnavailable, match="down"):
        pool.take(recipe())
    pool.close()


def test_closed_it_keeps_nothing_and_still_does_what_it_is_given(engine: Engine) -> None:
    pool = Pool(engine.make, engine.discard, 2, 4)
    pool.take(recipe())
    pool.take(recipe())
    pool.start_ahead(recipe())
    pool.close()
    pool.close()
    assert len(engine.discarded) == len(engine.made) - 2
    done: list[int] = []
    pool.later(lambda: done.append(1))
    assert done == [1]
    pool.start_ahead(recipe())
    assert pool.waiting() == 0


def test_a_fork_leaves_its_parents_containers_alone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(engine.make, engine.discard, 1, 1)
    pool.take(recipe())
    pool.take(recipe())
    pool.start_ahead(recipe())
    until(lambda: pool.waiting() == 1)
    parents = engine.made[-1]
    monkeypatch.setattr("os.getpid", lambda: 1)
    assert pool.take(recipe()).identity != parents.identity
    pool.start_ahead(recipe())
    until(lambda: pool.waiting() == 1)
    pool.close()
    assert parents not in engine.discarded


def test_recipes_differ_where_limits_of_the_container_do() -> None:
    same = Limits(wall_s=99, output_bytes=1, files_bytes=1)
    assert Recipe.of(PYTHON, Limits()) == Recipe.of(PYTHON, same)
    for change in (
        {"memory_bytes": 2**20},
        {"pids": 3},
        {"disk_bytes": 4096},
        {"open_files": 9},
        {"cpu_s": 2},
    ):
        assert Recipe.of(PYTHON, Limits.model_validate(change)) != Recipe.of(PYTHON, Limits())
