"""``/v1/keys``, ``/v1/audit-log`` and ``acrisol keys``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from api.cli.keys import seconds
from api.cli.main import app
from api.local_key import make_first_key
from api.settings import ClientSettings
from verifiers.errors import InvalidInput
from worker.store.access import authentication, keys
from worker.store.database import Database


def tasks_with(client: TestClient, secret: str) -> int:
    return client.get("/v1/tasks", headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_key_is_made_used_rotated_and_revoked(client: TestClient) -> None:
    answer = client.post("/v1/keys", json={"name": "Ada", "scopes": ["read"], "expires_in_s": 3600})
    assert answer.status_code == 201
    made = answer.json()
    assert tasks_with(client, made["secret"]) == 200
    shown = client.get("/v1/keys")
    assert shown.json()["keys"][0]["name"] == "Ada"
    assert made["secret"] not in shown.text
    new = client.post(f"/v1/keys/{made['key']['id']}/rotate", json={"grace_s": 0})
    assert new.status_code == 201
    assert tasks_with(client, made["secret"]) == 401
    assert tasks_with(client, new.json()["secret"]) == 200
    assert client.post(f"/v1/keys/{made['key']['id']}/rotate", json={}).status_code == 409
    revoked = client.post(f"/v1/keys/{new.json()['key']['id']}/revoke")
    assert revoked.json()["revoked_at"] is not None
    assert tasks_with(client, new.json()["secret"]) == 401
    log = client.get("/v1/audit-log").json()["entries"]
    assert sorted(entry["action"] for entry in log[:4]) == [
        "key.created",
        "key.created",
        "key.revoked",
        "key.rotated",
    ]
    assert log[0]["key_id"] is not None


def test_a_key_that_there_is_not_is_said(client: TestClient) -> None:
    assert client.post("/v1/keys/nothing/revoke").status_code == 404
    assert client.post("/v1/keys/nothing/rotate", json={}).status_code == 404


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ACRISOL_HOME", str(tmp_path))
    monkeypatch.setenv("ACRISOL_DATABASE_URL", f"sqlite:///{tmp_path}/jobs.db")
    monkeypatch.delenv("ACRISOL_API_KEY", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments], env={"COLUMNS": "250"})


def test_the_command_makes_keys_that_the_server_takes(home: Path, client: TestClient) -> None:
    made = run(
        "create", "CI", "--scope", "read", "--tenant", "payments", "--expires", "90d", "--per-minute", "9"
    )
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert tasks_with(client, secret) == 200
    listed = run("list").output
    for word in ("CI", "payments", "read", "9 a minute", "good until", secret[:12]):
        assert word in listed
    assert secret not in listed
    rotated = run("rotate", secret[:12], "--grace", "0s")
    assert tasks_with(client, secret) == 401
    assert tasks_with(client, rotated.stdout.strip()) == 200
    key_id = json.loads(run("list", "--json").output)["keys"][0]["id"]
    assert run("revoke", key_id).exit_code == 0
    assert tasks_with(client, rotated.stdout.strip()) == 401
    assert "revoked" in run("list").output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("create", "x", "--expires", "soon"), 2, "90d"),
        (("create", "x", "--tenant", "Not This"), 2, "tenant"),
        (("create", ""), 2, "name"),
        (("revoke", "nobody"), 2, "no key with the id 'nobody'"),
        (("rotate", "nobody"), 2, "no key with the id 'nobody'"),
        (("create", "x", "--scope", "root"), 2, "root"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    home: Path, database: Database, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = run(*arguments)
    assert done.exit_code == code, done.output
    assert words in done.output
    assert "Traceback" not in done.output
    assert keys.listing(database).keys == ()


def test_durations() -> None:
    assert [seconds(text, "x") for text in ("45s", "30m", "12h", "90d", "4w")] == [
        45.0,
        1_800.0,
        43_200.0,
        7_776_000.0,
        2_419_200.0,
    ]
    for wrong in ("", "d", "1.5h", "-1d", "1y", "9" * 50 + "d", "1 d"):
        with pytest.raises(InvalidInput):
            seconds(wrong, "x")


def test_the_first_key_is_for_this_user_only_and_found_by_commands(home: Path, database: Database) -> None:
    path = make_first_key(database, home)
    assert path == home / "api-key"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text().strip()
    assert ClientSettings().key == secret
    caller = authentication.authenticate(database, secret)
    assert caller is not None
    assert caller.sees is None
    assert make_first_key(database, home) is None
    assert path.read_text().strip() == secret
    assert [file.name for file in home.iterdir() if file.name.startswith("api-key")] == ["api-key"]


def test_a_key_in_the_environment_goes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACRISOL_API_KEY", "acr_mine")
    assert ClientSettings().key == "acr_mine"
    assert "acr_mine" not in repr(ClientSettings())
