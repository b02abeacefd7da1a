"""From settings to what fills code in at a cursor: a model, the quick scanners and their sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from agent.filling import Filler
from agent.prompts import SMALL_CONTEXT, PromptLimits
from agent.settings import AgentSettings
from agent.verifier_wiring import chosen_sandbox, environments
from models.select import is_small, open_model
from verifiers.errors import SandboxUnavailable
from verifiers.scanners.bandit import BanditVerifier
from verifiers.scanners.secrets import SecretsVerifier
from verifiers.scanners.semgrep import SemgrepVerifier
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Verifier


@contextmanager
def open_filler(settings: AgentSettings) -> Iterator[Filler]:
    """A filler by its settings. Without a sandbox it fills all the same, and says what was not scanned.

    Raises:
        InvalidInput: a setting is wrong.
        ToolError: the model cannot be had.
    """
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    with ExitStack() as stack:
        model = open_model(settings.model, settings.model_name, key, settings.adapter)
        stack.callback(model.close)
        scanners: list[Verifier] = [SecretsVerifier()]
        missing = ""
        try:
            sandbox = chosen_sandbox(settings, environments(settings, SolidityToolchain()))
        except SandboxUnavailable as error:
            missing = str(error)
        else:
            stack.callback(sandbox.close)
            scanners += [SemgrepVerifier(sandbox), BanditVerifier(sandbox)]
        limits = SMALL_CONTEXT if is_small(settings.model) else PromptLimits()
        yield Filler(model, scanners, limits, missing=missing, chat_only=settings.fill_in == "chat")
