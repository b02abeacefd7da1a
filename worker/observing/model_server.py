"""The numbers of the model server that ``acrisol model serve`` runs beside this service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from models.errors import ModelUnavailable
from models.serving.load_figures import parse_load
from models.serving.running import find
from models.serving.server_api import ServerApi

_TIMEOUT_S = 2.0  # of a scrape that others wait for as well


class ModelServerCollector(Collector):
    """Asks the server when it is scraped; where none runs there are no such numbers.

    Args:
        folder: ``models`` in Acrisol's home.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask a server."""
        return []

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        server = find(self._folder)
        if server is None:
            return
        try:
            load = parse_load(ServerApi(server.url, None).metrics(_TIMEOUT_S))
        except ModelUnavailable:
            yield GaugeMetricFamily("acrisol_model_server_up", "The model server answers.", value=0)
            return
        yield GaugeMetricFamily("acrisol_model_server_up", "The model server answers.", value=1)
        requests = GaugeMetricFamily(
            "acrisol_model_server_requests", "Requests at the model server.", labels=["state"]
        )
        requests.add_metric(["running"], load.running)
        requests.add_metric(["waiting"], load.waiting)
        yield requests
        tokens = CounterMetricFamily(
            "acrisol_model_server_tokens", "Tokens since the model server's start.", labels=["kind"]
        )
        tokens.add_metric(["written"], load.written_tokens)
        tokens.add_metric(["read"], load.read_tokens)
        yield tokens
        says = "Share of the model server's memory for keys and values in use."
        yield GaugeMetricFamily("acrisol_model_server_cache_used_ratio", says, value=load.cache_used)
