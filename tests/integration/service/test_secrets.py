"""Nothing that a server or its worker writes to its log holds a key, however it was sent."""

from __future__ import annotations

import base64
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.integration.service.test_serve import COMMAND, client_of
from tests.integration.service.test_serve import environment as environment

pytestmark = pytest.mark.redis

WRONG = "acr_" + "W" * 43


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_log_holds_a_key(environment: dict[str, str], tmp_path: Path, form: str) -> None:
    told = tmp_path / "log"
    settings = environment | {"ACRISOL_LOG_LEVEL": "DEBUG", "ACRISOL_LOG_FORMAT": form}
    with told.open("wb") as log:
        process = subprocess.Popen(COMMAND, env=settings, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with client_of(url, environment) as client:
                good = client.headers["Authorization"].removeprefix("Bearer ")
                made = client.post("/v1/keys", json={"name": "Ada"}).json()["secret"]
                session = sign_in(client, made)
                for secret in (good, made, WRONG):
                    send_everywhere(url, secret)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        finally:
            process.kill()
            process.wait()
    written = told.read_text()
    assert "/v1/tasks" in written  # that it logs at all
    for secret in (good, made, WRONG, session):
        assert secret not in written
        assert secret[4:] not in written
        assert base64.b64encode(f"x:{secret}".encode()).decode() not in written


def sign_in(client: httpx.Client, secret: str) -> str:
    own = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/sign-in", data={"key": secret, "secret": secret}, headers=own)
    assert answer.status_code in (200, 303), answer.text
    return answer.cookies["acrisol"]


def send_everywhere(url: str, secret: str) -> None:
    """A key in every place that a client may put it, by mistake or not."""
    basic = base64.b64encode(f"x:{secret}".encode()).decode()
    with httpx.Client(base_url=url, timeout=30) as client:
        for value in (f"Bearer {secret}", f"Basic {basic}", secret, f"Bearer {secret} {secret}"):
            client.get("/v1/tasks", headers={"Authorization": value})
        for header in (
            "X-API-Key",
            "X-Request-ID",
            "Idempotency-Key",
            "Referer",
            "User-Agent",
            "traceparent",
        ):
            sent = {header: secret, "Authorization": f"Bearer {secret}"}
            client.post("/v1/tasks", json={"instruction": "solve"}, headers=sent)
        client.get("/v1/tasks", params={"key": secret, "cursor": secret})
        client.get(f"/v1/tasks/{secret}")
        client.get(f"/{secret}")
        client.get(f"/v1/tasks/{secret}", headers={"Authorization": f"Bearer {secret}"})
        client.get("/v1/tasks", headers={"Cookie": f"acrisol={secret}"})
        client.get("/v1/tasks", headers={"Accept": "text/html"}, params={"key": secret})
        client.post("/sign-in", data={"key": secret, "secret": secret})
        client.post("/v1/tasks", content=f'{{"{secret}": ', headers={"Content-Type": "application/json"})
        client.post("/v1/tasks", json={secret: secret}, headers={"Authorization": f"Bearer {secret}"})
        client.get("/v1/tasks", headers={"Host": f"{secret}.example"})
        client.request(secret, "/v1/tasks")
