from __future__ import annotations

import dataclasses
import uuid

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from api.tracing import Tracing

sdk = pytest.importorskip("opentelemetry.sdk.trace")
export = pytest.importorskip("opentelemetry.sdk.trace.export")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
pytest.importorskip("opentelemetry.instrumentation.fastapi")


def test_a_request_is_a_span_that_the_tasks_trace_is_linked_to(services: Services, admin_key: str) -> None:
    from worker.observing.traces import JobIds

    seen = memory.InMemorySpanExporter()
    spans = sdk.TracerProvider(id_generator=JobIds())
    spans.add_span_processor(export.SimpleSpanProcessor(seen))
    tracing = Tracing(spans)
    traced = dataclasses.replace(services, accepted=tracing.accepted)
    app = create_app(traced, max_body_bytes=4_000_000, hosts={"testserver"})
    tracing.install(app)
    headers = {"Authorization": f"Bearer {admin_key}"}
    with TestClient(app, headers=headers) as client:
        task_id = client.post("/v1/tasks?api_key=hidden", json={"instruction": "Write add."}).json()["id"]
        client.get("/healthz")
        client.get("/readyz")
    accepted, request = seen.get_finished_spans()
    assert request.name == "POST /v1/tasks"
    assert request.attributes["acrisol.task_id"] == task_id
    assert accepted.context.trace_id == uuid.UUID(task_id).int
    assert accepted.links[0].context.span_id == request.context.span_id
    assert admin_key not in request.to_json()
    assert "hidden" not in request.to_json()


def test_no_span_of_either_convention_has_a_query(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    semconv = pytest.importorskip("opentelemetry.instrumentation._semconv")
    stability = semconv._OpenTelemetrySemanticConventionStability
    monkeypatch.setattr(stability, "_initialized", False)
    monkeypatch.setattr(stability, "_OTEL_SEMCONV_STABILITY_SIGNAL_MAPPING", {})
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "http/dup")
    seen = memory.InMemorySpanExporter()
    spans = sdk.TracerProvider()
    spans.add_span_processor(export.SimpleSpanProcessor(seen))
    app = create_app(services, max_body_bytes=4_000_000, hosts={"testserver"})
    Tracing(spans).install(app)
    with TestClient(app) as client:
        client.get("/v1/tasks?text=hidden%3Fhidden")
    (request,) = seen.get_finished_spans()
    assert request.attributes["http.url"] == "http://testserver/v1/tasks"
    assert request.attributes["url.path"] == "/v1/tasks"
    assert "hidden" not in request.to_json()


def test_without_a_place_for_traces_nothing_is_installed(services: Services) -> None:
    app = create_app(services, max_body_bytes=4_000_000, hosts={"testserver"})
    before = list(app.user_middleware)
    Tracing().install(app)
    Tracing().accepted("any")
    assert app.user_middleware == before
