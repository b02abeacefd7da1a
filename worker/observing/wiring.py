"""Who watches the jobs of a worker's process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifiers.errors import ToolMissing
from worker.observing.logs import JobLog
from worker.observing.metrics import JobMetrics, sample_sandbox
from worker.observing.watch import Watch, Watches
from worker.settings import WorkerSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


def build_watch(settings: WorkerSettings) -> Watches:
    """Log, metrics, and traces where they are wanted. To be called after the fork.

    Raises:
        ToolMissing: traces are wanted and OpenTelemetry is not installed.
    """
    watches: list[Watch] = [JobLog(), JobMetrics()]
    sample_sandbox()
    spans = span_provider(settings, "acrisol-worker")
    if spans is not None:
        from worker.observing.traces import JobTraces

        watches.append(JobTraces(spans))
    return Watches(watches, close=spans.shutdown if spans else None)


def span_provider(settings: WorkerSettings, service: str) -> TracerProvider | None:
    """Where this process's spans go; None if no traces are wanted.

    Raises:
        ToolMissing: they are wanted and OpenTelemetry is not installed.
    """
    if not settings.otlp_endpoint:
        return None
    try:
        from worker.observing.traces import provider
    except ImportError as error:
        raise ToolMissing(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed.",
            "Run: pip install 'acrisol[telemetry]', or unset the variable.",
        ) from error
    return provider(service)
