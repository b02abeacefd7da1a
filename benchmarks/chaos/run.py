"""One run: tasks go in, things break, everything comes to rest, and the tables are read."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.chaos import ledger
from benchmarks.chaos.clients import Clients
from benchmarks.chaos.faults import FAULTS
from benchmarks.chaos.receiver import Receiver
from benchmarks.chaos.system import System, system
from benchmarks.report import progress
from worker.access import LOCAL
from worker.errors import StoreUnavailable
from worker.store.database import Database, open_database
from worker.store.webhooks import endpoints

_REST_S = 600.0
_SOON_S = 300  # longer than the pauses between attempts here
_AN_HOUR_S = 4000
_KILLS = ("a server killed", "a server and its worker restarted in order")
_DELIVERIES_AT_A_TIME = 8  # a killed sender's, of one receiver


@dataclass
class Report:
    """What a run came to.

    Attributes:
        database: ``sqlite`` or ``postgres``.
        faults: How often each was done.
        again: Requests that had to be sent again, by the fault that was there meanwhile.
        taken: Tasks that were taken from a dead worker, likewise.
        left_out: Faults that could not be done here.
        late: Webhooks that a clock which was set delayed by an hour.
        seconds: The run's.
        ledger: What became of the tasks; None until the end.
    """

    database: str
    faults: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    late: int = 0
    seconds: float = 0.0
    ledger: ledger.Ledger | None = None


@dataclass(frozen=True)
class Plan:
    """What to do.

    Attributes:
        tasks: How many.
        seed: Of the order and kind of the faults.
        calm_s: The longest pause between two faults.
        faults: Which; all by default.
        rounds: How often each fault is done at least.
        on: Whether faults go on after that for as long as there are tasks.
    """

    tasks: int
    seed: int
    calm_s: float = 1.0
    faults: tuple[str, ...] = tuple(FAULTS)
    rounds: int = 1
    on: bool = True


def run(plan: Plan, database: str, keep: Path | None = None) -> Report:
    """Do it.

    Args:
        plan: What.
        database: ``sqlite`` or ``postgres``.
        keep: A folder whose files are left there; a temporary one if None.
    """
    report = Report(database)
    begin = time.monotonic()
    if keep is not None:
        keep = keep / database
        keep.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch, system(keep or Path(scratch), database) as made:
        receiver = Receiver()
        store = open_database(made.database_url)
        clients = Clients(made, plan.tasks, partial(_unended, store))
        endpoints.create(store, receiver.url, (), LOCAL)
        clients.start()
        _break(made, plan, clients, store, report)
        _rest(made, clients, store, report)
        killed = sum(report.faults[name] for name in _KILLS) * _DELIVERIES_AT_A_TIME
        report.ledger = ledger.read(store, clients.accepted, receiver, killed)
        store.close()
        receiver.close()
    report.seconds = time.monotonic() - begin
    return report


def _break(made: System, plan: Plan, clients: Clients, store: Database, report: Report) -> None:
    chance = random.Random(plan.seed)
    rounds = 0
    while rounds < plan.rounds or (plan.on and (clients.busy or _unended(store))):
        names = list(plan.faults)
        chance.shuffle(names)
        for name in names:
            if rounds >= plan.rounds and not clients.busy and not _unended(store):
                break
            again, taken = clients.again, _deaths(store)
            if not FAULTS[name](made, chance):
                if rounds == 0:
                    report.left_out.append(name)
                continue
            report.faults[name] += 1
            progress(f"{report.database}: {name}; {len(clients.accepted)} of {plan.tasks} accepted")
            time.sleep(chance.uniform(0, plan.calm_s))
            made.keep()
            report.again[name] += clients.again - again
            report.taken[name] += max(0, _deaths(store) - taken)
        rounds += 1


def _rest(made: System, clients: Clients, store: Database, report: Report) -> None:
    """Wait until all tasks have ended, and until all ends are told.

    A delivery that failed while a node's clock was an hour ahead is due in an hour: that hour then passes.
    """
    deadline = time.monotonic() + _REST_S
    while time.monotonic() < deadline and (clients.busy or _unended(store)):
        made.keep()
        progress(f"at rest: {_unended(store)} tasks to go")
        time.sleep(0.1)
    while time.monotonic() < deadline and (left := ledger.due(store, _SOON_S)):
        made.keep()
        progress(f"at rest: {left} webhooks to go")
        time.sleep(0.1)
    report.late = ledger.due(store, _AN_HOUR_S)
    for node in made.nodes:
        node.clock.set(_AN_HOUR_S)
    while time.monotonic() < deadline and ledger.due(store, _AN_HOUR_S):
        time.sleep(0.1)


def _unended(store: Database) -> int:
    try:
        return ledger.unended(store)
    except StoreUnavailable:
        return 0


def _deaths(store: Database) -> int:
    try:
        return ledger.deaths(store)
    except StoreUnavailable:
        return 0
