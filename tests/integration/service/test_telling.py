"""A real server tells: live, and by webhooks, which a server that dies between posting and noting repeats."""

from __future__ import annotations

import json
import signal
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from tests.integration.service.processes import wait_for
from tests.integration.service.receiver import receiving
from tests.integration.service.test_serve import end_of, environment, serving, submit

pytestmark = pytest.mark.redis
__all__ = ["environment"]  # the fixture


def streamed(client: httpx.Client, place: str, last: str | None = None) -> list[tuple[str, str, str]]:
    """A whole stream: id, kind and data of each event."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    found, fields = [], {}
    with client.stream("GET", f"{place}/events", headers=headers, timeout=60) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            fields[name] = value
            if not line and "data" in fields:
                found.append((fields["id"], fields["event"], fields["data"]))
                fields = {}
    return found


def test_a_server_tells_of_a_task_live_and_of_its_end_though_it_is_killed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {
        "ACRISOL_WEBHOOK_HTTP": "true",
        "ACRISOL_WEBHOOK_PORTS": "",
        "ACRISOL_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "ACRISOL_WEBHOOK_TIMEOUT_S": "1",
    }
    with receiving() as receiver:
        with serving(environment) as (process, client):
            place = submit(client, "sleep 0.5")
            live = streamed(client, place)
            assert [kind for _, kind, _ in live] == ["started", "attempt_started", "outcome"]
            assert [json.loads(data) for *_, data in live] == client.get(f"{place}/events").json()["events"]
            assert streamed(client, place, last="1") == live[1:]

            def die(_: BaseHTTPRequestHandler) -> None:
                receiver.before_answer = None
                process.send_signal(signal.SIGKILL)
                process.wait()

            receiver.before_answer = die
            asked = {"url": receiver.url, "kinds": ["task.solved"]}
            made = client.post("/v1/webhooks", json=asked).json()
            place = submit(client, "solve")
            wait_for("the server dies", lambda: process.poll() is not None)
        with serving(environment) as (process, client):
            assert end_of(client, place)["state"] == "solved"
            wait_for("it is told again", lambda: len(receiver.got) >= 2)
            deliveries = f"/v1/webhooks/{made['webhook']['id']}/deliveries"
            wait_for(
                "that is noted",
                lambda: client.get(deliveries).json()["deliveries"][0]["state"] == "delivered",
            )
            (sent,) = client.get(deliveries).json()["deliveries"]
            assert receiver.ids == [sent["id"]] * 2  # what was not acknowledged is repeated, under its id
            for got in receiver.got:
                told = Webhook(made["secret"]).verify(got.body, dict(got.headers))
                assert told["data"]["path"] == place
            submit(client, "solve")
            wait_for("the next one comes", lambda: len(receiver.got) >= 3)
            assert receiver.ids[2] != sent["id"]  # what was acknowledged is not
