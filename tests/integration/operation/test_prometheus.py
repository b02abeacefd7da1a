"""Rules, dashboard and a real scrape, by Debian's prometheus."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from api.app import create_app
from tests.integration.service.conftest import COMMAND, end_of, settings_in, submit
from tests.integration.service.processes import wait_for
from tests.integration.service.test_metrics import free_port
from tests.requirements import require
from worker.observing.metrics import JobMetrics, sample_sandbox
from worker.service import WorkerService

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = DEPLOY / "prometheus" / "acrisol.rules.yml"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "acrisol.json"


@pytest.fixture(scope="module", autouse=True)
def _there_is_prometheus() -> None:
    require("prometheus", all(map(shutil.which, ("prometheus", "promtool"))), "apt-get install -y prometheus")


def promtool(*arguments: str | Path) -> str:
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_configuration_and_rules_are_valid_and_every_alert_fires_and_is_silent_when_it_should() -> None:
    promtool("check", "config", DEPLOY / "prometheus" / "prometheus.yml")
    promtool("test", "rules", DEPLOY / "prometheus" / "acrisol.test.yml")


def test_every_alert_is_tested_and_explained() -> None:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}
    fine, bad, _ = yaml.safe_load((DEPLOY / "prometheus" / "acrisol.test.yml").read_text())["tests"]
    assert {test["alertname"] for test in fine["alert_rule_test"]} == alerts
    assert {test["alertname"] for test in bad["alert_rule_test"] if test["exp_alerts"]} == alerts
    page = (DEPLOY.parent / "docs" / "operation.md").read_text()
    assert {alert for alert in alerts if alert not in page} == set()


def test_every_query_of_the_dashboard_is_one(tmp_path: Path) -> None:
    rules = [
        {"record": f"dashboard:{number}", "expr": expr.replace("$__rate_interval", "5m")}
        for number, expr in enumerate(queries())
    ]
    file = tmp_path / "dashboard.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", file)
    ids = [panel["id"] for panel in json.loads(DASHBOARD.read_text())["panels"]]
    assert len(set(ids)) == len(ids)


def queries() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WorkerService, str]]:
    """A real service, and the address of a real Prometheus that scrapes it."""
    folder = tmp_path_factory.mktemp("prometheus")
    target, own = free_port(), free_port()
    settings = settings_in(folder).model_copy(update={"metrics_port": target})
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(RULES)]
    config["scrape_configs"][0]["static_configs"] = [{"targets": [f"127.0.0.1:{target}"]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    command = [
        *["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"],
        *[f"--web.listen-address=127.0.0.1:{own}", "--log.level=error"],
    ]
    with WorkerService(settings, COMMAND) as service:
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            yield service, f"http://127.0.0.1:{own}"
        finally:
            process.terminate()
            process.wait(60)


def ask(prometheus: str, query: str) -> dict[str, float]:
    address = f"{prometheus}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
    except (urllib.error.URLError, ConnectionError):
        return {}
    return {
        each["metric"].get("__name__", "") + each["metric"].get("state", ""): float(each["value"][1])
        for each in found
    }


def test_prometheus_scrapes_a_server_and_answers_with_its_numbers(
    scraped: tuple[WorkerService, str],
) -> None:
    service, prometheus = scraped
    for job_id in [submit(service, "solve") for _ in range(3)]:
        end_of(service.database, job_id)
    wait_for("the target is up", lambda: ask(prometheus, 'up{job="acrisol"}') == {"up": 1}, 120)
    solved = 'acrisol_jobs{state="solved"}'
    wait_for("the tasks are seen", lambda: ask(prometheus, solved) == {"acrisol_jobssolved": 3}, 120)
    runs = 'sum(acrisol_run_seconds_count{end="solved"})'
    wait_for("their runs are seen", lambda: ask(prometheus, runs) == {"": 3}, 120)


def test_every_number_that_rules_and_dashboard_use_is_told(scraped: tuple[WorkerService, str]) -> None:
    service, _ = scraped
    app = create_app(None, max_body_bytes=1000, hosts={"*"})  # type: ignore[arg-type]
    of_jobs = CollectorRegistry()
    JobMetrics(of_jobs)
    sample_sandbox(of_jobs)
    registries = (service.metrics, app.state.http_metrics.registry, of_jobs)
    told = {family.name for registry in registries for family in registry.collect()}
    groups = yaml.safe_load(RULES.read_text())["groups"]
    exprs = [*queries(), *(rule["expr"] for group in groups for rule in group["rules"])]
    used = {name for expr in exprs for name in re.findall(r"\bacrisol_[a-z_]+", expr)}
    bare = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in used}
    assert bare - told == set()
