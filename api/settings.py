"""What the API is configured by; read from ``ACRISOL_*`` environment variables at the edges only."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.errors import NoKey
from api.local_key import FILE
from worker.settings import WorkerSettings

_ROUTE = r"^/[A-Za-z0-9/_:.-]{0,200}$"


class ApiSettings(BaseSettings):
    """Settings of the API.

    Attributes:
        host: The address to listen on.
        port: The port to listen on; 0 for any free one.
        drain_s: Seconds that the server goes on answering after it was told to stop, while ``/readyz`` says
            that it is not ready: as long as load balancers take to notice.
        health_route: Where Vertex asks whether tasks can be accepted (``AIP_HEALTH_ROUTE``).
        predict_route: Where Vertex sends what ``/invocations`` takes (``AIP_PREDICT_ROUTE``).
        max_body_bytes: The largest request body.
        allowed_hosts: Names that the ``Host`` header of a request may give, separated by commas in the
            variable; ``*`` for any. If empty: this machine's own names where the server listens on the
            loopback interface only, else any.
        per_minute: Requests a minute of a key that has no limit of its own.
        failures_per_minute: Wrong keys a minute from one address, above which it is told to wait.
        chat_wait_s: Seconds that a chat waits for its task's end. OpenAI's SDK gives up after ten minutes,
            and then sends the request again.
        chats: Chats that may wait at a time.
        fills: Completions of code at a cursor that may be written at a time.
        cors_origins: Origins such as ``https://app.example`` whose pages may send requests with a key,
            separated by commas in the variable. None may by default.
    """

    model_config = SettingsConfigDict(
        env_prefix="ACRISOL_", frozen=True, extra="ignore", populate_by_name=True
    )

    host: str = "127.0.0.1"
    port: int = Field(
        default=8000, ge=0, le=65_535, validation_alias=AliasChoices("ACRISOL_PORT", "AIP_HTTP_PORT")
    )
    drain_s: float = Field(default=0.0, ge=0, le=600)
    health_route: str | None = Field(default=None, pattern=_ROUTE, validation_alias="AIP_HEALTH_ROUTE")
    predict_route: str | None = Field(default=None, pattern=_ROUTE, validation_alias="AIP_PREDICT_ROUTE")
    max_body_bytes: int = Field(default=4_000_000, ge=1_000)
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    per_minute: int = Field(default=600, ge=1)
    failures_per_minute: int = Field(default=20, ge=1)
    chat_wait_s: float = Field(default=540.0, gt=0, le=86_400, allow_inf_nan=False)
    chats: int = Field(default=200, ge=1)
    fills: int = Field(default=16, ge=1)
    cors_origins: Annotated[
        tuple[Annotated[str, Field(pattern=r"^https?://[^/*?#\s]+$")], ...], NoDecode
    ] = ()

    @field_validator("allowed_hosts", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(name.strip() for name in value.split(",") if name.strip())

    @property
    def hosts(self) -> frozenset[str]:
        """The names that requests may use for this server."""
        if self.allowed_hosts:
            return frozenset(name.lower() for name in self.allowed_hosts)
        if _is_loopback(self.host):
            return frozenset({"localhost", "127.0.0.1", "[::1]", self.host.lower()})
        return frozenset({"*"})


class ClientSettings(BaseSettings):
    """What commands that talk to a server are configured by.

    Attributes:
        server: The server's address.
        api_key: The key to send. None for the one that ``acrisol serve`` left in ``home``.
        home: Where that is.
    """

    model_config = SettingsConfigDict(env_prefix="ACRISOL_", frozen=True, extra="ignore")

    server: str = "http://127.0.0.1:8000"
    api_key: SecretStr | None = None
    home: Path = Field(default_factory=lambda: WorkerSettings().home)

    @property
    def key(self) -> str:
        """The API key to send.

        Raises:
            NoKey: there is none.
        """
        if self.api_key is not None:
            return self.api_key.get_secret_value().strip()
        path = self.home.expanduser() / FILE
        try:
            return path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NoKey(
                f"There is no API key: ACRISOL_API_KEY is not set, and {path} cannot be read.",
                "Set ACRISOL_API_KEY, or start 'acrisol serve' on this machine, which makes a key.",
            ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
