"""What the worker side is configured by; read from the environment at the edges only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from worker.retry import RetryPolicy


def _default_home() -> Path:
    return Path.home() / ".local" / "share" / "acrisol"


class WorkerSettings(BaseSettings):
    """Settings of the job store, the broker and the worker, from ``ACRISOL_*`` variables.

    Attributes:
        home: Where the SQLite database lies if no other is named.
        database_url: An SQLAlchemy URL of SQLite or Postgres; None for ``acrisol.db`` in ``home``.
        redis_url: The broker (``ACRISOL_REDIS_URL`` or ``REDIS_URL``); None to start a private one.
        concurrency: Jobs that one worker runs at a time, each in a process of its own; 0 for no worker.
        lease_s: Seconds without a sign of life after which a job is taken from its worker.
        overrun_s: Seconds beyond the task's own budget after which a run counts as hung and its process ends.
        sweep_s: Seconds between two sweeps.
        batch_window: Lines of each batch that are in the queue or run at a time.
        wake_after_s: Seconds after which a wake counts as lost, if the job is still queued and the broker's
            queue is empty.
        stop_s: Seconds that running jobs get to stop when the worker is told to.
        retention_days: Days after which ended jobs, batches and files are deleted; None keeps them.
        tool_failures: Runs that a broken tool may end before a job is given up.
        worker_deaths: Workers that may die while running a job before it is given up.
        retry_delay_s: Seconds to wait after the first tool failure; each further one doubles it.
        log_level: The least level that is logged.
        log_format: ``text`` for people, ``json`` for machines.
        metrics_host: Where the metrics are served without a key: to whoever reaches this address.
        metrics_port: The port of that; None serves them with the API only, to an admin's key.
        webhook_key: What webhooks' secrets are sealed with: at least 32 random characters; of several,
            separated by spaces, the first seals and all open. None for the file ``webhook-key`` in ``home``
            where the database is SQLite; Postgres has none then.
        otlp_endpoint: Where traces go (``OTEL_EXPORTER_OTLP_ENDPOINT``); None for nowhere.
    """

    model_config = SettingsConfigDict(
        env_prefix="ACRISOL_", frozen=True, extra="ignore", populate_by_name=True
    )

    home: Path = Field(default_factory=_default_home)
    database_url: str | None = None
    redis_url: str | None = Field(
        default=None, validation_alias=AliasChoices("ACRISOL_REDIS_URL", "REDIS_URL")
    )
    concurrency: int = Field(default=2, ge=0, le=256)
    lease_s: float = Field(default=30.0, ge=0.5, allow_inf_nan=False)
    overrun_s: float = Field(default=600.0, ge=1, allow_inf_nan=False)
    sweep_s: float = Field(default=1.0, ge=0.05, allow_inf_nan=False)
    batch_window: int = Field(default=200, ge=1, le=10_000)
    wake_after_s: float = Field(default=5.0, ge=0.1, le=60.0)
    stop_s: float = Field(default=10.0, ge=0, allow_inf_nan=False)
    retention_days: float | None = Field(default=None, gt=0, le=36_500)
    tool_failures: int = Field(default=4, ge=1)
    worker_deaths: int = Field(default=5, ge=1)
    retry_delay_s: float = Field(default=2.0, ge=0, allow_inf_nan=False)
    log_level: str = Field(default="WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")
    log_format: Literal["text", "json"] = "text"
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65_535)
    webhook_key: SecretStr | None = None
    otlp_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.home.expanduser().absolute() / 'acrisol.db'}"

    @property
    def checkpoints(self) -> Path | str:
        """Where unfinished tasks are kept: the database's URL if it is Postgres, else a file in ``home``."""
        scheme, _, rest = self.database.partition("://")
        if scheme.partition("+")[0] in ("postgresql", "postgres"):
            return f"postgresql://{rest}"
        return self.home.expanduser() / "checkpoints.db"

    @property
    def retry(self) -> RetryPolicy:
        """When to give up on a job."""
        return RetryPolicy(
            tool_failures=self.tool_failures,
            worker_deaths=self.worker_deaths,
            first_delay_s=self.retry_delay_s,
        )

    def child_environment(self) -> Mapping[str, str]:
        """This process's environment, changed so that a child process reads these settings from it."""
        values = self.model_dump(mode="json", exclude_none=True, exclude={"otlp_endpoint", "webhook_key"})
        return {**os.environ, **{f"ACRISOL_{name.upper()}": str(value) for name, value in values.items()}}
