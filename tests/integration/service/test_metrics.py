"""Numbers of real worker processes, scraped over a real socket."""

from __future__ import annotations

import os
import signal
import socket
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.integration.service.conftest import COMMAND, end_of, running_pid, settings_in, submit
from tests.integration.service.processes import alive, wait_for
from worker.service import WorkerService
from worker.settings import WorkerSettings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[WorkerService]:
    settings = settings_in(tmp_path_factory.mktemp("metrics")).model_copy(
        update={"metrics_port": port, "concurrency": 2}
    )
    with WorkerService(settings, COMMAND) as service:
        yield service


def scrape(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {
            "/".join((sample.name, *sample.labels.values())): sample.value
            for family in families
            for sample in family.samples
        }


def test_every_process_counts_and_the_successor_of_a_killed_one_goes_on(
    service: WorkerService, port: int
) -> None:
    for job_id in [submit(service, "solve") for _ in range(5)]:
        end_of(service.database, job_id)
    wait_for("the last run is counted", lambda: scrape(port)["acrisol_run_seconds_count/solved"] == 5)
    sleeping = submit(service, "sleep 60")
    pid = running_pid(service.database, sleeping)
    os.kill(pid, signal.SIGKILL)
    wait_for("it is dead", lambda: not alive(pid))
    for job_id in [submit(service, "solve") for _ in range(5)]:
        end_of(service.database, job_id)
    wait_for("all runs are counted", lambda: scrape(port)["acrisol_run_seconds_count/solved"] == 10)
    assert scrape(port)["acrisol_job_wait_seconds_count"] >= 11


def test_a_scrape_tells_of_the_queue_the_worker_and_redis(service: WorkerService, port: int) -> None:
    found = scrape(port)
    assert found["acrisol_worker_up"] == found["acrisol_redis_up"] == found["acrisol_database_up"] == 1
    assert found["acrisol_worker_slots"] == 2
    assert found["acrisol_jobs/solved"] >= 0
    assert found["acrisol_queue_jobs/interactive"] >= 0


def test_no_port_is_opened_unasked(settings: WorkerSettings) -> None:
    assert (settings.metrics_port, settings.metrics_host) == (None, "127.0.0.1")
