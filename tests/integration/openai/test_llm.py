"""``llm``, a client that people use with their editors, as it is: it chats and completes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.openai.conftest import Server
from tests.integration.openai.scripted_worker import CODE

pytestmark = pytest.mark.redis


def llm(server: Server, folder: Path, *arguments: str) -> str:
    """What the command prints, configured as ``docs/editors.md`` says."""
    common = {"model_name": "acrisol", "api_base": f"{server.url}/v1", "api_key_name": "acrisol"}
    models = [{"model_id": "acrisol", **common}, {"model_id": "cursor", **common, "completion": True}]
    folder.joinpath("extra-openai-models.yaml").write_text(json.dumps(models))
    folder.joinpath("keys.json").write_text(json.dumps({"acrisol": server.key}))
    # Plugins would be whatever else is installed here.
    environment = os.environ | {"LLM_USER_PATH": str(folder), "LLM_LOAD_PLUGINS": ""}
    command = [sys.executable, "-m", "llm", "prompt", "--no-log", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_chats_and_completes(server: Server, tmp_path: Path) -> None:
    assert llm(server, tmp_path, "-m", "acrisol", "-s", "Be brief.", "slow 0.5") == f"```python\n{CODE}```\n"
    middle = llm(server, tmp_path, "-m", "cursor", "# write: name.upper()\ndef show(name):\n    return ")
    assert middle == "name.upper()\n"
