"""docker-compose.yml as Docker's compose reads it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.requirements import require

ROOT = Path(__file__).parents[3]
SECRETS = {"POSTGRES_PASSWORD": "one", "REDIS_PASSWORD": "two", "GRAFANA_PASSWORD": "three"}


def compose_command() -> list[str]:
    own = ROOT / ".tools" / "compose" / "docker-compose"
    if own.exists():
        return [str(own)]
    docker = shutil.which("docker")
    has_plugin = (
        docker is not None
        and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    )
    require("compose", has_plugin, "scripts/install-compose")
    return ["docker", "compose"]


def config(secrets: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [*compose_command(), "--env-file", os.devnull, "--profile", "*", "config", "--format", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **secrets}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    done = config(SECRETS)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["services"]
    return found


def mounts(service: dict[str, Any]) -> Iterator[str]:
    yield from (volume["source"] for volume in service.get("volumes") or ())


@pytest.mark.parametrize("missing", SECRETS)
def test_no_password_has_a_default(missing: str) -> None:
    done = config({name: value for name, value in SECRETS.items() if name != missing})
    assert done.returncode != 0
    assert missing in done.stderr


def test_everything_is_hardened(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("privileged"), name
        assert service.keys().isdisjoint({"pid", "ipc"}), name
        if name != "engine":
            assert "no-new-privileges:true" in service["security_opt"], name
        if name != "vllm":
            assert service["read_only"] is True, name
            assert service["mem_limit"], name
        assert service["restart"].startswith(("unless-stopped", "on-failure")), name


def test_the_hosts_engine_is_given_to_nobody(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for source in mounts(service):
            assert not source.startswith("/") or source.startswith(str(ROOT / "deploy")), (name, source)


def test_where_generated_code_runs_there_is_no_network_and_no_secret(services: dict[str, Any]) -> None:
    engine = services["engine"]
    assert engine["network_mode"] == "none"
    assert not engine.get("environment")
    assert sorted(engine["cap_add"]) == ["SETGID", "SETUID"]
    assert set(mounts(engine)) == {"engine-data", "engine-socket"}
    users = {name for name, service in services.items() if "engine-socket" in mounts(service)}
    assert users == {"engine", "images", "worker"}


def test_only_loopback_is_listened_on(services: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert set(ports) == {"api", "prometheus", "grafana"}
    assert {port["host_ip"] for each in ports.values() for port in each} == {"127.0.0.1"}


def test_stores_are_reached_by_api_and_worker_only(services: dict[str, Any]) -> None:
    inside = {name for name, service in services.items() if "inside" in (service.get("networks") or {})}
    assert inside == {"api", "worker", "redis", "postgres"}
    for name in ("redis", "postgres"):
        assert set(services[name]["networks"]) == {"inside"}


def test_who_waits_for_whom_can_be_asked_whether_it_is_healthy(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for other, how in (service.get("depends_on") or {}).items():
            if how["condition"] == "service_healthy" and other != "engine":  # the engine's is in its image
                assert services[other]["healthcheck"]["test"], (name, other)


def test_the_api_has_a_disk_for_uploads(services: dict[str, Any]) -> None:
    api = services["api"]
    spool = api["environment"]["TMPDIR"]
    (volume,) = [each for each in api["volumes"] if each["target"] == spool]
    assert volume["type"] == "volume"
    made = (ROOT / "deploy" / "Dockerfile").read_text()
    assert f"install -d -o acrisol -g acrisol /run/acrisol-engine {spool}\n" in made  # or it is root's


def test_whose_forwarded_headers_are_believed_can_be_said(services: dict[str, Any]) -> None:
    assert services["api"]["environment"]["FORWARDED_ALLOW_IPS"] == "127.0.0.1"
    told = json.loads(config({**SECRETS, "FORWARDED_ALLOW_IPS": "172.18.0.1"}).stdout)["services"]
    assert told["api"]["environment"]["FORWARDED_ALLOW_IPS"] == "172.18.0.1"
