"""Headers of every response: whoever sends it, a browser may do nothing with it that was not meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from api.settings import ApiSettings

SITE = "https://app.example"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/v1/tasks", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 200),
        ("GET", "/docs/assets/swagger-ui.css", 200),
        ("GET", "/nowhere", 404),
        ("PUT", "/v1/tasks", 405),
        ("POST", "/v1/tasks", 415),
        ("GET", "/v1/chat/completions", 405),
    ],
)
def test_every_response_tells_a_browser_to_do_nothing_with_it(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
    if path != "/docs/assets/swagger-ui.css":
        assert answer.headers["cache-control"] == "no-store"


def test_so_do_refusals_of_guards_and_mistakes(app: FastAPI) -> None:
    @app.get("/broken")
    def broken() -> None:
        raise KeyError

    client = TestClient(app, raise_server_exceptions=False)
    for answer in (
        client.get("/broken"),
        client.get("/", headers={"Host": "evil.example"}),
        client.post("/v1/tasks", content=b"x" * 5_000_000),
    ):
        assert answer.status_code in (413, 421, 500)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_https_is_to_be_kept_where_it_is_there(client: TestClient) -> None:
    kept = client.get("https://testserver/healthz").headers["strict-transport-security"]
    assert kept.startswith("max-age=")


def test_the_description_runs_its_own_scripts_only(client: TestClient) -> None:
    policy = client.get("/docs").headers["content-security-policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts.startswith("script-src 'self' 'sha256-")
    assert "unsafe" not in scripts


@pytest.fixture(scope="module")
def open_app() -> Iterator[TestClient]:
    app = create_app(cast(Services, None), max_body_bytes=1_000, hosts={"testserver"}, origins=[SITE])
    with TestClient(app) as client:
        yield client


def preflight(client: TestClient, origin: str, header: str = "authorization") -> tuple[int, str | None]:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": header,
    }
    answer = client.options("/v1/tasks", headers=headers)
    assert "access-control-allow-credentials" not in answer.headers
    return answer.status_code, answer.headers.get("access-control-allow-origin")


def test_no_other_site_may_send_requests_unless_it_was_named(
    client: TestClient, open_app: TestClient
) -> None:
    assert preflight(client, SITE) == (405, None)
    assert preflight(open_app, SITE) == (200, SITE)
    assert preflight(open_app, SITE, "idempotency-key")[0] == 200
    for other in ("https://evil.example", f"{SITE}.evil.example", "http://app.example", "null"):
        assert preflight(open_app, other) == (400, None)


def test_origins_are_named_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ApiSettings().cors_origins == ()
    monkeypatch.setenv("ACRISOL_CORS_ORIGINS", f"{SITE}, http://localhost:3000")
    assert ApiSettings().cors_origins == (SITE, "http://localhost:3000")
    for wrong in ("*", "https://*.example", "app.example", "https://app.example/"):
        monkeypatch.setenv("ACRISOL_CORS_ORIGINS", wrong)
        with pytest.raises(ValueError, match="cors_origins"):
            ApiSettings()
