"""OpenTelemetry spans of requests; off unless ``OTEL_EXPORTER_OTLP_ENDPOINT`` is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from worker.observing.wiring import span_provider
from worker.settings import WorkerSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

_ADDRESSES = ("http.url", "http.target", "url.full", "url.query")  # of both conventions there have been
_NOT_TRACED = "healthz,readyz,ping,metrics"  # they come every few seconds


@dataclass(frozen=True)
class Tracing:
    """Where spans go; nowhere without a provider."""

    spans: TracerProvider | None = None

    @property
    def accepted(self) -> Callable[[str], None]:
        """To be told of every job that was stored."""
        if self.spans is None:
            return lambda job_id: None
        from worker.observing.traces import accepted

        return accepted(self.spans)

    def install(self, app: FastAPI) -> None:
        """Make a span of every request of this app."""
        if self.spans is None:
            return
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

        FastAPIInstrumentor.instrument_app(
            app,
            tracer_provider=self.spans,
            excluded_urls=_NOT_TRACED,
            server_request_hook=_without_query,
            exclude_spans=["receive", "send"],
        )


@contextmanager
def tracing(settings: WorkerSettings) -> Iterator[Tracing]:
    """Traces for as long as the block runs; what is left is sent at its end.

    Raises:
        ToolMissing: traces are wanted and OpenTelemetry is not installed.
    """
    spans = span_provider(settings, "acrisol-api")
    try:
        yield Tracing(spans)
    finally:
        if spans is not None:
            spans.shutdown()


def _without_query(span: Span, _: dict[str, Any]) -> None:
    # Searches and, by mistake, keys stand there.
    found = getattr(span, "attributes", None) or {}  # a span that is not recorded has none
    for name in _ADDRESSES:
        if name in found:
            span.set_attribute(name, "" if name == "url.query" else str(found[name]).partition("?")[0])
