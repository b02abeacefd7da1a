"""What an agent is configured by; read from ``ACRISOL_*`` environment variables at the edges only."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_CHECKOUT = Path(__file__).resolve().parent.parent


def _default_home() -> Path:
    return Path.home() / ".local" / "share" / "acrisol"


class AgentSettings(BaseSettings):
    """Settings of the agent.

    Attributes:
        home: Where keys, checkpoints and the database live.
        tools: Where ``scripts/install-solidity`` and ``scripts/install-languages`` put their tools.
        packages: Folder of complete package lists, made by ``scripts/package-list``; None if there is none.
        model: ``embedded``, a URL, a GGUF file, a checkpoint folder or a JSONL file of recorded answers.
        model_name: The model's name at that URL; asked of the server if None.
        adapter: A LoRA adapter as GGUF for ``embedded`` or a GGUF file; ``none`` for none; if None, the one
            that ships with ``embedded``, where there is one.
        model_api_key: Sent to that URL; never logged.
        sandbox: Which sandbox to use; ``auto`` takes Docker if its engine answers, else bubblewrap.
        docker_runtime: Another runtime of the Docker engine's, such as ``runsc`` (gVisor).
        docker_most_running: Containers that run at a time; more wait their turn.
        docker_wait_s: Seconds that they wait before the sandbox counts as unavailable.
        max_tokens: Completion tokens a sample; if None, 2,048, and 256 for the embedded model and GGUF files
            as small, which either answer shortly or ramble.
        workers: Candidates that are verified at a time.
        fill_in: How to ask a model behind a URL for code at a cursor: ``auto`` sends it the text on both
            sides, and has a chat where that is refused; ``chat`` is for servers that ignore the text behind.
    """

    model_config = SettingsConfigDict(env_prefix="ACRISOL_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=_default_home)
    tools: Path = _CHECKOUT / ".tools"
    packages: Path | None = None
    model: str = "embedded"
    model_name: str | None = None
    adapter: str | None = None
    model_api_key: SecretStr | None = None
    sandbox: Literal["auto", "docker", "bubblewrap"] = "auto"
    docker_runtime: str | None = None
    docker_most_running: int = Field(default=16, ge=2, le=1000)
    docker_wait_s: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=16, le=131_072)
    workers: int = Field(default=2, ge=1, le=64)
    fill_in: Literal["auto", "chat"] = "auto"
