from __future__ import annotations

import uuid

import pytest

from tests.fakes import FakeClock
from tests.unit.worker.watched import claim_of, event, solve, verdict
from verifiers.domain import Status
from verifiers.errors import ToolMissing
from worker.observing import wiring
from worker.settings import WorkerSettings

sdk = pytest.importorskip("opentelemetry.sdk.trace")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
traces = pytest.importorskip("worker.observing.traces")


@pytest.fixture
def seen() -> memory.InMemorySpanExporter:
    return memory.InMemorySpanExporter()


@pytest.fixture
def spans(seen: memory.InMemorySpanExporter) -> sdk.TracerProvider:
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = sdk.TracerProvider(id_generator=traces.JobIds())
    provider.add_span_processor(SimpleSpanProcessor(seen))
    return provider


def test_a_task_is_one_trace_by_its_own_id(
    spans: sdk.TracerProvider, seen: memory.InMemorySpanExporter, clock: FakeClock
) -> None:
    claim = claim_of(clock())
    traces.accepted(spans)(claim.job_id)
    solve(traces.JobTraces(spans, clock), claim)
    found = seen.get_finished_spans()
    assert {span.context.trace_id for span in found} == {uuid.UUID(claim.job_id).int}
    names = sorted(span.name for span in found)
    assert names == [
        *["attempt", "attempt", "feedback", "generate", "generate", "job", "job accepted"],
        *["verify tests", "verify tests"],
    ]
    by_id = {span.context.span_id: span for span in found}
    parents = {(span.name, by_id[span.parent.span_id].name if span.parent else "") for span in found}
    assert parents == {
        ("job accepted", ""),
        ("job", ""),
        ("attempt", "job"),
        ("generate", "attempt"),
        ("verify tests", "attempt"),
        ("feedback", "attempt"),
    }
    (job,) = [span for span in found if span.name == "job"]
    assert job.attributes["acrisol.end"] == "solved"
    verified = next(span for span in found if span.name == "verify tests")
    assert verified.end_time - verified.start_time == pytest.approx(0.5e9, rel=0.01)


def test_the_request_that_submitted_a_task_is_linked_to_it(
    spans: sdk.TracerProvider, seen: memory.InMemorySpanExporter, clock: FakeClock
) -> None:
    job_id = claim_of(clock()).job_id
    with spans.get_tracer("test").start_as_current_span("POST /v1/tasks"):
        traces.accepted(spans)(job_id)
    accepted, request = seen.get_finished_spans()
    assert accepted.links[0].context.span_id == request.context.span_id
    assert request.attributes["acrisol.task_id"] == job_id
    assert request.context.trace_id != accepted.context.trace_id


def test_a_second_delivery_is_in_the_same_trace(
    spans: sdk.TracerProvider, seen: memory.InMemorySpanExporter, clock: FakeClock
) -> None:
    for delivery in (1, 2):
        watch = traces.JobTraces(spans, clock)
        watch.began(claim_of(clock(), delivery, "0192f0c1-2a3b-7c4d-8e5f-123456789abc"))
        watch.failed(RuntimeError("sk-secret: said by a server"))
        watch.ended("requeued")
    first, second = seen.get_finished_spans()
    assert first.context.trace_id == second.context.trace_id
    assert "secret" not in first.to_json()
    assert first.status.description == "RuntimeError"


def test_hostile_names_make_no_names_of_spans(
    spans: sdk.TracerProvider, seen: memory.InMemorySpanExporter, clock: FakeClock
) -> None:
    watch = traces.JobTraces(spans, clock)
    watch.happened(event("attempt_started", 1))  # before any job: nothing to hang it on, and no harm
    watch.began(claim_of(clock(), job_id="no-uuid"))
    for number in range(200):
        watch.happened(verdict(f"v{number}\n\x1b", Status.PASSED))
        watch.happened(verdict(f"v{number}", Status.PASSED))
    watch.ended("solved")
    assert len({span.name for span in seen.get_finished_spans()}) < 80


def test_traces_are_off_unless_their_place_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert wiring.span_provider(WorkerSettings(), "acrisol-api") is None


def test_wanted_traces_without_the_library_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(__import__("sys").modules, "worker.observing.traces", None)
    with pytest.raises(ToolMissing, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        wiring.span_provider(WorkerSettings(), "acrisol-api")
