"""The service's own metrics tell how the model server fares that runs beside it."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest

from models.serving import running
from models.serving.registry import Registry
from models.serving.state import look
from tests.unit.models.serving.conftest import FakeServer
from tests.unit.models.serving.test_load_figures import TEXT
from worker.observing.model_server import ModelServerCollector


def scraped(folder: Path) -> list[str]:
    registry = CollectorRegistry()
    registry.register(ModelServerCollector(folder))
    return [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]


def test_numbers_while_it_runs(tmp_path: Path, server: FakeServer) -> None:
    folder = tmp_path / "models"
    assert scraped(folder) == []
    (tmp_path / "server" / "metrics").write_text(TEXT)
    with running.only_one(folder):
        assert scraped(folder) == []  # it starts
        running.announce(folder, server.reached.server)
        lines = scraped(folder)
        assert "acrisol_model_server_up 1.0" in lines
        assert 'acrisol_model_server_requests{state="waiting"} 7.0' in lines
        assert 'acrisol_model_server_tokens_total{kind="written"} 1000.0' in lines
        server.close()
        assert scraped(folder) == ["acrisol_model_server_up 0.0"]
    assert scraped(folder) == []


def test_its_state_for_a_person(registry: Registry, tmp_path: Path, server: FakeServer) -> None:
    (tmp_path / "server" / "metrics").write_text(TEXT)
    ticks = iter((10.0, 12.0))

    def sleep(seconds: float) -> None:
        (tmp_path / "server" / "metrics").write_text(TEXT.replace(" 1000.0", " 1300.0"))

    state = look(registry, server.reached, 2.0, sleep, lambda: next(ticks))
    assert (state.healthy, state.in_step, state.tokens_per_second) == (True, False, 150.0)
