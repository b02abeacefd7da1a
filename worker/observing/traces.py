"""OpenTelemetry traces: off unless ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where they go.

A job's trace has the job's own id: UUIDs and trace ids are both 128 bits. So no context has to travel from
API to worker, all deliveries of a job are in one trace whatever died in between, and who has a task's id has
its trace. The request that submitted a job is linked to it.

This module is only imported where traces are on: the library is an extra.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, Span, Status, StatusCode, get_current_span, set_span_in_context

from verifiers.domain import Event
from verifiers.version import acrisol_version
from worker.observing.metrics import Names
from worker.store import events
from worker.store.records import Claim

_trace_id: ContextVar[int] = ContextVar("trace_id", default=0)


class JobIds(RandomIdGenerator):
    """Gives a new trace the id that was asked for, or a random one."""

    def generate_trace_id(self) -> int:
        """See OpenTelemetry."""
        return _trace_id.get() or super().generate_trace_id()


def provider(service: str) -> TracerProvider:
    """Sends spans to where the ``OTEL_*`` variables say. To be made after a fork, and shut down at the end.

    Args:
        service: The name of this process's part, for example ``acrisol-worker``.
    """
    resource = Resource.create({"service.name": service, "service.version": acrisol_version()})
    made = TracerProvider(resource=resource, id_generator=JobIds())
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


def accepted(spans: TracerProvider) -> Callable[[str], None]:
    """What the API does for each job that it accepts: the job's trace begins, linked to the request."""
    tracer = spans.get_tracer(__name__)

    def tell(job_id: str) -> None:
        request = get_current_span()
        request.set_attribute("acrisol.task_id", job_id)
        links = [Link(request.get_span_context())] if request.is_recording() else []
        _root(tracer, "job accepted", job_id, links=links).end()

    return tell


class JobTraces:
    """Makes spans of what happens to a job; see :class:`worker.observing.watch.Watch`.

    Args:
        spans: Where they go.
        clock: Seconds since the epoch.
    """

    def __init__(self, spans: TracerProvider, clock: Callable[[], float] = time.time) -> None:
        self._tracer = spans.get_tracer(__name__)
        self._clock = clock
        self._names = Names()
        self._open: list[tuple[str, Span]] = []  # the job's span, and within it attempt and generation

    def began(self, claim: Claim) -> None:
        """See :meth:`Watch.began`."""
        attributes = {"acrisol.task_id": claim.job_id, "acrisol.delivery": claim.delivery}
        self._open = [("job", _root(self._tracer, "job", claim.job_id, attributes=attributes))]

    def happened(self, event: Event) -> None:
        """See :meth:`Watch.happened`."""
        match event.kind:
            case "attempt_started":
                self._close_to("job")
                self._begin("attempt", {"acrisol.attempt": event.attempt})
                self._begin("generate", {"acrisol.attempt": event.attempt})
            case "candidate":
                self._close("generate")
            case "verdict":
                self._close("generate")
                self._verdict(event)
            case "feedback":
                self._span("feedback", self._clock(), {"acrisol.attempt": event.attempt})
            case events.OUTCOME:
                self._close_to("job")

    def failed(self, error: Exception) -> None:
        """See :meth:`Watch.failed`."""
        if self._open:
            # The class alone: sentences may repeat what somebody sent.
            self._open[0][1].set_status(Status(StatusCode.ERROR, type(error).__name__))

    def ended(self, end: str) -> None:
        """See :meth:`Watch.ended`."""
        self._close_to("job")
        if self._open:
            _, job = self._open.pop()
            job.set_attribute("acrisol.end", str(end))
            job.end()

    def _verdict(self, event: Event) -> None:
        told = self._clock()
        seconds = event.data.get("duration_s", 0.0)
        began = told - seconds if isinstance(seconds, int | float) else told
        attributes = {
            "acrisol.attempt": event.attempt,
            "acrisol.sample": event.sample,
            "acrisol.status": str(event.data.get("status"))[:16],
        }
        self._span(f"verify {self._names(event.data.get('verifier'))}", began, attributes)

    def _begin(self, name: str, attributes: Mapping[str, Any]) -> None:
        self._open.append((name, self._tracer.start_span(name, self._inside(), attributes=attributes)))

    def _span(self, name: str, began: float, attributes: Mapping[str, Any]) -> None:
        start = int(began * 1e9)
        span = self._tracer.start_span(name, self._inside(), attributes=attributes, start_time=start)
        span.end(int(self._clock() * 1e9))

    def _inside(self) -> Context | None:
        return set_span_in_context(self._open[-1][1]) if self._open else None

    def _close(self, name: str) -> None:
        if self._open and self._open[-1][0] == name:
            self._open.pop()[1].end()

    def _close_to(self, name: str) -> None:
        while self._open and self._open[-1][0] != name:
            self._open.pop()[1].end()


def _root(tracer: Any, name: str, job_id: str, **more: Any) -> Span:
    """A span without a parent, in the trace that has the job's id."""
    try:
        number = uuid.UUID(job_id).int
    except ValueError:
        number = 0
    token = _trace_id.set(number)
    try:
        span: Span = tracer.start_span(name, Context(), **more)
    finally:
        _trace_id.reset(token)
    return span
