from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.openai.errors import has_openai_address
from api.routes.examples import AUDITS, TASKS


@pytest.fixture
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def test_the_page_needs_no_other_host(client: TestClient) -> None:
    page = client.get("/docs").text
    links = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert len(links) >= 3
    for link in links:
        assert link.startswith("/docs/assets/"), link
        assert client.get(link).status_code == 200, link
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize("name", TASKS)
def test_every_example_is_accepted(client: TestClient, name: str) -> None:
    assert client.post("/v1/tasks", json=TASKS[name]["value"]).status_code == 202


@pytest.mark.parametrize("name", AUDITS)
def test_every_example_of_an_audit_is_accepted(client: TestClient, name: str) -> None:
    assert client.post("/v1/audits", json=AUDITS[name]["value"]).status_code == 202


def test_every_operation_says_what_it_does(document: Any) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)


def test_every_error_is_described_as_a_problem(document: Any) -> None:
    seen = 0
    for path, operations in document["paths"].items():
        media_type, name = ("application/problem+json", "Problem")
        if has_openai_address(path):
            media_type, name = ("application/json", "ErrorBody")
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status >= "400":
                    schema = response["content"][media_type]["schema"]
                    assert schema == {"$ref": f"#/components/schemas/{name}"}
                    seen += 1
    assert seen > 5
    assert "HTTPValidationError" not in str(document["paths"])


def test_the_body_is_the_domain_value(document: Any) -> None:
    body = document["paths"]["/v1/tasks"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"]["$ref"].endswith("/CodingTask")
    assert set(body["examples"]) == set(TASKS)
