"""A rolling restart under load: a second server is there, and the first one is stopped in order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.chaos import ledger
from benchmarks.chaos.clients import Clients
from benchmarks.chaos.receiver import Receiver
from benchmarks.chaos.system import system
from tests.integration.service.processes import wait_for
from tests.requirements import require
from worker.access import LOCAL
from worker.store.database import open_database
from worker.store.webhooks import endpoints

pytestmark = pytest.mark.redis

TASKS = 30


@pytest.mark.timeout(600)
def test_a_rolling_restart_loses_and_doubles_nothing_and_answers_everybody(tmp_path: Path) -> None:
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    receiver = Receiver()
    with system(tmp_path, "sqlite") as made:
        store = open_database(made.database_url)
        endpoints.create(store, receiver.url, (), LOCAL)
        clients = Clients(made, TASKS, lambda: ledger.unended(store))
        clients.start()
        wait_for("some are accepted", lambda: len(clients.accepted) >= TASKS // 3, 200)
        assert made.nodes[0].stop() == 0
        wait_for("all have ended", lambda: not clients.busy and ledger.unended(store) == 0, 200)
        wait_for("all ends are told", lambda: ledger.due(store, 3600) == 0, 200)
        found = ledger.read(store, clients.accepted, receiver, 0)
        store.close()
    receiver.close()
    assert found.wrong == {}
    assert found.outcomes == TASKS
    assert found.deaths == 0, "a stopped worker gives its tasks back itself"
    assert clients.cut == 0, "who had been heard was answered"
