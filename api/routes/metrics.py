"""``/metrics``: numbers for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.auth import Admin
from api.deps import ServicesDep

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="Numbers for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format."}},
)
def metrics(given: ServicesDep, caller: Admin) -> Response:
    """The whole service's numbers, all tenants' together: hence an admin's key.

    `ACRISOL_METRICS_PORT` serves the same without a key on a port of its own, for Prometheus alone.
    """
    return Response(generate_latest(given.metrics), media_type=CONTENT_TYPE_LATEST)
